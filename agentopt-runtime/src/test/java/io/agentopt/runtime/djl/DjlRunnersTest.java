package io.agentopt.runtime.djl;

import static io.agentopt.operator.Operators.embed;
import static io.agentopt.operator.Operators.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDList;
import ai.djl.repository.zoo.Criteria;
import ai.djl.translate.Batchifier;
import ai.djl.translate.NoopTranslator;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import ai.djl.util.StringPair;
import io.agentopt.graph.AgentGraph;
import io.agentopt.message.Audio;
import io.agentopt.message.Embedding;
import io.agentopt.message.Passage;
import io.agentopt.message.Tensor;
import io.agentopt.message.Tensors;
import io.agentopt.runtime.Agent;
import io.agentopt.runtime.AgentOptions;
import io.agentopt.runtime.AgentRuntime;
import io.agentopt.runtime.backend.onnx.OnnxWriter;
import io.agentopt.runtime.dispatch.Running;
import io.agentopt.runtime.runner.Embedder;
import io.agentopt.runtime.runner.Inference;
import io.agentopt.runtime.runner.Reranker;
import io.agentopt.runtime.runner.Transcriber;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** By DJL's engine of ONNX Runtime; nothing here knows which engine it is. */
@Timeout(60)
class DjlRunnersTest {
    @TempDir
    Path root;

