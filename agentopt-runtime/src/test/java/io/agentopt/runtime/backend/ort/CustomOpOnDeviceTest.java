package io.agentopt.runtime.backend.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.mlir.gpu.DeviceMemory;
import io.agentopt.mlir.gpu.GpuApi;
import io.agentopt.mlir.gpu.GpuContext;
import io.agentopt.mlir.gpu.GpuDriver;
import io.agentopt.mlir.gpu.Lent;
import io.agentopt.runtime.backend.onnx.OnnxWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Operators of our own on the CUDA provider, which is a stub here that takes their nodes, with a driver whose memory is the host's: what ONNX Runtime's side of
 * it does is real, and so is the launch.
 */
class CustomOpOnDeviceTest {
    private final AtomicInteger opened = new AtomicInteger();
    private final GpuDriver driver = ((GpuDriver.Opened) GpuDriver.open(GpuApi.CUDA, StubLibrary.driver())).driver();

    @AfterEach
    void nothingIsLeft() {
        StubGpu.forget();
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    private static EpDevice device() {
        EpDevice device = OrtEnvironment.get()
                .register(new EpSpec("test.CUDA", StubLibrary.provider("CUDA"), Map.of()))
                .getFirst();
        assertThat(device.provider()).isEqualTo(OwnOperators.CUDA);
        return device;
    }

    private OrtSession open(byte[] model) {
        SessionSettings settings = SessionSettings.cpu(1).recordingAssignment().on(device());
        return OrtSession.open(model, "model", settings, OwnOperators.onCuda(() -> {
            opened.incrementAndGet();
            return driver.context(0);
        }));
    }

    /** A tensor over the driver's memory, as the provider's would be. */
    private static OrtTensor over(OrtMemory where, Lent memory, ElementType type, long... shape) {
        return OrtTensor.over(where, memory.address(), OrtTensor.elements(shape) * type.bytes(), () -> {}, type, shape);
    }

    /** Shapes that 16 bytes divide, and not; prompts' and steps'. */
    @Test
    void nodesGoToTheProviderAndComputeThere() {
        for (ElementType type : List.of(ElementType.FLOAT16, ElementType.FLOAT32)) {
            for (int[] shape : new int[][] {{1, 16}, {3, 4096}, {16, 1024}, {2, 10}, {5, 2050}}) {
                int rows = shape[0], columns = shape[1] / 2;
                float[] x = CustomOpTest.random(rows * shape[1], type, shape[1]);
                try (GpuContext context = driver.context(0);
                        DeviceMemory in = context.allocate((long) x.length * type.bytes());
                        DeviceMemory out = context.allocate((long) x.length / 2 * type.bytes());
                        Lent inAt = in.lend();
                        Lent outAt = out.lend();
                        OrtMemory host = OrtMemory.named("Cpu", 0);
                        OrtTensor given = CustomOpTest.tensor(type, x, rows, shape[1]);
                        OrtTensor result = OrtTensor.allocate(type, rows, columns);
                        OrtTensor gpuIn = over(host, inAt, type, rows, shape[1]);
                        OrtTensor gpuOut = over(host, outAt, type, rows, columns);
                        OrtSession s = open(CustomOpTest.swiGlu(type.onnx(), 2, "n"));
                        OrtBinding b = OrtBinding.of(s);
                        OrtRunOptions run = OrtRunOptions.create()) {
                    assertThat(s.assignment().operators()).isEqualTo(Map.of(OwnOperators.CUDA, Map.of("SwiGlu", 1)));
                    in.all().copyFrom(given.data());
                    b.bindInput("x", gpuIn);
                    b.bindOutput("y", gpuOut);
                    b.run(run);
                    out.all().copyTo(result.data());
                    float[] y = CustomOpTest.values(result);
                    for (int i = 0; i < y.length; i++) {
                        int from = i / columns * 2 * columns + i % columns;
                        CustomOpTest.check(type, x[from], x[from + columns], y[i]);
                    }
                }
            }
        }
        assertThat(opened).hasValue(10);
    }

    @Test
    void aSessionWithoutThemOpensNoDevice() {
        OnnxWriter w = new OnnxWriter("sum");
        w.input("x", OnnxWriter.FLOAT, "n").output("y", OnnxWriter.FLOAT, "n").constant("c", new float[] {1}, 1);
        w.node("Add", "y", List.of("x", "c"), Map.of());
        open(w.model()).close();
        assertThat(opened).hasValue(0);
    }

    @Test
    void manyNodesShareOneModule() {
        OnnxWriter w = new OnnxWriter("many");
        w.input("x", OnnxWriter.FLOAT, "n", 64).output("y", OnnxWriter.FLOAT, "n", 1);
        String at = "x";
        for (int width = 32; width >= 1; width /= 2) {
            String to = width == 1 ? "y" : "h" + width;
            w.node(OnnxWriter.AGENTOPT, "SwiGlu", List.of(to), List.of(at), Map.of());
            at = to;
        }
        open(w.model()).close();
        assertThat(opened).hasValue(1);
    }

    @Test
    void aDriverThatRefusesTheCodeRefusesTheModel() {
        StubGpu.fail("cuModuleLoadDataEx", StubGpu.INVALID_VALUE);
        assertThatThrownBy(() -> open(CustomOpTest.swiGlu(OnnxWriter.FLOAT, 2, "n")))
                .isInstanceOf(OrtException.class)
                .hasMessageContaining("The model 'model' could not be loaded")
                .hasMessageContaining("loading code");
    }

    @Test
    void aFailedLaunchIsTheRunsError() {
        try (OrtSession s = open(CustomOpTest.swiGlu(OnnxWriter.FLOAT, 2, "n"));
                OrtTensor x = CustomOpTest.tensor(ElementType.FLOAT32, new float[] {1, 2}, 1, 2);
                OrtRunOptions run = OrtRunOptions.create()) {
            StubGpu.fail("cuLaunchKernel", StubGpu.LAUNCH_FAILED);
            assertThatThrownBy(() -> s.run(Map.of("x", x), run))
                    .isInstanceOf(OrtException.class)
                    .hasMessageContaining("launching the kernel 'agentopt_swiglu_f32'");
        }
    }

    /** A model as exporters leave it, whose weights lie in a file beside it. */
    private static Path exported(Path folder, int type) throws IOException {
        OnnxWriter w = new OnnxWriter("exported");
        w.input("x", type, "n", 4).output("y", type, "n", 8).external("wg", type, "weights", 0, 0, 4, 8);
        w.external("wu", type, "weights", 0, 0, 4, 8);
        w.node("MatMul", "gate", List.of("x", "wg"), Map.of());
        w.node("MatMul", "up", List.of("x", "wu"), Map.of());
        w.node("Sigmoid", "s", List.of("gate"), Map.of());
        w.node("Mul", "silu", List.of("gate", "s"), Map.of());
        w.node("Mul", "y", List.of("silu", "up"), Map.of());
        Files.write(folder.resolve("weights"), new byte[4 * 8 * 8]);
        return Files.write(folder.resolve("model.onnx"), w.model());
    }

    @Test
    void anExportedModelIsJoinedUnlessItIsToRunAsWritten(@TempDir Path folder) throws IOException {
        Path file = exported(folder, OnnxWriter.FLOAT);
        SessionSettings settings = new SessionSettings(
                        1, SessionSettings.Optimization.ALL, true, false, Map.of(), Optional.of(device()))
                .recordingAssignment();
        Supplier<OwnOperators> own = () -> OwnOperators.onCuda(() -> driver.context(0));
        try (OrtSession s = JoinedModel.open(file, settings, own).orElseThrow()) {
            assertThat(s.model()).isEqualTo(file.toString());
            assertThat(s.assignment().operators())
                    .isEqualTo(Map.of(
                            OwnOperators.CUDA, Map.of("SiluMul", 1), "CPUExecutionProvider", Map.of("MatMul", 2)));
        }
        assertThat(JoinedModel.open(file, settings.asWritten(), own)).isEmpty();
        try (OrtSession s = OrtSession.open(file, settings.asWritten())) {
            assertThat(s.assignment().operators().keySet()).containsExactly("CPUExecutionProvider");
        }
    }

    /** Here there is no driver, or elements are of a type that ours have not. */
    @Test
    void whatCannotBeJoinedRunsAsWritten(@TempDir Path folder) throws IOException {
        SessionSettings settings = new SessionSettings(
                        1, SessionSettings.Optimization.BASIC, true, false, Map.of(), Optional.of(device()))
                .recordingAssignment();
        Path doubles = exported(folder, 11);
        assertThat(JoinedModel.open(doubles, settings, () -> OwnOperators.onCuda(() -> driver.context(0))))
                .isEmpty();
        try (OrtSession s = OrtSession.open(doubles, settings)) {
            assertThat(s.assignment().operators().keySet()).containsExactly("CPUExecutionProvider");
        }
        Path floats = exported(folder, OnnxWriter.FLOAT);
        StubGpu.fail("cuModuleLoadDataEx", StubGpu.INVALID_VALUE);
        assertThat(JoinedModel.open(floats, settings, () -> OwnOperators.onCuda(() -> driver.context(0))))
                .isEmpty();
    }

    /** As on this machine; the other tests bring a driver. */
    @Test
    void withoutADriverTheModelIsRefusedWithTheReason() {
        org.junit.jupiter.api.Assumptions.assumeTrue(
                GpuDriver.open(GpuApi.CUDA) instanceof GpuDriver.Absent, "skipped: there is a driver of NVIDIA here");
        SessionSettings settings = SessionSettings.cpu(1).on(device());
        assertThatThrownBy(() -> OrtSession.open(CustomOpTest.swiGlu(OnnxWriter.FLOAT, 2, "n"), "model", settings))
                .isInstanceOf(OrtException.class)
                .hasMessageContaining("The operators of the domain agentopt cannot be used on")
                .hasMessageContaining("There is no NVIDIA driver");
    }
}
