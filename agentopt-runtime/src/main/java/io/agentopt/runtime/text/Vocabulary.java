package io.agentopt.runtime.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * The bytes that each token of a tokenizer.json writes: of byte-level tokenizers those that its letters stand for, of
 * SentencePiece ones UTF-8 with a space for U+2581. What a decoder replaces beyond that is not seen here.
 */
public final class Vocabulary {
    private static final byte[] NOTHING = {};
    private static final char SPACE = '\u2581';

    private final byte[][] bytes;

    private Vocabulary(byte[][] bytes) {
        this.bytes = bytes;
    }

    /**
     * Reads the tokens of a tokenizer.json.
     *
     * @throws TokenizerException if it cannot be read, or its decoder puts text together from more than the tokens' bytes
     */
    public static Vocabulary read(Path file) {
        JsonNode json;
        try {
            json = new ObjectMapper().readTree(file.toFile());
        } catch (IOException e) {
            throw new TokenizerException("The tokenizer '" + file + "' cannot be read: " + e.getMessage() + ".", e);
        }
        Set<String> decoders = new HashSet<>();
        types(json.path("decoder"), decoders);
        String kind = json.path("model").path("type").asText("BPE");
        if (!kind.equals("BPE") && !kind.equals("Unigram")) {
            throw new TokenizerException(
                    "The tokenizer '" + file + "' is a " + kind
                            + " model, whose tokens do not add up to text byte by byte, so its answers cannot be held to a format. Ask for free text.");
        }
        boolean byteLevel = decoders.contains("ByteLevel");
        byte[][] bytes = new byte[0][];
        JsonNode vocab = json.path("model").path("vocab");
        if (vocab.isArray()) {
            for (int id = 0; id < vocab.size(); id++)
                bytes = put(bytes, id, written(vocab.get(id).path(0).asText(), byteLevel));
        } else {
            for (var e : vocab.properties()) bytes = put(bytes, e.getValue().asInt(), written(e.getKey(), byteLevel));
        }
        for (JsonNode added : json.path("added_tokens")) {
            byte[] text = added.path("special").asBoolean()
                    ? NOTHING
                    : added.path("content").asText().getBytes(StandardCharsets.UTF_8);
            bytes = put(bytes, added.path("id").asInt(), text);
        }
        for (int id = 0; id < bytes.length; id++) if (bytes[id] == null) bytes[id] = NOTHING;
        return new Vocabulary(bytes);
    }

    private static void types(JsonNode decoder, Set<String> found) {
        found.add(decoder.path("type").asText());
        decoder.path("decoders").forEach(d -> types(d, found));
    }

    private static byte[][] put(byte[][] bytes, int id, byte[] text) {
        byte[][] all = id < bytes.length ? bytes : Arrays.copyOf(bytes, Math.max(id + 1, 2 * bytes.length));
        all[id] = text;
        return all;
    }

    private static byte[] written(String token, boolean byteLevel) {
        if (!byteLevel) {
            if (token.length() == 6 && token.startsWith("<0x") && token.endsWith(">"))
                return new byte[] {(byte) Integer.parseInt(token, 3, 5, 16)};
            return token.replace(SPACE, ' ').getBytes(StandardCharsets.UTF_8);
        }
        byte[] out = new byte[token.length()];
        for (int i = 0; i < out.length; i++) {
            int b = byteOf(token.charAt(i));
            if (b < 0) return token.getBytes(StandardCharsets.UTF_8); // no letter of the alphabet: text as it stands
            out[i] = (byte) b;
        }
        return out;
    }

    // Byte-level tokenizers write a byte as itself if that is a visible letter of Latin-1, else as the next letter from
    // U+0100.
    private static int byteOf(char letter) {
        if (isVisible(letter)) return letter;
        int at = letter - 0x100;
        if (at < 0 || at > 67) return -1;
        if (at <= 32) return at;
        return at <= 66 ? 0x7F + (at - 33) : 0xAD;
    }

    private static boolean isVisible(int b) {
        return (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || (b >= 0xAE && b <= 0xFF);
    }

    /** {@return one more than the largest id} */
    public int size() {
        return bytes.length;
    }

    /** {@return what a token writes, not to be changed; empty for special and unknown tokens} */
    public byte[] bytes(int id) {
        return id < bytes.length ? bytes[id] : NOTHING;
    }
}
