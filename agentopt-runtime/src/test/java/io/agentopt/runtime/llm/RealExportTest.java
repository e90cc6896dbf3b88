package io.agentopt.runtime.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agentopt.message.Message.Role;
import io.agentopt.message.Passage;
import io.agentopt.message.Prompt;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.llm.error.PromptTooLongException;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.pack.ModelPackException;
import io.agentopt.runtime.text.ChatTemplate;
import io.agentopt.runtime.text.Tokenizer;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tiny random models of real architectures, exported by scripts/export_decoder.py and scripts/export_encoder.py, with what PyTorch made of them in their
 * expected.json. The decoder Qwen2 and the embedder RoBERTa take int32, the others int64; RoBERTa takes no token types.
 */
class RealExportTest {
    private static final SessionSettings CPU = SessionSettings.cpu(1);

    @TempDir
    Path root;

    @AfterEach
    void nothingIsLeft() {
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    private static Path folder(String model) {
        try {
            return Path.of(Objects.requireNonNull(RealExportTest.class.getResource("/models/" + model))
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<JsonNode> expected(String model, String field) throws IOException {
        return new ObjectMapper()
                .readTree(folder(model).resolve("expected.json").toFile())
                .path(field)
                .valueStream()
                .toList();
    }

    private static List<Integer> ids(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(JsonNode::asInt)
                .toList();
    }

    private static List<Integer> ids(int[] tokens) {
        return java.util.Arrays.stream(tokens).boxed().toList();
    }

    private static Prompt prompt(JsonNode messages) {
        Prompt prompt = Prompt.EMPTY;
        for (JsonNode message : messages) {
            Role role = Role.valueOf(message.path("role").asText().toUpperCase(Locale.ROOT));
            prompt = prompt.plus(role, message.path("content").asText());
        }
        return prompt;
    }

    /** Prompt tokens and greedy tokens are those of transformers, prompts filled at once and in chunks, answers alone and beside each other. */
    @ParameterizedTest
    @ValueSource(strings = {"tiny-llama", "tiny-qwen2"})
    void aDecoderGivesTheTokensOfPyTorch(String model) throws IOException {
        ModelPack pack = ModelPack.read(folder(model));
        ModelPack.Decoder layout = pack.layout(ModelPack.Decoder.class);
        assertThat(layout.lastOnly()).isTrue();
        List<JsonNode> answers = expected(model, "answers");
        assertThat(answers).hasSize(3);
        try (Tokenizer tokenizer = pack.openTokenizer()) {
            ChatTemplate template = pack.chatTemplate(tokenizer, layout.chat());
            for (JsonNode answer : answers)
                assertThat(ids(template.format(prompt(answer.path("messages")))))
                        .isEqualTo(ids(answer.path("prompt")));
        }
        for (int chunk : new int[] {256, 5}) {
            try (LlmEngine engine = LlmEngine.open(pack, EngineSettings.cpu(1).withPrefillChunk(chunk))) {
                List<KvCache> caches = new ArrayList<>(); // held at the same time
                for (JsonNode answer : answers)
                    caches.add(engine.prefill(prompt(answer.path("messages")), CancelToken.none()));
                for (int i = 0; i < answers.size(); i++) {
                    JsonNode tokens = answers.get(i).path("tokens");
                    Generation made = engine.decode(
                            caches.get(i), DecodeOptions.greedy(tokens.size()), TokenListener.NONE, CancelToken.none());
                    assertThat(made.ids()).isEqualTo(ids(tokens));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tiny-bert", "tiny-roberta"})
    void anEmbedderGivesTheVectorsOfSentenceTransformers(String model) throws IOException {
        ModelPack pack = ModelPack.read(folder(model));
        List<JsonNode> rows = expected(model, "rows");
        try (EmbedEngine engine = EmbedEngine.open(pack, EmbedSettings.of(CPU).truncated())) {
            for (JsonNode row : rows) {
                EmbedEngine.Role role = role(row);
                assertThat(ids(engine.encode(row.path("text").asText(), role))).isEqualTo(ids(row.path("tokens")));
            }
            for (EmbedEngine.Role role : EmbedEngine.Role.values()) {
                List<JsonNode> these =
                        rows.stream().filter(r -> role(r) == role).toList();
                var vectors = engine.embed(
                        these.stream().map(r -> r.path("text").asText()).toList(),
                        role,
                        CancelToken.none()); // in common runs
                for (int i = 0; i < these.size(); i++) close(vectors.get(i).values(), these.get(i));
            }
        }
        try (EmbedEngine engine = EmbedEngine.open(pack, CPU)) {
            String longest = rows.getLast().path("text").asText();
            assertThatThrownBy(() -> engine.embed(longest, CancelToken.none()))
                    .isInstanceOf(PromptTooLongException.class)
                    .hasMessageContaining("takes at most " + pack.spec().maxContext());
        }
    }

    private static EmbedEngine.Role role(JsonNode row) {
        return row.path("prompt").isNull()
                ? EmbedEngine.Role.TEXT
                : EmbedEngine.Role.valueOf(row.path("prompt").asText().toUpperCase(Locale.ROOT));
    }

    private static void close(float[] found, JsonNode row) {
        float[] wanted = new float[found.length];
        assertThat(row.path("embedding").size()).isEqualTo(found.length);
        for (int i = 0; i < wanted.length; i++)
            wanted[i] = (float) row.path("embedding").get(i).asDouble();
        assertThat(found).containsExactly(wanted, within(2e-5f));
    }

    @Test
    void aRerankerGivesTheScoresOfPyTorch() throws IOException {
        List<JsonNode> pairs = expected("tiny-ranker", "pairs");
        List<Passage> passages = pairs.stream()
                .map(p ->
                        Passage.of(p.path("passage").asText(), p.path("passage").asText()))
                .toList();
        try (RerankEngine engine = RerankEngine.open(ModelPack.read(folder("tiny-ranker")), RerankSettings.of(CPU))) {
            Ranking ranking = engine.rerank(
                    pairs.getFirst().path("query").asText(), passages, passages.size(), CancelToken.none());
            assertThat(ranking.passages()).hasSize(pairs.size());
            for (Passage p : ranking.passages()) {
                JsonNode pair = pairs.stream()
                        .filter(x -> x.path("passage").asText().equals(p.text()))
                        .findFirst()
                        .orElseThrow();
                assertThat(p.score()).isCloseTo(pair.path("score").asDouble(), within(1e-4));
            }
        }
    }

    private Path copy(String model) throws IOException {
        Path from = folder(model), to = root.resolve(model);
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList())
                Files.copy(file, to.resolve(from.relativize(file).toString()));
        }
        return to;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tokenizer.json|has no tokenizer.json",
                "1_Pooling/config.json|has no 1_Pooling/config.json, which says how tokens are pooled",
                "modules.json|does not say how the states of its tokens become one vector",
                "model.onnx|of an embedder has no ONNX file",
                "model.onnx.data|which is not there. Copy it beside the ONNX file"
            })
    void aMissingFileIsNamed(String missing) throws IOException {
        Path folder = copy("tiny-bert");
        Files.delete(folder.resolve(missing.split("\\|")[0]));
        assertThatThrownBy(() -> EmbedEngine.open(ModelPack.read(folder), CPU).close())
                .isInstanceOf(ModelPackException.class)
                .hasMessageContaining(missing.split("\\|")[1]);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "modules.json|models.Pooling|models.Dense|lists a step 'sentence_transformers.models.Dense'",
                "modules.json|1_Pooling|../else|must lie in the pack's folder",
                "1_Pooling/config.json|mean_tokens\": true|mean_tokens\": false|names the pooling modes []",
                "1_Pooling/config.json|max_tokens\": false|max_tokens\": true|one is needed, mean, cls or lasttoken",
                "1_Pooling/config.json|include_prompt\": true|include_prompt\": false|leaves prompts out of the pooling",
                "config_sentence_transformers.json|null|\"none\"|is none of the prompts",
                "tokenizer_config.json|\"pad_token\": \"[PAD]\"|\"pad_token\": \"<x>\"|is no added token of tokenizer.json"
            })
    void whatCannotBeIsRefused(String change) throws IOException {
        String[] parts = change.split("\\|");
        Path file = copy("tiny-bert").resolve(parts[0]);
        String before = Files.readString(file);
        assertThat(before).contains(parts[1]);
        Files.writeString(file, before.replace(parts[1], parts[2]));
        assertThatThrownBy(() -> ModelPack.read(root.resolve("tiny-bert")))
                .isInstanceOf(ModelPackException.class)
                .hasMessageContaining(parts[3]);
    }

    /** Files of newer releases name one mode; the last token's state is that of a text alone, whatever it is padded with. */
    @Test
    void theLastTokenIsNotPadding() throws IOException {
        Path folder = copy("tiny-roberta");
        Files.writeString(
                folder.resolve("1_Pooling/config.json"), "{\"embedding_dimension\":64,\"pooling_mode\":\"lasttoken\"}");
        ModelPack pack = ModelPack.read(folder);
        assertThat(pack.layout(ModelPack.Embedder.class).pooling()).isEqualTo(ModelPack.Pooling.LAST);
        assertThat(pack.layout(ModelPack.Embedder.class).padding()).isEqualTo(1);
        List<String> texts = List.of("a", "where is my parcel", "what is it worth");
        try (EmbedEngine engine = EmbedEngine.open(
                pack, EmbedSettings.of(CPU).withLimits(new io.agentopt.runtime.llm.encode.BatchLimits(8, 4096, 0.9)))) {
            var together = engine.embed(texts, CancelToken.none());
            for (int i = 0; i < texts.size(); i++)
                assertThat(together.get(i).values())
                        .containsExactly(
                                engine.embed(texts.get(i), CancelToken.none()).values(), within(1e-5f));
        }
    }
}
