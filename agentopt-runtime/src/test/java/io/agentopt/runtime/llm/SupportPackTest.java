package io.agentopt.runtime.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agentopt.message.Completion.Finish;
import io.agentopt.message.Prompt;
import io.agentopt.message.ToolCall;
import io.agentopt.operator.OutputFormat;
import io.agentopt.operator.Sampling;
import io.agentopt.operator.ToolSchema;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.pack.ModelStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The repository's demonstration models against what their trainer recorded. */
class SupportPackTest {
    static final Path MODELS = Path.of(System.getProperty("agentopt.repository", "."), "models");

    @BeforeEach
    void modelsAreThere() {
        assumeTrue(
                Files.isRegularFile(MODELS.resolve("support-1/model.onnx")),
                "skipped: no models/support-1 in this checkout");
    }

    @Test
    void tokensScoresAndAnswersAreTheTrainers() throws Exception {
        ModelPack pack = ModelStore.of(MODELS).pack("support-1");
        JsonNode reference = new ObjectMapper()
                .readTree(MODELS.resolve("support-1/reference.json").toFile());
        try (LlmEngine engine = LlmEngine.open(pack, EngineSettings.cpu(2));
                LlmEngine other = LlmEngine.open(pack, EngineSettings.cpu(1))) {
            for (JsonNode p : reference.path("prompts")) {
                int[] ids = engine.tokenizer().encodeTrusted(p.path("prompt").asText());
                assertThat(ids).containsExactly(ints(p.path("ids")));
                KvCache cache = engine.prefill(ids, CancelToken.none());
                float[] scores = engine.scores(cache.use());
                for (int i = 0; i < 16; i++) {
                    assertThat((double) scores[i])
                            .isCloseTo(p.path("logitsFirst16").get(i).asDouble(), within(1e-2));
                }
                cache.spend();
                StringBuilder heard = new StringBuilder();
                Generation g = other.decode(
                        engine.prefill(ids, CancelToken.none()).transferTo(other),
                        DecodeOptions.greedy(128),
                        (index, id, text) -> heard.append(text),
                        CancelToken.none());
                int[] expected = ints(p.path("continuationIds"));
                List<Integer> start =
                        g.ids().subList(0, Math.min(expected.length, g.ids().size()));
                assertThat(start.stream().mapToInt(i -> i).toArray()).containsExactly(expected);
                assertThat(heard).hasToString(g.text());
                assertThat(g.text()).startsWith(p.path("continuation").asText());
            }
        }
    }

    @Test
    void whatTheModelWritesByItselfIsLetThrough() throws Exception {
        ModelPack pack = ModelStore.of(MODELS).pack("support-1");
        ToolSchema status = ToolSchema.of(
                "order_status",
                "{\"type\":\"object\",\"required\":[\"order\"],\"properties\":{\"order\":{\"type\":\"string\"}}}");
        OutputFormat calls = new OutputFormat.Calls(List.of(status), false);
        try (LlmEngine engine = LlmEngine.open(pack, EngineSettings.cpu(2))) {
            Prompt asks = Prompt.system("Answer briefly.").user("Where is my order AB-27154?");
            Generation free = engine.generate(asks, DecodeOptions.greedy(64), TokenListener.NONE, CancelToken.none());
            Generation held = engine.generate(
                    asks,
                    DecodeOptions.greedy(64).with(Sampling.greedy().format(calls)),
                    TokenListener.NONE,
                    CancelToken.none());
            assertThat(free.completion().toolCalls())
                    .containsExactly(new ToolCall("order_status", Map.of("order", "AB-27154")));
            assertThat(held.text()).isEqualTo(free.text());
            assertThat(held.finish()).isEqualTo(Finish.STOP);
            Prompt chats = Prompt.system("Answer briefly.").user("hello");
            Generation forced = engine.generate(
                    chats,
                    DecodeOptions.greedy(64).with(Sampling.greedy().format(calls)),
                    TokenListener.NONE,
                    CancelToken.none());
            if (forced.finish() == Finish.STOP)
                assertThat(forced.completion().toolCalls()).isNotEmpty();
            assertThat(forced.text())
                    .matches(t -> t.startsWith("{\"name\":") || t.startsWith("[{\"name\":"))
                    .contains("order_status");
        }
    }

    @Test
    void theEmbedderFindsTheClosest() {
        try (EmbedEngine engine =
                EmbedEngine.open(ModelStore.of(MODELS).pack("support-embed"), SessionSettings.cpu(1))) {
            var vectors = engine.embed(
                    List.of(
                            "how long can i return winter coats?",
                            "Winter coats can be returned within 30 days.",
                            "Delivery of cameras costs you 4.20 dollars."),
                    CancelToken.none());
            assertThat(vectors.get(0).cosine(vectors.get(1)))
                    .isGreaterThan(vectors.get(0).cosine(vectors.get(2)));
            assertThat(engine.embed("how long can i return winter coats?", CancelToken.none())
                            .cosine(vectors.get(0)))
                    .isCloseTo(1, within(1e-5));
        }
    }

    private static int[] ints(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToInt(JsonNode::asInt)
                .toArray();
    }
}
