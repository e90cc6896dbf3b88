package io.agentopt.runtime.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;
import static org.junit.jupiter.api.Assumptions.abort;

import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.Kernels;
import io.agentopt.kernels.KernelCatalog;
import io.agentopt.message.Audio;
import io.agentopt.message.Embedding;
import io.agentopt.message.Tensor;
import io.agentopt.message.Tensors;
import io.agentopt.mlir.codegen.CompiledKernels;
import io.agentopt.mlir.ffi.Availability;
import io.agentopt.mlir.ffi.Codegen;
import io.agentopt.program.Slot;
import io.agentopt.program.Step;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KernelActionTest {
    private static final Kernels REFERENCES = Kernels.references(KernelCatalog.all());

    @AfterAll
    static void close() {
        REFERENCES.close();
    }

    private static Step.Kernel step(String kernel, int inputs) {
        return new Step.Kernel("k", "cpu", kernel, Collections.nCopies(inputs, new Slot(0, 0)), new Slot(0, 1));
    }

    private static Object run(Kernels kernels, String kernel, Object... inputs) {
        return KernelAction.of(step(kernel, inputs.length), kernels).run(List.of(inputs), new NoContext());
    }

    @Test
    void takesWhatIsNumbersAndGivesTensors() {
        Object scores = run(
                REFERENCES,
                "cosine{d=2,type=f32}",
                Tensor.of(new float[] {1, 0, 0, 2, 3, 3}, 3, 2),
                new Embedding(new float[] {0, 5}));
        assertThat(((Tensor) scores).floats()).containsExactly(new float[] {0, 1, 0.7071f}, offset(1e-3f));
        Tensors top = (Tensors) run(REFERENCES, "top_k{k=1}", Tensor.of(new float[] {1, 3, 2}, 1, 3));
        assertThat(top.get("values")).isEqualTo(Tensor.of(new float[] {3}, 1, 1));
        assertThat(top.get("indices")).isEqualTo(Tensor.of(new long[] {1}, 1, 1));
    }

    @Test
    void compiledKernelsAnswerAsTheirReferences() {
        if (Codegen.availability() instanceof Availability.Unavailable(String reason)) {
            System.out.println("KernelActionTest runs references only: " + reason);
            abort(reason);
        }
        Random random = new Random(7);
        float[] values = new float[6 * 40];
        for (int i = 0; i < values.length; i++) values[i] = random.nextFloat();
        Tensor x = Tensor.of(values, 6, 40);
        try (Kernels compiled = CompiledKernels.open()) {
            compiled.compiled(KernelSpec.parse("softmax{columns=40}"));
            Tensor fast = (Tensor) run(compiled, "softmax{columns=40}", x);
            Tensor slow = (Tensor) run(REFERENCES, "softmax{columns=40}", x);
            assertThat(fast.shape()).isEqualTo(slow.shape());
            assertThat(fast.floats()).containsExactly(slow.floats(), offset(1e-6f));
        }
    }

    @Test
    void emptyTensorsAreNoWork() {
        assertThat(run(REFERENCES, "softmax{columns=4}", Tensor.of(new float[0], 0, 4)))
                .isEqualTo(Tensor.of(new float[0], 0, 4));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sing|1|There is no kernel 'sing'",
                "softmax|1|has no parameter 'columns'",
                "softmax{columns=0}|1|is outside of 1 to",
                "softmax{columns=4,more=1}|1|has a parameter 'more'",
                "softmax{columns=4|1|is no specification of a kernel",
                "softmax{columns=4}|2|takes 1 inputs",
                "cosine{d=4,type=f16}|2|tensors of graphs hold f32, i32, i64 or i8",
                "cosine_top_k{block=4,d=4,k=2,type=f32}|2|whose size blocks does not follow from its inputs"
            })
    void whatDoesNotFitIsNamedWhenItIsBound(String kernel, int inputs, String message) {
        assertThatThrownBy(() -> KernelAction.of(step(kernel, inputs), REFERENCES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ode 'k'")
                .hasMessageContaining(message);
    }

    @Test
    void whatDoesNotFitIsNamedWhenItRuns() {
        assertThatThrownBy(() -> run(REFERENCES, "softmax{columns=4}", Tensor.of(new float[5], 1, 5)))
                .hasMessageContaining("where columns is 4, and was given f32[1, 5]");
        assertThatThrownBy(() -> run(REFERENCES, "softmax{columns=4}", Tensor.of(new float[4])))
                .hasMessageContaining("and was given f32[4]");
        assertThatThrownBy(() -> run(REFERENCES, "softmax{columns=4}", Tensor.of(new int[4], 1, 4)))
                .hasMessageContaining("and was given i32[1, 4]");
        assertThatThrownBy(() -> run(REFERENCES, "softmax{columns=4}", "text"))
                .hasMessageContaining("takes a tensor, an embedding or sound as 'x'")
                .hasMessageContaining("java.lang.String");
        assertThatThrownBy(() -> run(
                        REFERENCES,
                        "gather{ids=i32,type=f32,d=2}",
                        Tensor.of(new int[] {9}),
                        Tensor.of(new float[4], 2, 2)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void soundIsOneDimension() {
        assertThat(KernelAction.tensor(new Audio(new float[] {1, 2}, 8))).contains(Tensor.of(new float[] {1, 2}));
        assertThat(KernelAction.tensor("no")).isEmpty();
    }
}
