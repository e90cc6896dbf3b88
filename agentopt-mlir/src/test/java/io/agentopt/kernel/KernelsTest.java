package io.agentopt.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.kernel.Kernel.Origin;
import io.agentopt.kernels.Cosine;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Background compilation, with a compiler of the test's own. */
@SuppressWarnings("try")
class KernelsTest {
    private static final KernelSpec SPEC = KernelSpec.of("cosine").with("d", 2).with("type", "f32");
    private static final RowFunction TENS = (begin, end, buffers) -> {
        for (long i = begin; i < end; i++) buffers[2].setFloat(i, 10);
    };

    private static final class TestCompiler implements KernelCompiler {
        final CountDownLatch mayGoOn = new CountDownLatch(1);
        final AtomicInteger compiled = new AtomicInteger();
        final AtomicInteger closed = new AtomicInteger();

        @Override
        public RowFunction compile(KernelDefinition definition, KernelSpec spec) {
            try {
                mayGoOn.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            compiled.incrementAndGet();
            if (spec.integer("d") == 13) throw new IllegalArgumentException("13 is refused");
            return TENS;
        }

        @Override
        public void close() {
            closed.incrementAndGet();
        }
    }

    @Test
    void theReferenceServesUntilTheCodeIsThere() {
        TestCompiler compiler = new TestCompiler();
        try (Kernels kernels = Kernels.compiledBy(() -> compiler, List.of(new Cosine()))) {
            Kernel kernel = kernels.of(SPEC);
            assertThat(kernel.origin()).isEqualTo(Origin.REFERENCE);
            assertThat(run(kernel)).isEqualTo(1);
            compiler.mayGoOn.countDown();
            assertThat(kernels.compiled(SPEC)).isSameAs(kernel);
            assertThat(kernel.origin()).isEqualTo(Origin.COMPILED);
            assertThat(run(kernel)).isEqualTo(10);
            assertThat(compiler.compiled).hasValue(1);
            kernels.close();
            assertThat(kernel.origin()).isEqualTo(Origin.REFERENCE);
            assertThat(run(kernel)).isEqualTo(1);
            assertThat(compiler.closed).hasPositiveValue();
        }
    }

    @Test
    void aKernelThatDoesNotCompileStaysWithItsReference() {
        TestCompiler compiler = new TestCompiler();
        compiler.mayGoOn.countDown();
        try (Kernels kernels = Kernels.compiledBy(() -> compiler, List.of(new Cosine()))) {
            KernelSpec refused = SPEC.with("d", 13);
            assertThatThrownBy(() -> kernels.compiled(refused))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("Kernel 'cosine{d=13,type=f32}' cannot be compiled. 13 is refused");
            assertThat(kernels.of(refused).origin()).isEqualTo(Origin.REFERENCE);
            assertThat(kernels.compiled(SPEC).origin()).isEqualTo(Origin.COMPILED);
        }
    }

    @Test
    void withoutACompilerTheReasonIsGivenAndItIsLookedForOnce() {
        AtomicInteger opened = new AtomicInteger();
        try (Kernels kernels = Kernels.compiledBy(
                () -> {
                    opened.incrementAndGet();
                    throw new IllegalStateException("No library.");
                },
                List.of(new Cosine()))) {
            assertThat(run(kernels.of(SPEC))).isEqualTo(1);
            for (int d = 2; d < 5; d++) {
                KernelSpec spec = SPEC.with("d", d);
                assertThatThrownBy(() -> kernels.compiled(spec))
                        .hasMessageEndingWith("cannot be compiled. No library.");
            }
            assertThat(opened).hasValue(1);
        }
    }

    @Test
    void unknownKernelsAndParametersAreNamed() {
        try (Kernels kernels = Kernels.references(List.of(new Cosine()))) {
            assertThatThrownBy(() -> kernels.of(KernelSpec.of("sine")))
                    .hasMessage("There is no kernel 'sine'. There are [cosine].");
            assertThatThrownBy(() -> kernels.of(SPEC.with("x", 1))).hasMessageContaining("takes [d, type]");
            assertThatThrownBy(() -> kernels.of(SPEC.with("d", 0))).hasMessageContaining("outside of 1 to");
            assertThatThrownBy(() -> kernels.of(SPEC.with("type", "i64"))).hasMessageContaining("none of");
            assertThatThrownBy(() -> kernels.of(KernelSpec.of("cosine"))).hasMessageContaining("no parameter 'd'");
        }
    }

    @Test
    void closedKernelsMakeNoMore() {
        Kernels kernels = Kernels.references(List.of(new Cosine()));
        Kernel held = kernels.of(SPEC);
        kernels.close();
        kernels.close();
        for (KernelSpec spec : List.of(SPEC, SPEC.with("d", 3))) {
            assertThatThrownBy(() -> kernels.of(spec))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageEndingWith("was asked for after its kernels were closed.");
            assertThatThrownBy(() -> kernels.compiled(spec)).isInstanceOf(IllegalStateException.class);
        }
        assertThat(run(held)).isEqualTo(1);
    }

    private static float run(Kernel kernel) {
        try (Arena arena = Arena.ofConfined()) {
            Buffer score = Buffer.allocate(arena, ElementType.F32, 1);
            kernel.run(Buffer.copyOf(arena, new float[] {3, 4}, 1, 2), Buffer.copyOf(arena, new float[] {6, 8}), score);
            return score.getFloat(0);
        }
    }
}
