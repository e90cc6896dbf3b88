package io.agentopt.cost.importer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.cost.kernel.KernelMeasurement;
import io.agentopt.cost.kernel.KernelShape.Elementwise;
import io.agentopt.cost.kernel.KernelShape.Gemm;
import io.agentopt.cost.kernel.KernelShape.StepAttention;
import io.agentopt.model.ModelCatalog;
import io.agentopt.model.ModelSpec;
import io.agentopt.model.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LlmServingSimKernelsTest {
    private static final ModelSpec LLAMA = ModelCatalog.packaged().find("meta-llama/Meta-Llama-3.1-8B");

    @TempDir
    Path folder;

    @Test
    void aDegreeOfTwoHalvesWidthsAndHeads() throws IOException {
        Path dense = write("dense.csv", """
                layer,tokens,time_us
                qkv_proj,16,20.5
                o_proj,16,14
                gate_up_proj,16,83
                down_proj,16,44
                act_fn,16,2
                layernorm,16,2
                rotary_emb,16,2
                qkv_proj,16,0
                qkv_proj,16,NaN
                """);
        LlmServingSimKernels two = new LlmServingSimKernels(LLAMA, 2);
        ImportedRows<KernelMeasurement<Gemm>> products = two.gemms(dense);
        assertThat(products.rows())
                .extracting(KernelMeasurement::shape)
                .containsExactly(gemm(3072, 4096), gemm(4096, 2048), gemm(14336, 4096), gemm(4096, 7168));
        assertThat(products.rows().getFirst().seconds()).isEqualTo(20.5 * 1e-6);
        assertThat(products.rejected())
                .containsEntry("another kernel", 3)
                .containsEntry("time_us is not above 0", 1)
                .containsEntry("time_us is not finite", 1);
        assertThat(two.elementwise(dense, ElementwiseKind.ACTIVATION).rows())
                .extracting(KernelMeasurement::shape)
                .containsExactly(new Elementwise(16, 7168, 2, 1, Precision.BF16));
        assertThat(two.elementwise(dense, ElementwiseKind.ADD).rows()).isEmpty();
    }

    @Test
    void attentionKeepsPromptAndDecodesApart() throws IOException {
        Path file = write(
                "attention.csv", "prefill_chunk,kv_prefill,n_decode,kv_decode,time_us\n16,32,4,64,9.5\n0,0,0,0,1\n");
        ImportedRows<KernelMeasurement<StepAttention>> steps = new LlmServingSimKernels(LLAMA, 1).attention(file);
        assertThat(steps.rows())
                .containsExactly(new KernelMeasurement<>(
                        new StepAttention(16, 32, 4, 64, 32, 8, 128, Precision.BF16), 9.5 * 1e-6));
        assertThat(steps.rejected()).containsEntry("neither a prompt nor a decode", 1);
    }

    @Test
    void headsMustDivide() {
        assertThatThrownBy(() -> new LlmServingSimKernels(LLAMA, 3)).hasMessageContaining("cannot be shared by 3");
    }

    private static Gemm gemm(long n, long k) {
        return new Gemm(16, n, k, Precision.BF16, Precision.BF16);
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }
}
