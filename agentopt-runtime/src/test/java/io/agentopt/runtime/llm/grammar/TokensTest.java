package io.agentopt.runtime.llm.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.agentopt.operator.OutputFormat;
import io.agentopt.runtime.text.Vocabulary;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokensTest {
    @TempDir
    static Path folder;

    /** A SentencePiece-style vocabulary: a special token, every byte, words of JSON and of text. */
    static Vocabulary vocabulary(int words, long seed) throws Exception {
        Map<String, Integer> vocab = new LinkedHashMap<>();
        vocab.put("</s>", 0);
        for (int b = 0; b < 256; b++) vocab.put("<0x%02X>".formatted(b), vocab.size());
        SplittableRandom random = new SplittableRandom(seed);
        List<String> parts = List.of(
                "\"", "{", "}", "[", "]", ":", ",", "\u2581", "a", "b", "name", "true", "fal", "nul", "1", "20", "-",
                ".", "e", "ü", "\\", "\\n", "\\u00", "\n", "語", "order", "😀", "\": ", "\"}", "\", \"");
        while (vocab.size() < words) {
            StringBuilder word = new StringBuilder();
            for (int n = random.nextInt(1, 5); n > 0; n--) word.append(parts.get(random.nextInt(parts.size())));
            vocab.putIfAbsent(word.toString(), vocab.size());
        }
        Path file = folder.resolve("tokenizer-" + words + "-" + seed + ".json");
        Files.write(
                file,
                new ObjectMapper()
                        .writeValueAsBytes(Map.of(
                                "added_tokens", List.of(Map.of("id", 0, "content", "</s>", "special", true)),
                                "decoder",
                                        Map.of(
                                                "type",
                                                "Sequence",
                                                "decoders",
                                                List.of(Map.of("type", "ByteFallback"), Map.of("type", "Fuse"))),
                                "model", Map.of("type", "BPE", "vocab", vocab))));
        return Vocabulary.read(file);
    }

    @Test
    void theMaskHoldsExactlyTheTokensWhoseBytesMayCome() throws Exception {
        Vocabulary vocabulary = vocabulary(3000, 1);
        Tokens tokens = new Tokens(vocabulary);
        SplittableRandom random = new SplittableRandom(5);
        for (String schema : GrammarPropertyTest.SCHEMAS) {
            Grammar grammar = Grammar.of(OutputFormat.json(schema));
            State at = grammar.start();
            for (int step = 0; step < 25 && !grammar.isOver(at); step++) {
                long[] mask = tokens.mask(at, grammar);
                int[] allowed = new int[vocabulary.size()];
                int n = 0;
                for (int id = 0; id < vocabulary.size(); id++) {
                    boolean fits =
                            vocabulary.bytes(id).length > 0 && grammar.step(at, vocabulary.bytes(id)) != State.DEAD;
                    assertThat((mask[id >> 6] >> id & 1) == 1)
                            .as("token %d of %s", id, schema)
                            .isEqualTo(fits);
                    if (fits) allowed[n++] = id;
                }
                assertThat(n).isPositive();
                at = grammar.step(at, vocabulary.bytes(allowed[random.nextInt(n)]));
            }
        }
    }

    @Test
    void stopTokensMayComeOnlyWhereTheTextIsComplete() throws Exception {
        Vocabulary vocabulary = vocabulary(400, 2);
        FormattedAnswer answer = new FormattedAnswer(
                new AnswerFormat(OutputFormat.json("{\"type\":\"integer\"}"), new Tokens(vocabulary)), Set.of(0, 9999));
        float[] scores = new float[500]; // padded beyond the vocabulary
        assertThat(answer.mask(scores)).isTrue();
        assertThat(scores[0]).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(scores[499]).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(scores[1 + '7']).isZero();
        answer.take(1 + '7');
        assertThat(answer.isOver()).isFalse();
        scores = new float[500];
        assertThat(answer.mask(scores)).isTrue();
        assertThat(scores[0]).isZero();
        assertThat(scores[1 + '7']).isZero();
        assertThat(scores[1 + ' ']).isEqualTo(Float.NEGATIVE_INFINITY);
    }

    @Test
    void anAnswerOfNothingButTextNeedsNoSearch() throws Exception {
        Vocabulary vocabulary = vocabulary(3000, 3);
        assertThat(QuotedPiece.isPlain(" ü語😀".getBytes(StandardCharsets.UTF_8)))
                .isTrue();
        for (String not : List.of("a\"", "\\n", "\n", "\u0000"))
            assertThat(QuotedPiece.isPlain(not.getBytes(StandardCharsets.UTF_8)))
                    .isFalse();
        assertThat(QuotedPiece.isPlain(new byte[] {(byte) 0xC3})).isFalse();
        assertThat(QuotedPiece.isPlain(new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80}))
                .isFalse();
        assertThat(vocabulary.bytes(0)).isEmpty();
        assertThat(vocabulary.bytes(1 + 0xC3)).containsExactly(0xC3);
        assertThat(vocabulary.bytes(123_456)).isEmpty();
    }
}
