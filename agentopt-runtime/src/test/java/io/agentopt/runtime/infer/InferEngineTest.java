package io.agentopt.runtime.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.message.Tensor;
import io.agentopt.message.Tensors;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.CancelledException;
import io.agentopt.runtime.backend.onnx.OnnxWriter;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.backend.ort.OrtException;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.llm.pack.ModelPackException;
import io.agentopt.runtime.llm.pack.ModelStore;
import io.agentopt.runtime.llm.pack.OnnxPack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class InferEngineTest {
    private static final SessionSettings CPU = SessionSettings.cpu(1);
    private static final int UINT8 = 2, INT8 = 3, INT16 = 5, BOOL = 9, FLOAT64 = 11, BFLOAT16 = 16;

    @TempDir
    Path root;

    @AfterEach
    void nothingStaysOpen() {
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    private OnnxPack pack(String id, OnnxWriter model) {
        return pack(id, model.model());
    }

    private OnnxPack pack(String id, byte[] model) {
        try {
            Path folder = Files.createDirectories(root.resolve(id));
            Files.write(folder.resolve("model.onnx"), model);
            return OnnxPack.read(folder);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Tensors one(String name, Tensor tensor) {
        return new Tensors(Map.of(name, tensor));
    }

    /** x + y, and x doubled. */
    private static OnnxWriter sum() {
        OnnxWriter w = new OnnxWriter("sum");
        w.input("x", OnnxWriter.FLOAT, "rows", 3).input("y", OnnxWriter.FLOAT, "rows", 3);
        w.output("sum", OnnxWriter.FLOAT, "rows", 3).output("double", OnnxWriter.FLOAT, "rows", 3);
        w.node("Add", "sum", List.of("x", "y"), Map.of());
        w.node("Add", "double", List.of("x", "x"), Map.of());
        return w;
    }

    private static Tensors xy(Tensor x, Tensor y) {
        return new Tensors(Map.of("x", x, "y", y));
    }

    private static final Tensor ROW = Tensor.of(new float[] {1, 2, 3}, 1, 3);

    @Test
    void outputsAreThoseThatAreAskedFor() {
        try (InferEngine engine = InferEngine.open(pack("sum", sum()), CPU)) {
            Tensor two = Tensor.of(new float[] {10, 20, 30}, 1, 3);
            assertThat(engine.infer(xy(ROW, two), List.of("sum"), CancelToken.none()))
                    .isEqualTo(one("sum", Tensor.of(new float[] {11, 22, 33}, 1, 3)));
            Tensors both = engine.infer(xy(ROW, two), List.of("double", "sum"), CancelToken.none());
            assertThat(both.byName().keySet()).containsExactly("double", "sum");
            assertThat(both.get("double").floats()).containsExactly(2, 4, 6);
            Tensor none = Tensor.of(new float[0], 0, 3);
            assertThat(engine.infer(xy(none, none), List.of("sum"), CancelToken.none()))
                    .isEqualTo(one("sum", none));
        }
    }

    private static OnnxWriter same(int type) {
        OnnxWriter w = new OnnxWriter("same");
        w.input("x", type, "n").output("y", type, "n");
        w.node("Identity", "y", List.of("x"), Map.of());
        return w;
    }

    @Test
    void everyTypeThatAGraphHasATensorForGoesThrough() {
        Map<Integer, Tensor> tensors = Map.of(
                OnnxWriter.FLOAT,
                Tensor.of(new float[] {1.5f, Float.NaN, Float.NEGATIVE_INFINITY}),
                OnnxWriter.FLOAT16,
                Tensor.of(new float[] {1.5f, -65504, Float.POSITIVE_INFINITY}),
                FLOAT64,
                Tensor.of(new float[] {1.5f, Float.MIN_VALUE}),
                OnnxWriter.INT32,
                Tensor.of(new int[] {7, Integer.MIN_VALUE}),
                OnnxWriter.INT64,
                Tensor.of(new long[] {7, Long.MIN_VALUE}),
                INT8,
                Tensor.of(new byte[] {7, -128}),
                UINT8,
                Tensor.of(new byte[] {7, (byte) 200}),
                BOOL,
                Tensor.of(new byte[] {0, 1, 1}));
        tensors.forEach((type, tensor) -> {
            try (InferEngine engine = InferEngine.open(pack("same" + type, same(type)), CPU)) {
                assertThat(engine.infer(one("x", tensor), List.of("y"), CancelToken.none()))
                        .isEqualTo(one("y", tensor));
            }
        });
        for (int type : new int[] {INT16, BFLOAT16}) {
            try (InferEngine engine = InferEngine.open(pack("other" + type, same(type)), CPU)) {
                refused(engine, one("x", Tensor.of(new float[1])), List.of("y"), "'x'", "no tensors of that type");
            }
        }
    }

    private static void refused(InferEngine engine, Tensors inputs, List<String> outputs, String... parts) {
        assertThatThrownBy(() -> engine.infer(inputs, outputs, CancelToken.none()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(parts);
    }

    @Test
    void aSingleNumberHasOneDimensionInAGraph() {
        OnnxWriter w = new OnnxWriter("scalar");
        w.input("x", OnnxWriter.FLOAT).output("y", OnnxWriter.FLOAT);
        w.node("Neg", "y", List.of("x"), Map.of());
        try (InferEngine engine = InferEngine.open(pack("scalar", w), CPU)) {
            assertThat(engine.infer(one("x", Tensor.of(new float[] {3}, 1)), List.of("y"), CancelToken.none()))
                    .isEqualTo(one("y", Tensor.of(new float[] {-3}, 1)));
            refused(engine, one("x", Tensor.of(new float[2])), List.of("y"), "f32[2]");
        }
    }

    @Test
    void whatDoesNotFitIsNamedAndTheNextRunGoesOn() {
        try (InferEngine engine = InferEngine.open(pack("sum", sum()), CPU)) {
            List<String> sum = List.of("sum");
            refused(engine, one("x", ROW), sum, "input 'y' (float32 [rows, 3]) of model 'sum' is not given", "[x]");
            refused(engine, one("z", ROW), sum, "no input 'z'", "[x, y]");
            refused(engine, xy(ROW, ROW), List.of("total"), "no output 'total'", "[sum, double]");
            refused(engine, xy(ROW, ROW), List.of(), "No output of model 'sum' is wanted");
            refused(
                    engine,
                    xy(ROW, Tensor.of(new long[3], 1, 3)),
                    sum,
                    "input 'y' of model 'sum' is float32 [rows, 3] and was given a tensor i64[1, 3]",
                    "Give f32");
            refused(
                    engine,
                    xy(ROW, Tensor.of(new float[3])),
                    sum,
                    "was given a tensor f32[3]",
                    "that many dimensions, 2");
            refused(engine, xy(ROW, Tensor.of(new float[4], 1, 4)), sum, "f32[1, 4]", "one of these sizes");
            assertThat(engine.infer(xy(ROW, ROW), sum, CancelToken.none())
                            .get("sum")
                            .floats())
                    .containsExactly(2, 4, 6);
        }
    }

    @Test
    void sizesThatContradictEachOtherExplainAFailedRun() {
        try (InferEngine engine = InferEngine.open(pack("sum", sum()), CPU)) {
            assertThatThrownBy(() -> engine.infer(
                            xy(Tensor.of(new float[9], 3, 3), Tensor.of(new float[6], 2, 3)),
                            List.of("sum"),
                            CancelToken.none()))
                    .isInstanceOf(OrtException.class)
                    .hasMessageContainingAll("The size 'rows' of model 'sum' is", "'x'", "'y'");
            assertThat(engine.infer(xy(ROW, ROW), List.of("sum"), CancelToken.none())
                            .get("sum")
                            .floats())
                    .containsExactly(2, 4, 6);
        }
    }

    @Test
    void valuesThatAModelCannotTakeAreRefused() {
        try (InferEngine bool = InferEngine.open(pack("bool", same(BOOL)), CPU);
                InferEngine half = InferEngine.open(pack("half", same(OnnxWriter.FLOAT16)), CPU)) {
            refused(bool, one("x", Tensor.of(new byte[] {1, 2})), List.of("y"), "is bool and was given 2 (element 1)");
            refused(half, one("x", Tensor.of(new float[] {1, 70000})), List.of("y"), "70000", "65504");
        }
    }

    @Test
    void callersAtTheSameTimeGetTheirOwn() throws Exception {
        try (InferEngine engine = InferEngine.open(pack("sum", sum()), CPU);
                var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = IntStream.range(0, 100)
                    .mapToObj(i -> pool.submit(() -> engine.infer(
                            xy(ROW, Tensor.of(new float[] {i, i, i}, 1, 3)), List.of("sum"), CancelToken.none())))
                    .toList();
            for (int i = 0; i < 100; i++)
                assertThat(answers.get(i).get().get("sum").floats()).containsExactly(i + 1, i + 2, i + 3);
        }
    }

    /** Runs long enough to be cancelled. */
    private static OnnxWriter slow() {
        OnnxWriter w = new OnnxWriter("slow");
        w.input("x", OnnxWriter.FLOAT, 256, 256).output("y", OnnxWriter.FLOAT, 256, 256);
        String x = "x";
        for (int i = 0; i < 4000; i++) x = w.node("MatMul", "m" + i, List.of(x, x), Map.of());
        w.node("Identity", "y", List.of(x), Map.of());
        return w;
    }

    @Test
    void aRunInFlightEndsWhenItIsCancelled() throws Exception {
        InferEngine engine = InferEngine.open(pack("slow", slow()), CPU);
        try (engine;
                var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            CancelToken cancel = CancelToken.create();
            Tensors x = one("x", Tensor.of(new float[256 * 256], 256, 256));
            var running = pool.submit(() -> assertThatThrownBy(() -> engine.infer(x, List.of("y"), cancel))
                    .isInstanceOf(CancelledException.class)
                    .hasMessageContaining("The run of model 'slow' was cancelled: enough"));
            var waiting = pool.submit(() -> assertThatThrownBy(() -> engine.infer(x, List.of("y"), cancel))
                    .isInstanceOf(CancelledException.class));
            cancel.cancel("enough");
            running.get();
            waiting.get();
        }
        assertThatThrownBy(() -> engine.infer(
                        one("x", Tensor.of(new float[256 * 256], 256, 256)), List.of("y"), CancelToken.none()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        engine.close();
    }

    private static void unloadable(OnnxPack pack, String... parts) {
        assertThatThrownBy(() -> InferEngine.open(pack, CPU).close())
                .isInstanceOf(ModelPackException.class)
                .hasMessageContainingAll(parts);
    }

    @Test
    void brokenFilesAreNamed() {
        byte[] whole = sum().model();
        for (int length : new int[] {0, 1, whole.length / 2, whole.length - 1})
            unloadable(pack("cut", Arrays.copyOf(whole, length)), "model.onnx", "model 'cut' cannot be loaded");
        unloadable(pack("text", "not a model".getBytes(java.nio.charset.StandardCharsets.UTF_8)), "cannot be loaded");
        OnnxWriter w = new OnnxWriter("external");
        w.input("x", OnnxWriter.FLOAT, 2).output("y", OnnxWriter.FLOAT, 2);
        w.external("w", OnnxWriter.FLOAT, "weights.bin", 0, 8, 2);
        w.node("Add", "y", List.of("x", "w"), Map.of());
        unloadable(pack("external", w), "weights.bin", "which is not there");
        OnnxWriter unknown = new OnnxWriter("unknown");
        unknown.input("x", OnnxWriter.FLOAT, 2).output("y", OnnxWriter.FLOAT, 2);
        unknown.node("NoSuchOperator", "y", List.of("x"), Map.of());
        unloadable(pack("unknown", unknown), "NoSuchOperator");
    }

    @Test
    void aStoreFindsFilesWithAndWithoutADescription() throws IOException {
        pack("plain", sum());
        Path named = pack("named", sum()).folder();
        Files.move(named.resolve("model.onnx"), named.resolve("net.onnx"));
        Files.writeString(
                named.resolve("model.json"),
                "{\"format\":1,\"id\":\"named\",\"kind\":\"onnx\",\"onnx\":{\"file\":\"net.onnx\"}}");
        ModelStore store = ModelStore.of(root);
        assertThat(store.ids()).containsExactly("named", "plain");
        assertThat(store.onnx("plain").onnx()).hasFileName("model.onnx");
        assertThat(store.onnx("named").onnx()).hasFileName("net.onnx");
        assertThat(store.catalog()).isNotNull(); // neither has a shape
        assertThatThrownBy(() -> store.pack("named"))
                .isInstanceOf(ModelPackException.class)
                .hasMessageContaining("only Infer steps");
        assertThatThrownBy(() -> store.onnx("plane"))
                .isInstanceOf(ModelPackException.class)
                .hasMessageContaining("Did you mean 'plain'?");
        Files.writeString(
                named.resolve("model.json"),
                "{\"format\":1,\"id\":\"named\",\"kind\":\"onnx\",\"onnx\":{\"file\":\"../plain/model.onnx\"}}");
        assertThatThrownBy(() -> store.onnx("named")).hasMessageContaining("must lie in the pack's folder");
    }
}
