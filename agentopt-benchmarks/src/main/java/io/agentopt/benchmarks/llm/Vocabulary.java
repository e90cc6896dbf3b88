package io.agentopt.benchmarks.llm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A tokenizer of bytes, words that no text contains, and one special token at the end: as many as a model has scores. */
final class Vocabulary {
    private Vocabulary() {}

    static void write(Path file, int size) {
        StringBuilder vocab = new StringBuilder();
        int next = 256;
        for (int b = 0; b < 256; b++) { // byte-level tokenizers write a printable letter for each byte
            boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
            vocab.append(b == 0 ? "" : ",").append("\"\\u%04x\":%d".formatted(printable ? b : next++, b));
        }
        for (int id = 256; id < size - 1; id++)
            vocab.append(",\"w").append(id).append("\":").append(id);
        String json = """
                {"version":"1.0","truncation":null,"padding":null,"added_tokens":[{"id":%d,"content":"<end>","single_word":false,
                 "lstrip":false,"rstrip":false,"normalized":false,"special":true}],"normalizer":null,
                 "pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false},
                 "post_processor":null,"decoder":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false},
                 "model":{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,"end_of_word_suffix":null,
                  "fuse_unk":false,"byte_fallback":false,"ignore_merges":false,"vocab":{%s},"merges":[]}}
                """.formatted(size - 1, vocab);
        try {
            Files.write(file, json.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("The tokenizer " + file + " cannot be written: " + e.getMessage(), e);
        }
    }
}