    private Path file(OnnxWriter model) {
        try {
            return Files.write(root.resolve("model.onnx"), model.model());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private <I, O> DjlModel<I, O> open(OnnxWriter onnx, Class<I> in, Class<O> out, Translator<I, O> translator, int n) {
        Path file = file(onnx);
        return DjlModel.open(
                () -> Criteria.builder()
                        .setTypes(in, out)
                        .optModelPath(file)
                        .optEngine("OnnxRuntime")
                        .optTranslator(translator)
                        .build(),
                n);
    }

    /** Of rows of three numbers: their squares, and -x. */
    private static OnnxWriter squares() {
        OnnxWriter w = new OnnxWriter("squares");
        w.input("x", OnnxWriter.FLOAT, "rows", 3);
        w.output("squares", OnnxWriter.FLOAT, "rows", 3);
        w.node("Mul", "squares", List.of("x", "x"), Map.of());
        return w;
    }

    /** Three numbers of a text: its length and its first and last character. */
    private static float[] letters(String text) {
        return new float[] {text.length(), text.charAt(0), text.charAt(text.length() - 1)};
    }

    /** A translator of one row of three numbers, in batches. */
    private static <I, O> Translator<I, O> rows(Function<I, float[]> in, Function<float[], O> out, List<Integer> seen) {
        return new Translator<>() {
            @Override
            public NDList processInput(TranslatorContext context, I input) {
                seen.add((int) in.apply(input)[0]);
                return new NDList(context.getNDManager().create(in.apply(input)));
            }

            @Override
            public O processOutput(TranslatorContext context, NDList list) {
                return out.apply(list.getFirst().toFloatArray());
            }

            @Override
            public Batchifier getBatchifier() {
                return Batchifier.STACK;
            }
        };
    }

    @Test
    void anInferenceKnowsInputsAndOutputsByPosition() throws Exception {
        OnnxWriter w = new OnnxWriter("two");
        w.input("a", OnnxWriter.FLOAT, "n").input("b", OnnxWriter.INT64, "n");
        w.output("difference", OnnxWriter.FLOAT, "n").output("twice", OnnxWriter.INT64, "n");
        w.node("Cast", "bf", List.of("b"), Map.of("to", (long) OnnxWriter.FLOAT));
        w.node("Sub", "difference", List.of("a", "bf"), Map.of());
        w.node("Add", "twice", List.of("b", "b"), Map.of());
        try (DjlModel<NDList, NDList> model = open(w, NDList.class, NDList.class, new NoopTranslator(), 1)) {
            Inference inference = DjlRunners.inference(model, List.of("a", "b"), List.of("difference", "twice"));
            Tensors given =
                    new Tensors(Map.of("b", Tensor.of(new long[] {1, 2}), "a", Tensor.of(new float[] {10, 20})));
            Tensors got = inference.infer(given, List.of("twice"));
            assertThat(got.get("difference")).isEqualTo(Tensor.of(new float[] {9, 18}));
            assertThat(got.get("twice")).isEqualTo(Tensor.of(new long[] {2, 4}));
            assertThatThrownBy(() ->
                            inference.infer(new Tensors(Map.of("c", Tensor.of(new float[1]))), List.of("twice")))
                    .hasMessageContaining("no input 'c'");
            assertThatThrownBy(() ->
                            inference.infer(new Tensors(Map.of("a", Tensor.of(new float[1]))), List.of("twice")))
                    .hasMessageContaining("There is no tensor 'b'");
            assertThatThrownBy(() -> DjlRunners.inference(model, List.of("a", "b"), List.of("one"))
                            .infer(given, List.of("one")))
                    .hasMessageContaining("gave 2 arrays, and was declared with the outputs [one]");
            Tensors wrong = new Tensors(Map.of("a", Tensor.of(new long[] {1}), "b", Tensor.of(new long[] {1})));
            assertThatThrownBy(() -> inference.infer(wrong, List.of("twice")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("of DJL failed");
            assertThat(inference.infer(given, List.of("twice")).get("twice")).isEqualTo(got.get("twice"));
        }
    }

    @Test
    void anEmbedderRunsTextsByLengthAndGivesThemBackInOrder() throws Exception {
        List<Integer> seen = Collections.synchronizedList(new ArrayList<>());
        try (DjlModel<String, float[]> model =
                open(squares(), String.class, float[].class, rows(DjlRunnersTest::letters, v -> v, seen), 1)) {
            Embedder embedder = DjlRunners.embedder(model);
            List<String> texts = IntStream.range(0, 100)
                    .mapToObj(i -> "x".repeat(1 + (i * 37) % 50) + (char) ('a' + i % 26))
                    .toList();
            List<Embedding> vectors = embedder.embed(texts);
            for (int i = 0; i < texts.size(); i++) {
                float[] l = letters(texts.get(i));
                assertThat(vectors.get(i).values()).containsExactly(l[0] * l[0], l[1] * l[1], l[2] * l[2]);
            }
            assertThat(seen).isSorted().hasSize(100);
            assertThat(embedder.embed(List.of())).isEmpty();
        }
    }

    @Test
    void aRerankerSortsByWhatTheModelSays() throws Exception {
        Translator<StringPair, float[]> translator =
                rows(p -> letters(p.getKey() + p.getValue()), v -> new float[] {v[1], v[2]}, new ArrayList<>());
        List<Passage> passages = List.of(Passage.of("1", "b"), Passage.of("2", "z"), Passage.of("3", "b"));
        try (DjlModel<StringPair, float[]> model = open(squares(), StringPair.class, float[].class, translator, 1)) {
            Reranker reranker = DjlRunners.reranker(model);
            List<Passage> best = reranker.rerank("q", passages, 2);
            assertThat(best).extracting(Passage::id).containsExactly("2", "1");
            assertThat(best.getFirst().score()).isEqualTo('z' * 'z' - 'q' * 'q');
        }
        try (DjlModel<StringPair, float[]> model = open(
                squares(),
                StringPair.class,
                float[].class,
                rows(p -> letters("q"), v -> new float[] {Float.NaN}, new ArrayList<>()),
                1)) {
            assertThatThrownBy(() -> DjlRunners.reranker(model).rerank("q", passages, 2))
                    .hasMessageContaining("The score (NaN) of passage '1'");
        }
    }

    @Test
    void aTranscriberHearsSpeechInTheLanguagesItKnows() throws Exception {
        Translator<ai.djl.modality.audio.Audio, String> translator = rows(
                a -> new float[] {a.getData()[0], a.getSampleRate(), a.getChannels()},
                v -> (int) v[0] + " " + (int) Math.sqrt(v[1]) + " " + (int) v[2],
                new ArrayList<>());
        try (DjlModel<ai.djl.modality.audio.Audio, String> model =
                open(squares(), ai.djl.modality.audio.Audio.class, String.class, translator, 1)) {
            Transcriber transcriber = DjlRunners.transcriber(model, Set.of("en"));
            Audio speech = new Audio(new float[] {3, 0}, 16000);
            assertThat(transcriber.transcribe(speech, Optional.of("en"))).isEqualTo("9 16000 1");
            assertThat(transcriber.transcribe(speech, Optional.empty())).isEqualTo("9 16000 1");
            assertThatThrownBy(() -> transcriber.transcribe(speech, Optional.of("de")))
                    .hasMessageContaining("does not know the language 'de'");
        }
    }

    @Test
    void manyCallersShareThePredictorsAndAClosedModelSaysSo() throws Exception {
        DjlModel<String, float[]> model = open(
                squares(),
                String.class,
                float[].class,
                rows(DjlRunnersTest::letters, v -> v, Collections.synchronizedList(new ArrayList<>())),
                3);
        try (model;
                var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = IntStream.range(1, 100)
                    .mapToObj(i -> pool.submit(() -> model.predict("y".repeat(i))))
                    .toList();
            for (int i = 1; i < 100; i++)
                assertThat(answers.get(i - 1).get()[0]).isEqualTo(i * i);
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> model.predict("y")).isInstanceOf(InterruptedException.class);
            assertThat(model.predict("yy")[0]).isEqualTo(4);
        }
        assertThatThrownBy(() -> model.predict("y"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        model.close();
    }

    @Test
    void aModelThatCannotBeLoadedSaysWhatToCheck() throws IOException {
        Files.writeString(root.resolve("model.onnx"), "no model");
        assertThatThrownBy(() -> DjlModel.open(
                        () -> Criteria.builder()
                                .setTypes(NDList.class, NDList.class)
                                .optModelPath(root.resolve("gone"))
                                .optEngine("OnnxRuntime")
                                .optTranslator(new NoopTranslator())
                                .build(),
                        1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("The DJL model cannot be loaded");
        assertThatThrownBy(() -> DjlModel.open(
                        () -> Criteria.builder()
                                .setTypes(NDList.class, NDList.class)
                                .optModelPath(root.resolve("model.onnx"))
                                .optEngine("OnnxRuntime")
                                .optTranslator(new NoopTranslator())
                                .build(),
                        1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("The DJL model cannot be loaded");
    }

    @Test
    void anAgentEmbedsByDjl() {
        try (DjlModel<String, float[]> model = open(
                squares(), String.class, float[].class, rows(DjlRunnersTest::letters, v -> v, new ArrayList<>()), 1)) {
            AgentGraph<String, Double> graph = AgentGraph.define(
                    "embedding",
                    String.class,
                    Double.class,
                    (g, text) ->
                            g.node("vector", embed(model("squares")), text).map("first", e -> (double) e.values()[0]));
            AgentOptions options = AgentOptions.DEFAULTS.withEmbedder("squares", DjlRunners.embedder(model));
            try (Agent<String, Double> agent = AgentRuntime.load(graph, Running.onOneDevice(graph), options)) {
                assertThat(agent.run("seven")).isEqualTo(25);
            }
            try (Agent<String, Double> agent = AgentRuntime.load(
                    graph, Running.onOneDevice(graph), AgentOptions.DEFAULTS.withEmbedder("squares", t -> List.of()))) {
                assertThatThrownBy(() -> agent.run("x")).hasMessageContaining("gave 0 vectors for 1 texts");
            }
        }
    }
}
