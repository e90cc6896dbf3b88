package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agentopt.runtime.backend.onnx.OnnxWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Arenas, shared weights, profiles and run options. */
@SuppressWarnings("try") // closing early, and what only has to be there, is what these tests are about
class OrtSettingsTest {
    private static final int N = 64;

    @TempDir
    Path folder;

    @AfterEach
    void nothingIsLeft() {
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    /** y = x W with W all ones, so each output is the sum of the inputs. */
    private static byte[] product() {
        float[] w = new float[N * N];
        java.util.Arrays.fill(w, 1);
        OnnxWriter writer = new OnnxWriter("product");
        writer.input("x", OnnxWriter.FLOAT, "n", N)
                .output("y", OnnxWriter.FLOAT, "n", N)
                .constant("w", w, N, N);
        writer.node("MatMul", "y", List.of("x", "w"), Map.of());
        return writer.model();
    }

    private static float first(OrtSession s, OrtRunOptions options) {
        try (OrtTensor x = OrtTensor.allocate(ElementType.FLOAT32, 1, N)) {
            x.data().setAtIndex(JAVA_FLOAT, 5, 3);
            try (OrtTensor y =
                    Objects.requireNonNull(s.run(Map.of("x", x), options).get("y"))) {
                return y.data().getAtIndex(JAVA_FLOAT, 0);
            }
        }
    }

    @Test
    void sessionsShareWeights() {
        PrepackedWeights shared = PrepackedWeights.create();
        try (OrtTensor w = OrtTensor.allocate(ElementType.FLOAT32, N, N);
                OrtRunOptions options = OrtRunOptions.create()) {
            for (int i = 0; i < N * N; i++) w.data().setAtIndex(JAVA_FLOAT, i, 2);
            shared.add("w", w);
            assertThatThrownBy(() -> shared.add("w", w)).hasMessageContaining("'w' is there already");
            w.close();
            SessionSettings settings = SessionSettings.cpu(1).sharing(shared);
            try (OrtSession a = OrtSession.open(product(), "a", settings);
                    OrtSession b = OrtSession.open(product(), "b", settings)) {
                shared.close();
                assertThat(first(a, options)).isEqualTo(6);
                assertThat(first(b, options)).isEqualTo(6);
                assertThatThrownBy(() -> OrtSession.open(product(), "c", settings))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("prepacked weights is closed");
            }
        }
    }

    @Test
    void oneArenaServesAllSessions() {
        ArenaSettings small = new ArenaSettings(1 << 20, ArenaSettings.Growth.AS_REQUESTED, 0);
        SessionSettings settings = SessionSettings.cpu(1).with(SharedArena.CONFIG, "1");
        try (SharedArena arena = SharedArena.create(small);
                OrtRunOptions options = OrtRunOptions.create().shrinkArenas("cpu:0");
                OrtSession s = OrtSession.open(product(), "product", settings)) {
            assertThat(first(s, options)).isEqualTo(3);
            assertThatThrownBy(() -> SharedArena.create(small))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("has a shared arena already");
            try (OrtTensor big = OrtTensor.reserve(ElementType.FLOAT32, 1 << 14, N)) {
                assertThatThrownBy(() -> s.run(Map.of("x", big), options))
                        .as("the result needs 4 MiB and the arena has 1")
                        .isInstanceOf(OrtException.class)
                        .hasMessageContaining("model 'product'")
                        .hasMessageContaining("x=tensor float32 [16384, 64]");
            }
            assertThat(first(s, options)).isEqualTo(3);
        }
        SharedArena.create(small).close();
        assertThatThrownBy(() -> new ArenaSettings(-1, ArenaSettings.Growth.POWER_OF_TWO, 0))
                .hasMessageContaining("must not be negative");
    }

    @Test
    void anAllocatorOfASessionCounts() {
        try (OrtSession s = OrtSession.open(product(), "product", SessionSettings.cpu(1));
                OrtMemory cpu = OrtMemory.named("Cpu", 0);
                OrtAllocator allocator = OrtAllocator.of(s, cpu);
                OrtTensor x = allocator.allocate(ElementType.FLOAT32, 1024)) {
            assertThat(x.isHost()).isTrue();
            assertThat(Long.parseLong(allocator.statistics().getOrDefault("InUse", "0")))
                    .isGreaterThanOrEqualTo(4096);
            s.close();
            x.data().fill((byte) 1);
        }
    }

    @Test
    void outputsOfUnknownShapeAreBoundToAMemory() {
        try (OrtSession s = OrtSession.open(product(), "product", SessionSettings.cpu(1));
                OrtMemory cpu = OrtMemory.named("Cpu", 0);
                OrtBinding b = OrtBinding.of(s);
                OrtTensor x = OrtTensor.allocate(ElementType.FLOAT32, 2, N);
                OrtRunOptions options = OrtRunOptions.create()) {
            x.data().setAtIndex(JAVA_FLOAT, N, 4);
            b.bindInput("x", x);
            assertThatThrownBy(() -> b.bindOutput("z", cpu)).hasMessageContaining("no output 'z'");
            b.bindOutput("y", cpu);
            b.synchronizeInputs();
            b.run(options);
            b.synchronizeOutputs();
            try (OrtTensor y = Objects.requireNonNull(b.outputs().get("y"))) {
                assertThat(y.shape()).containsExactly(2, N);
                assertThat(y.data().getAtIndex(JAVA_FLOAT, N)).isEqualTo(4);
            }
        }
    }

    @Test
    void aSessionIsProfiledUntilItsEnd() throws Exception {
        try (OrtSession s = OrtSession.open(
                        product(), "product", SessionSettings.cpu(1).profiling(folder.resolve("session")));
                OrtRunOptions options = OrtRunOptions.create()) {
            assertThat(first(s, options)).isEqualTo(3);
            Path file = s.endProfile();
            assertThat(file).hasParent(folder).isRegularFile();
            assertThat(operators(file)).contains("MatMul");
            assertThatThrownBy(s::endProfile).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void oneRunIsProfiled() throws Exception {
        try (OrtSession s = OrtSession.open(product(), "product", SessionSettings.cpu(1));
                OrtRunOptions options = OrtRunOptions.create().profile(folder.resolve("run"))) {
            assertThat(first(s, options)).isEqualTo(3);
            options.withoutProfile();
            assertThat(first(s, options)).isEqualTo(3);
            assertThatThrownBy(s::endProfile)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("profiling(prefix)");
        }
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> profiles = files.toList();
            assertThat(profiles).hasSize(1);
            assertThat(operators(profiles.getFirst())).contains("MatMul");
        }
    }

    private static List<String> operators(Path profile) throws IOException {
        JsonNode events = new ObjectMapper().readTree(profile.toFile());
        return StreamSupport.stream(events.spliterator(), false)
                .map(e -> e.path("args").path("op_name").asText())
                .toList();
    }

    @Test
    void runOptionsAreKeptAndRefused() {
        try (OrtSession s = OrtSession.open(product(), "product", SessionSettings.cpu(1));
                OrtRunOptions options = OrtRunOptions.create()
                        .graph(-1)
                        .withoutSynchronization()
                        .config("tag", "a")) {
            assertThat(first(s, options)).isEqualTo(3);
            assertThatThrownBy(() -> options.config("", "a"))
                    .isInstanceOf(OrtException.class)
                    .hasMessageContaining("run option ''");
            options.shrinkArenas("moon:0");
            assertThatThrownBy(() -> first(s, options)).isInstanceOf(OrtException.class);
        }
    }
}
