package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.runtime.backend.onnx.OnnxWriter;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OrtSessionTest {
    @TempDir
    Path folder;

    @AfterEach
    void nothingIsLeft() {
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    /** y = x + 1 for x of shape [n, 4]. */
    static OrtSession increment() {
        OnnxWriter w = new OnnxWriter("increment");
        w.input("x", OnnxWriter.FLOAT, "n", 4)
                .output("y", OnnxWriter.FLOAT, "n", 4)
                .constant("c", new float[] {1}, 1);
        w.node("Add", "y", List.of("x", "c"), Map.of());
        return OrtSession.open(w.model(), "increment", SessionSettings.cpu(1));
    }

    /** Multiplications that would take minutes. */
    static OrtSession endless() {
        int n = 512;
        OnnxWriter w = new OnnxWriter("endless");
        w.input("x", OnnxWriter.FLOAT, n, n).output("y", OnnxWriter.FLOAT, n, n);
        String at = "x";
        for (int i = 0; i < 20_000; i++) at = w.node("MatMul", i == 19_999 ? "y" : "x" + i, List.of(at, "x"), Map.of());
        return OrtSession.open(
                w.model(),
                "endless",
                new SessionSettings(1, SessionSettings.Optimization.NONE, true, false, Map.of(), Optional.empty()));
    }

    @Test
    void aSessionTellsItsShapes() {
        try (OrtSession s = increment()) {
            assertThat(s.inputs())
                    .containsExactly(Map.entry(
                            "x", new TensorSpec("x", ElementType.FLOAT32, List.of(-1L, 4L), List.of("n", ""))));
            assertThat(s.outputs().get("y")).hasToString("float32 [n, 4]");
        }
    }

    @Test
    void aRunComputes() {
        try (OrtSession s = increment();
                OrtTensor x = OrtTensor.allocate(ElementType.FLOAT32, 2, 4);
                OrtRunOptions run = OrtRunOptions.create()) {
            x.data().setAtIndex(JAVA_FLOAT, 7, 41);
            OrtTensor y = Objects.requireNonNull(s.run(Map.of("x", x), run).get("y"));
            MemorySegment view = y.data();
            assertThat(y.shape()).containsExactly(2, 4);
            assertThat(view.toArray(JAVA_FLOAT)).containsExactly(1, 1, 1, 1, 1, 1, 1, 42);
            y.close();
            assertThatThrownBy(() -> view.get(JAVA_FLOAT, 0)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void aBindingRunsInPlace() {
        try (OrtSession s = increment();
                OrtTensor x = OrtTensor.allocate(ElementType.FLOAT32, 3, 4);
                OrtTensor middle = x.view(4, 1, 4);
                OrtBinding b = OrtBinding.of(s);
                OrtRunOptions run = OrtRunOptions.create()) {
            b.bindInput("x", middle);
            b.bindOutput("y", middle);
            for (int i = 0; i < 5; i++) b.run(run);
            assertThat(x.data().toArray(JAVA_FLOAT)).containsExactly(0, 0, 0, 0, 5, 5, 5, 5, 0, 0, 0, 0);
            b.bindInput("x", x);
            b.bindOutput("y", x);
            b.run(run);
            assertThat(x.data().toArray(JAVA_FLOAT)).containsExactly(1, 1, 1, 1, 6, 6, 6, 6, 1, 1, 1, 1);
        }
    }

    @Test
    void wrongTensorsAreNamedBeforeTheRun() {
        try (OrtSession s = increment();
                OrtTensor ints = OrtTensor.allocate(ElementType.INT64, 2, 4);
                OrtTensor wide = OrtTensor.allocate(ElementType.FLOAT32, 2, 5);
                OrtTensor good = OrtTensor.allocate(ElementType.FLOAT32, 2, 4);
                OrtTensor short1 = OrtTensor.allocate(ElementType.FLOAT32, 1, 4);
                OrtBinding b = OrtBinding.of(s);
                OrtRunOptions run = OrtRunOptions.create()) {
            for (OrtTensor wrong : List.of(ints, wide)) {
                assertThatThrownBy(() -> s.run(Map.of("x", wrong), run))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining(
                                "The input 'x' of model 'increment' is float32 [n, 4] but was given the " + wrong);
                assertThatThrownBy(() -> b.bindInput("x", wrong)).isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> b.bindOutput("y", wrong)).isInstanceOf(IllegalArgumentException.class);
            }
            assertThatThrownBy(() -> s.run(Map.of(), run))
                    .hasMessageContaining("input 'x' of model 'increment' is missing");
            assertThatThrownBy(() -> s.run(Map.of("x", good, "z", good), run)).hasMessageContaining("no input 'z'");
            assertThatThrownBy(() -> b.bindInput("z", good)).hasMessageContaining("no input 'z'. It has [x]");
            assertThatThrownBy(() -> b.run(run))
                    .isInstanceOf(OrtException.class)
                    .hasMessageContaining("model 'increment'");
            b.bindInput("x", good);
            b.bindOutput("y", short1);
            assertThatThrownBy(() -> b.run(run))
                    .isInstanceOf(OrtException.class)
                    .hasMessageContaining("model 'increment'");
        }
    }

    @Test
    void aStaleHandleIsAnException() {
        OrtSession s = increment();
        OrtTensor x = OrtTensor.allocate(ElementType.FLOAT32, 1, 4);
        OrtRunOptions run = OrtRunOptions.create();
        OrtBinding b = OrtBinding.of(s);
        b.bindInput("x", x);
        b.bindOutput("y", x);
        x.close();
        b.run(run); // what is bound stays alive
        s.close();
        assertThatThrownBy(() -> b.run(run))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("session of model 'increment' is closed");
        b.close();
        assertThatThrownBy(() -> b.run(run))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("binding");
        assertThatThrownBy(() -> s.run(Map.of("x", x), run)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(x::data).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> x.view(0, 1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> OrtBinding.of(s)).isInstanceOf(IllegalStateException.class);
        run.close();
        run.terminate();
        for (OrtHandle h : List.of(s, x, run, b)) h.close();
    }

    @Test
    void aViewOutlivesItsTensorAndStaysWithinIt() {
        OrtTensor x = OrtTensor.allocate(ElementType.FLOAT32, 2, 4);
        try (OrtTensor row = x.view(4, 1, 4)) {
            x.close();
            row.data().setAtIndex(JAVA_FLOAT, 3, 1);
        }
        try (OrtTensor y = OrtTensor.allocate(ElementType.FLOAT32, 8)) {
            assertThatThrownBy(() -> y.view(5, 4)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> y.view(-1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> OrtTensor.allocate(ElementType.FLOAT32, -1))
                    .hasMessageContaining("(-1)");
            assertThatThrownBy(() -> OrtTensor.allocate(ElementType.FLOAT32, Long.MAX_VALUE, 2))
                    .isInstanceOf(ArithmeticException.class);
        }
        OrtTensor.allocate(ElementType.FLOAT32, 0, 4).close();
    }

    @Test
    void aRunInFlightIsTerminated() throws Exception {
        try (OrtSession s = endless();
                OrtTensor x = OrtTensor.allocate(ElementType.FLOAT32, 512, 512);
                OrtRunOptions run = OrtRunOptions.create()) {
            FutureTask<OrtException> task = running(s, x, run);
            run.terminate();
            assertThat(task.get()).hasMessageContaining("model 'endless'").hasMessageContaining("terminate");
        }
    }

    @Test
    void closingDuringARunWaitsForItsEnd() throws Exception {
        OrtSession s = endless();
        OrtTensor x = OrtTensor.allocate(ElementType.FLOAT32, 512, 512);
        OrtRunOptions run = OrtRunOptions.create();
        FutureTask<OrtException> task = running(s, x, run);
        x.close();
        s.close();
        assertThat(OrtEnvironment.get().liveHandles())
                .isEqualTo(Map.of("OrtSession", 1, "OrtTensor", 1, "OrtRunOptions", 1));
        run.terminate();
        run.close();
        assertThat(task.get()).hasMessageContaining("terminate");
    }

    private static FutureTask<OrtException> running(OrtSession s, OrtTensor x, OrtRunOptions run) {
        FutureTask<OrtException> task = new FutureTask<>(() -> {
            try {
                s.run(Map.of("x", x), run).values().forEach(OrtTensor::close);
                throw new AssertionError("The run ended by itself.");
            } catch (OrtException e) {
                return e;
            }
        });
        Thread thread = Thread.ofPlatform().start(task);
        long enough = TimeUnit.MILLISECONDS.toNanos(50);
        while (ManagementFactory.getThreadMXBean().getThreadCpuTime(thread.threadId()) < enough) Thread.onSpinWait();
        return task;
    }

    @Test
    void brokenModelsAreNamed() throws Exception {
        assertThatThrownBy(() -> OrtSession.open(new byte[] {1, 2, 3}, "three bytes", SessionSettings.cpu(1)))
                .isInstanceOf(OrtException.class)
                .hasMessageContaining("The model 'three bytes' could not be loaded");
        assertThatThrownBy(() -> OrtSession.open(folder.resolve("none.onnx"), SessionSettings.cpu(1)))
                .isInstanceOf(OrtException.class)
                .hasMessageContaining("none.onnx");
        Path text = Files.writeString(folder.resolve("text.onnx"), "hello");
        assertThatThrownBy(() -> OrtSession.open(text, SessionSettings.cpu(1)))
                .isInstanceOf(OrtException.class)
                .hasMessageContaining("text.onnx");
        OnnxWriter w = new OnnxWriter("unknown");
        w.input("x", OnnxWriter.FLOAT, 1)
                .output("y", OnnxWriter.FLOAT, 1)
                .node("Frobnicate", "y", List.of("x"), Map.of());
        assertThatThrownBy(() -> OrtSession.open(w.model(), "unknown", SessionSettings.cpu(1)))
                .isInstanceOf(OrtException.class)
                .hasMessageContaining("Frobnicate");
        assertThatThrownBy(() -> SessionSettings.cpu(0)).hasMessageContaining("threads (0)");
    }

    @Test
    void aProviderThatIsNoneIsNamed() throws Exception {
        Path text = Files.writeString(folder.resolve("provider.so"), "hello");
        for (Path p : List.of(text, folder.resolve("none.so"))) {
            assertThatThrownBy(() -> OrtEnvironment.get().register(new EpSpec("test.none", p, Map.of())))
                    .isInstanceOf(OrtException.class)
                    .hasMessageContaining("The provider 'test.none' (" + p + ") could not be registered");
        }
        assertThatThrownBy(() -> new EpSpec("", text, Map.of())).hasMessageContaining("needs a name");
    }
}
