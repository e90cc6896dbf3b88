package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.runtime.backend.onnx.OnnxWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Devices of providers, by stubs that are compiled here. */
@SuppressWarnings("try") // closing early, and what only has to be there, is what these tests are about
class OrtDeviceTest {
    @AfterEach
    void nothingIsLeft() {
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    private static EpDevice device(String kind) {
        Path library = StubLibrary.provider(kind);
        List<EpDevice> devices = OrtEnvironment.get().register(new EpSpec("test." + kind, library, Map.of()));
        assertThat(devices).hasSize(1);
        return devices.getFirst();
    }

    /** y = (x + 1) * x: one operator that the stub has, one that it lacks. */
    private static byte[] mixed() {
        OnnxWriter w = new OnnxWriter("mixed");
        w.input("x", OnnxWriter.FLOAT, "n").output("y", OnnxWriter.FLOAT, "n").constant("c", new float[] {1}, 1);
        w.node("Mul", "y", List.of(w.node("Add", "s", List.of("x", "c"), Map.of()), "x"), Map.of());
        return w.model();
    }

    private static byte[] sum() {
        OnnxWriter w = new OnnxWriter("sum");
        w.input("x", OnnxWriter.FLOAT, "n").output("y", OnnxWriter.FLOAT, "n").constant("c", new float[] {1}, 1);
        w.node("Add", "y", List.of("x", "c"), Map.of());
        return w.model();
    }

    private static float[] run(OrtSession s, float... x) {
        try (OrtTensor in = OrtTensor.allocate(ElementType.FLOAT32, x.length);
                OrtRunOptions options = OrtRunOptions.create()) {
            MemorySegment.copy(x, 0, in.data(), JAVA_FLOAT, 0, x.length);
            try (OrtTensor y =
                    Objects.requireNonNull(s.run(Map.of("x", in), options).get("y"))) {
                return y.data().toArray(JAVA_FLOAT);
            }
        }
    }

    @Test
    void aDeviceTellsWhatItIs() {
        EpDevice d = device("PLAIN");
        assertThat(d).hasToString("StubExecutionProvider on GPU (vendor 0x1a9e, device 0x7)");
        assertThat(d.vendor()).isEqualTo("Stub");
        assertThat(d.metadata()).containsEntry("version", "1.2.3");
        assertThatThrownBy(() -> OrtMemory.of(d)).hasMessageContaining("computes in host memory");
        assertThatThrownBy(() -> OrtMemory.pinned(d)).hasMessageContaining("has no host memory");
    }

    @Test
    void nodesRunWhereTheAssignmentSays() {
        EpDevice d = device("PLAIN");
        SessionSettings settings = SessionSettings.cpu(1).recordingAssignment();
        try (OrtSession s = OrtSession.open(sum(), "sum", settings.on(d))) {
            assertThat(s.assignment().operators()).isEqualTo(Map.of("StubExecutionProvider", Map.of("Add", 1)));
            assertThat(s.assignment().strayed(d.provider())).isEmpty();
            assertThat(run(s, 1, 2)).containsExactly(2, 3);
        }
        SessionSettings lenient = new SessionSettings(
                        1, SessionSettings.Optimization.ALL, true, false, Map.of(), Optional.of(d))
                .recordingAssignment();
        try (OrtSession s = OrtSession.open(mixed(), "mixed", lenient)) {
            assertThat(s.assignment().strayed(d.provider())).isEqualTo(Map.of("Mul", 1));
            assertThat(run(s, 3)).containsExactly(12);
        }
        assertThatThrownBy(() -> OrtSession.open(mixed(), "mixed", settings.on(d)))
                .isInstanceOf(OrtException.class)
                .hasMessageContaining("'mixed'")
                .hasMessageContaining("fallback");
        try (OrtSession s = OrtSession.open(sum(), "sum", SessionSettings.cpu(1))) {
            assertThatThrownBy(s::assignment)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("recordingAssignment()");
        }
    }

    @Test
    void aProviderThatRefusesIsQuoted() {
        EpDevice d = device("REFUSE");
        assertThatThrownBy(() ->
                        OrtSession.open(sum(), "sum", SessionSettings.cpu(1).on(d)))
                .isInstanceOf(OrtException.class)
                .hasMessageContaining("The model 'sum' could not be loaded")
                .hasMessageContaining("The stub refuses to be used.");
    }

    @Test
    void aDeviceWithoutStreamsSaysSo() {
        EpDevice d = device("PLAIN");
        assertThatThrownBy(() -> OrtStream.of(d))
                .isInstanceOf(OrtException.class)
                .hasMessageContaining("A stream of StubExecutionProvider");
    }

    @Test
    void tensorsGoToTheDeviceAndBack() {
        EpDevice d = device("MEMORY");
        try (OrtMemory memory = OrtMemory.of(d);
                OrtAllocator allocator = OrtAllocator.shared(memory);
                OrtTensor there = allocator.allocate(ElementType.FLOAT32, 2, 3);
                OrtTensor second = there.view(3, 3);
                OrtTensor host = OrtTensor.allocate(ElementType.FLOAT32, 2, 3);
                OrtTensor back = OrtTensor.allocate(ElementType.FLOAT32, 3);
                OrtStream stream = OrtStream.of(d)) {
            assertThat(memory).hasToString("memory Stub:0");
            assertThat(memory.isHost()).isFalse();
            assertThat(there).hasToString("tensor float32 [2, 3] in Stub:0");
            for (int i = 0; i < 6; i++) host.data().setAtIndex(JAVA_FLOAT, i, i);
            TensorCopy.copy(host, there);
            TensorCopy.copy(List.of(second), List.of(back), Optional.of(stream));
            assertThat(back.data().toArray(JAVA_FLOAT)).containsExactly(3, 4, 5);
            assertThat(stream.address()).isNotZero();
            assertThatThrownBy(there::data)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("CPU cannot read the tensor float32 [2, 3] in Stub:0");
            assertThat(second.address()).isEqualTo(there.address() + 12);
            assertThat(MemorySegment.ofAddress(there.address()).reinterpret(4).get(JAVA_BYTE, 0))
                    .as("the stub's memory is scrambled, so nobody read it by mistake")
                    .isEqualTo((byte) 0x5a);
            assertThatThrownBy(() -> TensorCopy.copy(host, back)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> TensorCopy.copy(List.of(host), List.of(), Optional.empty()))
                    .hasMessageContaining("Give as many");
            assertThat(allocator.statistics()).isEmpty();
            memory.close();
            allocator.close();
            TensorCopy.copy(second, back);
        }
    }

    @Test
    void aBindingRunsInDeviceMemory() {
        EpDevice d = device("MEMORY");
        try (OrtMemory memory = OrtMemory.of(d);
                OrtAllocator allocator = OrtAllocator.shared(memory);
                OrtSession s =
                        OrtSession.open(sum(), "sum", SessionSettings.cpu(1).on(d));
                OrtTensor there = allocator.allocate(ElementType.FLOAT32, 2);
                OrtTensor host = OrtTensor.allocate(ElementType.FLOAT32, 2);
                OrtBinding b = OrtBinding.of(s);
                OrtRunOptions options = OrtRunOptions.create()) {
            host.data().setAtIndex(JAVA_FLOAT, 1, 5);
            TensorCopy.copy(host, there);
            b.bindInput("x", there);
            b.bindOutput("y", there);
            for (int i = 0; i < 3; i++) b.run(options);
            TensorCopy.copy(there, host);
            assertThat(host.data().toArray(JAVA_FLOAT)).containsExactly(3, 8);
            b.bindOutput("y", memory);
            b.run(options);
            try (OrtTensor y = Objects.requireNonNull(b.outputs().get("y"))) {
                assertThat(y).hasToString("tensor float32 [2] in Stub:0");
                TensorCopy.copy(y, host);
            }
            assertThat(host.data().toArray(JAVA_FLOAT)).containsExactly(4, 9);
            assertThat(run(s, 1)).as("host tensors are copied in and out").containsExactly(2);
        }
    }

    @Test
    void deviceMemoryThatDoesNotSufficeIsNamed() {
        try (OrtMemory memory = OrtMemory.of(device("MEMORY"));
                OrtAllocator allocator = OrtAllocator.shared(memory)) {
            assertThatThrownBy(() -> allocator.allocate(ElementType.FLOAT32, 1L << 31))
                    .isInstanceOf(OrtException.class)
                    .hasMessageContaining("tensor float32 [2147483648] in memory Stub:0 could not be allocated");
            assertThatThrownBy(() -> allocator.allocate(ElementType.FLOAT32, -1))
                    .hasMessageContaining("(-1)");
        }
    }

    @Test
    void aTensorOverADriversMemoryGivesItBackOnce() {
        AtomicInteger released = new AtomicInteger();
        try (OrtMemory memory = OrtMemory.named("Cuda", 1);
                Arena arena = Arena.ofConfined()) {
            MemorySegment lent = arena.allocate(64, 64);
            OrtTensor whole =
                    OrtTensor.over(memory, lent.address(), 64, released::incrementAndGet, ElementType.FLOAT16, 4, 8);
            assertThat(whole).hasToString("tensor float16 [4, 8] in Cuda:1");
            OrtTensor row = whole.view(8, 1, 8);
            whole.close();
            assertThat(row.address()).isEqualTo(lent.address() + 16);
            assertThat(released).hasValue(0);
            row.close();
            assertThat(released).hasValue(1);
            assertThatThrownBy(() -> OrtTensor.over(memory, lent.address(), 62, () -> {}, ElementType.FLOAT16, 4, 8))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("62 bytes");
            assertThatThrownBy(() -> OrtTensor.over(memory, 0, 64, () -> {}, ElementType.FLOAT16, 4, 8))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> OrtMemory.named("Mars", 0))
                .isInstanceOf(OrtException.class)
                .hasMessageContaining("memory 'Mars' of device 0 is unknown");
    }

    @Test
    void memoryWithoutAProviderIsNotCopied() {
        try (OrtMemory memory = OrtMemory.named("Cuda", 0);
                Arena arena = Arena.ofConfined();
                OrtTensor there =
                        OrtTensor.over(memory, arena.allocate(64).address(), 64, () -> {}, ElementType.FLOAT32, 4);
                OrtTensor here = OrtTensor.allocate(ElementType.FLOAT32, 4)) {
            assertThatThrownBy(() -> TensorCopy.copy(here, there))
                    .isInstanceOf(OrtException.class)
                    .hasMessageContaining("Copying the tensor float32 [4] into the tensor float32 [4] in Cuda:0");
            assertThatThrownBy(() -> OrtAllocator.shared(memory)).hasMessageContaining("no shared allocator");
        }
    }

    @Test
    void aStreamOfTheCallersIsNotIgnored() {
        EpDevice d = device("PLAIN");
        assertThat(d.with(Map.of("user_compute_stream", "4711")).options())
                .isEqualTo(Map.of("user_compute_stream", "4711", "has_user_compute_stream", "1"));
        assertThat(d.options()).isEmpty();
        Map<String, String> denied = Map.of("user_compute_stream", "4711", "has_user_compute_stream", "0");
        assertThatThrownBy(() -> d.with(denied))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("would be ignored");
        assertThatThrownBy(() -> new EpSpec("a", Path.of("b"), denied)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aProviderByNameThatIsNotInsideIsNamed() {
        for (String name : List.of("OpenVINO", "WebGPU", "Frobnicate")) {
            NamedProvider named = new NamedProvider(name, Map.of());
            assertThatThrownBy(() ->
                            OrtSession.open(sum(), "sum", SessionSettings.cpu(1).on(named)))
                    .isInstanceOf(OrtException.class)
                    .hasMessageContaining("'sum'")
                    .hasMessageContaining(name);
        }
        NamedProvider xnnpack = new NamedProvider("XNNPACK", Map.of());
        assertThat(xnnpack.provider()).isEqualTo("XNNPACKExecutionProvider").isEqualTo(xnnpack.toString());
        assertThatThrownBy(() -> new NamedProvider(" ", Map.of())).isInstanceOf(IllegalArgumentException.class);
    }
}
