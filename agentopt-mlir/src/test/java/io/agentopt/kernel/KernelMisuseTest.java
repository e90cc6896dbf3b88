package io.agentopt.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.kernels.Cosine;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is refused before any code runs, compiled or not. */
@SuppressWarnings({"MustBeClosedChecker", "NullAway"})
class KernelMisuseTest {
    private final Arena arena = Arena.ofShared();
    private final Kernels kernels = Kernels.references(List.of(new Cosine()));
    private final Kernel kernel =
            kernels.of(KernelSpec.of("cosine").with("d", 4).with("type", "f32"));
    private final Buffer matrix = Buffer.allocate(arena, ElementType.F32, 3, 4);
    private final Buffer query = Buffer.allocate(arena, ElementType.F32, 4);
    private final Buffer scores = Buffer.allocate(arena, ElementType.F32, 3);

    @AfterEach
    void close() {
        kernels.close();
        arena.close();
    }

    @Test
    void theNumberOfBuffers() {
        refused(IllegalArgumentException.class, "takes 3 buffers", matrix, query);
        refused(IllegalArgumentException.class, "was given 4", matrix, query, scores, scores);
    }

    @Test
    void typesAndShapes() {
        refused(
                IllegalArgumentException.class,
                "was given f16[4]",
                matrix,
                Buffer.allocate(arena, ElementType.F16, 4),
                scores);
        refused(
                IllegalArgumentException.class,
                "was given f32[4, 1]",
                matrix,
                Buffer.allocate(arena, ElementType.F32, 4, 1),
                scores);
        refused(
                IllegalArgumentException.class,
                "where d is 4",
                matrix,
                Buffer.allocate(arena, ElementType.F32, 5),
                scores);
        refused(
                IllegalArgumentException.class,
                "where n is 3",
                matrix,
                query,
                Buffer.allocate(arena, ElementType.F32, 2));
    }

    @Test
    void freedMemory() {
        Arena freed = Arena.ofShared();
        Buffer gone = Buffer.allocate(freed, ElementType.F32, 4);
        freed.close();
        refused(
                IllegalStateException.class,
                "'query' (f32[d]) of kernel 'cosine{d=4,type=f32}' is freed",
                matrix,
                gone,
                scores);
    }

    @Test
    void readOnlyResults() {
        Buffer readOnly = new Buffer(scores.segment().asReadOnly(), ElementType.F32, 3);
        refused(
                IllegalArgumentException.class,
                "'scores' (f32[n]) of kernel 'cosine{d=4,type=f32}' is written by it, and is read-only",
                matrix,
                query,
                readOnly);
        kernel.run(new Buffer(matrix.segment().asReadOnly(), ElementType.F32, 3, 4), query, scores);
    }

    @Test
    void resultsThatOverlapInputs() {
        MemorySegment both = matrix.segment().asSlice(16, 12);
        refused(
                IllegalArgumentException.class,
                "overlaps 'matrix'",
                matrix,
                query,
                new Buffer(both, ElementType.F32, 3));
    }

    @Test
    void memoryOfAnotherThread() throws InterruptedException {
        Buffer[] foreign = new Buffer[1];
        Thread other =
                Thread.ofPlatform().start(() -> foreign[0] = Buffer.allocate(Arena.ofConfined(), ElementType.F32, 4));
        other.join();
        refused(WrongThreadException.class, "shared arena", matrix, foreign[0], scores);
    }

    /** Another thread could do so between the check and the run; compiled code then read past the smaller buffer. */
    @Test
    void buffersThatAreExchangedAfterTheCheck() {
        Buffer[] given = {matrix, query, scores};
        Buffer[] seen = new Buffer[1];
        KernelDefinition exchanging = new KernelDefinition() {
            private final Cosine cosine = new Cosine();

            @Override
            public String name() {
                return "exchanging";
            }

            @Override
            public List<Parameter> parameters() {
                return List.of();
            }

            @Override
            public List<Operand> operands(KernelSpec spec) {
                return cosine.operands(kernel.spec()).stream()
                        .map(o -> new Operand(
                                o.name(),
                                o.type(),
                                o.access(),
                                o.dimensions().stream()
                                        .map(d -> d.equals("d") ? "4" : d)
                                        .toList()))
                        .toList();
            }

            @Override
            public void checkValues(KernelSpec spec, Buffer... buffers) {
                given[0] = Buffer.allocate(arena, ElementType.F32, 0, 4);
            }

            @Override
            public void run(KernelSpec spec, long begin, long end, Buffer... buffers) {
                seen[0] = buffers[0];
            }
        };
        try (Kernels mine = Kernels.references(List.of(exchanging));
                KernelThreads threads = KernelThreads.of(1)) {
            Kernel exchanged = mine.of(KernelSpec.of("exchanging"));
            exchanged.run(given);
            assertThat(seen[0]).isSameAs(matrix);
            given[0] = matrix;
            exchanged.run(threads, given);
            assertThat(seen[0]).isSameAs(matrix);
        }
    }

    @Test
    void nothing() {
        assertThatThrownBy(() -> kernel.run(matrix, null, scores)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> new Buffer(null, ElementType.F32, 4)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void confinedMemoryForSeveralThreads() {
        try (Arena confined = Arena.ofConfined();
                KernelThreads threads = KernelThreads.of(2)) {
            Buffer large = Buffer.allocate(confined, ElementType.F32, 100_000, 4);
            Buffer result = Buffer.allocate(confined, ElementType.F32, 100_000);
            assertThatThrownBy(() -> kernel.run(threads, large, query, result))
                    .isInstanceOf(WrongThreadException.class)
                    .hasMessageContaining("several are to work on it");
            kernel.run(large, query, result);
        }
    }

    private void refused(Class<? extends Throwable> type, String message, Buffer... buffers) {
        assertThatThrownBy(() -> kernel.run(buffers)).isInstanceOf(type).hasMessageContaining(message);
        assertThat(scores.toFloatArray()).containsOnly(0);
    }
}
