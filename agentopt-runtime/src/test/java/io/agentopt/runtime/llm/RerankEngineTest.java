package io.agentopt.runtime.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.message.Passage;
import io.agentopt.model.ModelSpec;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.CancelledException;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.llm.encode.BatchLimits;
import io.agentopt.runtime.llm.error.LlmException;
import io.agentopt.runtime.llm.error.PromptTooLongException;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.pack.ModelPackException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class RerankEngineTest {
    private static final RerankSettings CPU = RerankSettings.of(SessionSettings.cpu(1));

    @TempDir
    Path root;

    private static List<Passage> passages(int count, int longest) {
        SplittableRandom random = new SplittableRandom(count);
        List<Passage> passages = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            StringBuilder text = new StringBuilder();
            int length = random.nextInt(0, longest + 1);
            for (int c = 0; c < length; c++) text.append((char) random.nextInt('a', 'p'));
            passages.add(Passage.of("p" + i, text.toString()));
        }
        return passages;
    }

    @ParameterizedTest
    @CsvSource({"1,true,64", "2,true,1", "1,false,5", "0,true,64", "2,false,64"})
    void scoresAndOrderAreThoseOfPlainJava(int labels, boolean types, int rows) {
        TinyReranker tiny = new TinyReranker("rr", labels, types, 48);
        List<Passage> passages = passages(100, 70); // some are cut
        try (RerankEngine engine =
                RerankEngine.open(ModelPack.read(tiny.write(root)), CPU.withLimits(new BatchLimits(rows, 512, 0.25)))) {
            Ranking ranking = engine.rerank("which one?", passages, 100, CancelToken.none());
            Map<String, Double> expected = new HashMap<>();
            for (Passage p : passages) expected.put(p.id(), tiny.score("which one?", p.text()));
            assertThat(ranking.passages()).hasSize(100);
            for (Passage p : ranking.passages())
                assertThat(p.score()).as(p.id()).isCloseTo(expected.get(p.id()), within(1e-5));
            assertThat(ranking.passages()).isSortedAccordingTo(Comparator.comparingDouble(p -> -p.score()));
            assertThat(ranking.tokens())
                    .isEqualTo(passages.stream()
                            .mapToInt(p -> Math.min(48, 13 + p.text().length()))
                            .sum());
            assertThat(engine.rerank("which one?", passages, 3, CancelToken.none())
                            .passages())
                    .extracting(Passage::id)
                    .isEqualTo(ranking.passages().subList(0, 3).stream()
                            .map(Passage::id)
                            .toList());
            assertThat(engine.rerank("q", List.of(), 3, CancelToken.none()).passages())
                    .isEmpty();
            assertThat(engine.model().kind()).isEqualTo(ModelSpec.Kind.EMBEDDER);
        }
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    @Test
    void equalScoresKeepTheirOrderAndTheTextStays() {
        try (RerankEngine engine =
                RerankEngine.open(ModelPack.read(new TinyReranker("rr", 1, true, 16).write(root)), CPU)) {
            List<Passage> same = List.of(
                    new Passage("b", "xx", 3),
                    new Passage("a", "xx", 9),
                    new Passage("c", "xx and much, much more", 0));
            Ranking ranking = engine.rerank("q", same, 3, CancelToken.none());
            assertThat(ranking.passages().stream()
                            .map(Passage::id)
                            .filter(i -> !i.equals("c"))
                            .toList())
                    .containsExactly("b", "a");
            assertThat(ranking.passages()).extracting(Passage::text).contains("xx and much, much more");
        }
    }

    @Test
    void whatIsTooLongIsCutOrRefusedAsAsked() {
        ModelPack pack = ModelPack.read(new TinyReranker("rr", 1, true, 32).write(root));
        List<Passage> passages = List.of(Passage.of("short", "x"), Passage.of("long", "y".repeat(40)));
        try (RerankEngine refusing = RerankEngine.open(pack, CPU.refusing());
                RerankEngine cutting = RerankEngine.open(pack, CPU)) {
            assertThatThrownBy(() -> refusing.rerank("q", passages, 1, CancelToken.none()))
                    .isInstanceOf(PromptTooLongException.class)
                    .hasMessageContaining("passage 2 of 2 ('long') has 44 tokens and the model 'rr' takes at most 32");
            assertThat(refusing.rerank("q", passages.subList(0, 1), 1, CancelToken.none())
                            .passages())
                    .hasSize(1);
            for (RerankEngine engine : List.of(refusing, cutting)) {
                assertThatThrownBy(() -> engine.rerank("q".repeat(29), passages, 1, CancelToken.none()))
                        .isInstanceOf(PromptTooLongException.class)
                        .hasMessageContaining("The query, with the 3 tokens around it and a passage, has 33 tokens");
            }
            assertThat(cutting.rerank("q".repeat(28), passages, 2, CancelToken.none())
                            .tokens())
                    .isEqualTo(64);
        }
    }

    @Test
    void aScoreThatIsNotFiniteIsAFailureOfItsRequestAlone() throws IOException {
        TinyReranker tiny = new TinyReranker("rr", 1, true, 32);
        Path folder = tiny.write(root);
        tiny.overflow(folder, 'z');
        try (RerankEngine engine = RerankEngine.open(ModelPack.read(folder), CPU)) {
            List<Passage> bad = List.of(Passage.of("a", "x"), Passage.of("b", "z"));
            assertThatThrownBy(() -> engine.rerank("q", bad, 1, CancelToken.none()))
                    .isInstanceOf(LlmException.class)
                    .hasMessageContaining("The score (NaN) of passage 2 of 2 ('b') by model 'rr' is not finite");
            assertThat(engine.rerank("q", bad.subList(0, 1), 1, CancelToken.none())
                            .passages())
                    .hasSize(1);
            assertThatThrownBy(() -> engine.rerank("q", bad, 0, CancelToken.none()))
                    .isInstanceOf(IllegalArgumentException.class);
            CancelToken cancelled = CancelToken.create();
            cancelled.cancel("enough");
            assertThatThrownBy(() -> engine.rerank("q", bad, 1, cancelled)).isInstanceOf(CancelledException.class);
        }
    }

    @Test
    void foldersOfHuggingFaceAreRead() throws IOException {
        TinyReranker tiny = new TinyReranker("hf", 2, true, 34);
        Path folder = tiny.writeHuggingFace(root, "bert");
        ModelPack pack = ModelPack.read(folder);
        assertThat(pack.layout())
                .isEqualTo(new ModelPack.Reranker(
                        "input_ids", "attention_mask", java.util.Optional.of("token_type_ids"), "logits", 2, 0));
        assertThat(pack.spec().maxContext()).isEqualTo(34);
        try (RerankEngine engine = RerankEngine.open(pack, CPU)) {
            assertThat(engine.rerank("q", List.of(Passage.of("a", "text")), 1, CancelToken.none())
                            .passages()
                            .getFirst()
                            .score())
                    .isCloseTo(tiny.score("q", "text"), within(1e-5));
        }
        Path roberta = new TinyReranker("roberta", 0, false, 34).writeHuggingFace(root, "xlm-roberta");
        assertThat(ModelPack.read(roberta).spec().maxContext()).isEqualTo(32);
        assertThat(ModelPack.read(roberta).layout())
                .isEqualTo(new ModelPack.Reranker(
                        "input_ids", "attention_mask", java.util.Optional.empty(), "logits", 1, 0));
        Path classifier = new TinyReranker("three", 3, true, 34).writeHuggingFace(root, "bert");
        assertThatThrownBy(() -> ModelPack.read(classifier))
                .isInstanceOf(ModelPackException.class)
                .hasMessageContaining("has 3 labels");
        Files.delete(folder.resolve("model.onnx"));
        assertThatThrownBy(() -> ModelPack.read(folder))
                .isInstanceOf(ModelPackException.class)
                .hasMessageContaining("no ONNX file");
    }

    private void refused(Path folder, String... parts) {
        assertThatThrownBy(() -> RerankEngine.open(ModelPack.read(folder), CPU).close())
                .isInstanceOf(ModelPackException.class)
                .hasMessageContainingAll(parts);
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    @Test
    void brokenPacksAreNamed() throws IOException {
        TinyReranker tiny = new TinyReranker("rr", 1, true, 32);
        Path folder = tiny.write(root);
        byte[] onnx = Files.readAllBytes(folder.resolve("model.onnx"));
        Files.write(folder.resolve("model.onnx"), java.util.Arrays.copyOf(onnx, onnx.length / 2));
        refused(folder, "model 'rr' cannot be loaded", "cut short");

        String json = Files.readString(tiny.write(root).resolve("model.json"));
        TinyReranker.write(folder.resolve("model.json"), json.replace("\"tokenTypes\":\"token_type_ids\",", ""));
        refused(folder, "asks for the input", "token_type_ids", "onnx.tokenTypes");
        TinyReranker.write(folder.resolve("model.json"), json.replace("\"labels\":1", "\"labels\":2"));
        refused(folder, "output 'logits'", "float32 [batch, 2]");
        TinyReranker.write(folder.resolve("model.json"), json.replace("\"labels\":1", "\"labels\":3"));
        refused(folder, "onnx.labels (3)");
        TinyReranker.write(folder.resolve("model.json"), json.replace("\"scores\":\"logits\"", "\"scores\":\"x\""));
        refused(folder, "no output 'x'");

        tiny.write(root);
        Files.write(folder.resolve("tokenizer.json"), TinyPack.tokenizer());
        refused(folder, "puts nothing between the two texts of a pair");
        refused(TinyPack.writeEmbedder(root, "embed"), "'embed'", "kind embedder", "kind reranker");
    }
}
