package io.agentopt.cost.importer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.cost.CollectiveKind;
import io.agentopt.cost.kernel.KernelMeasurement;
import io.agentopt.cost.kernel.KernelShape.Collective;
import io.agentopt.cost.kernel.KernelShape.DecodeAttention;
import io.agentopt.cost.kernel.KernelShape.Gemm;
import io.agentopt.cost.kernel.KernelShape.PrefillAttention;
import io.agentopt.model.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows are from ai-dynamo/aiconfigurator (Apache-2.0), systems/data, some with a value changed. */
class AiconfiguratorProfilesTest {
    private static final String GEMM = "framework,version,device,op_name,kernel_source,gemm_dtype,m,n,k,latency\n";
    private static final String ATTENTION =
            "framework,version,device,op_name,kernel_source,batch_size,isl,num_heads,num_key_value_heads,head_dim,beam_width,attn_dtype,kv_cache_dtype,step,";

    @TempDir
    Path folder;

    @Test
    void productsOfOneFormat() throws IOException {
        Path file = write(GEMM
                + "VLLM,0.14.0,\"NVIDIA A100-SXM4, 80GB\",gemm,vllm_default,bfloat16,8192,65536,4096,15.5\n"
                + "VLLM,0.14.0,NVIDIA A100-SXM4-80GB,gemm,vllm_default,fp8,8192,65536,4096,7.5\n"
                + "VLLM,0.14.0,NVIDIA A100-SXM4-80GB,gemm,vllm_default,fp8_block,8192,65536,4096,7.5\n"
                + "VLLM,0.14.0,NVIDIA A100-SXM4-80GB,gemm,vllm_default,bfloat16,0,65536,4096,7.5\n");
        ImportedRows<KernelMeasurement<Gemm>> bf16 = AiconfiguratorProfiles.gemms(file, Precision.BF16);
        assertThat(bf16.rows())
                .containsExactly(new KernelMeasurement<>(
                        new Gemm(8192, 65536, 4096, Precision.BF16, Precision.BF16), 15.5 * 1e-3));
        assertThat(bf16.rejected()).containsEntry("m is not above 0", 1).hasSize(1);
        assertThat(AiconfiguratorProfiles.gemms(file, Precision.FP8).rows()).hasSize(1);
    }

    @Test
    void prefillsWithAndWithoutAWindow() throws IOException {
        Path file = write(
                ATTENTION + "window_size,latency\n"
                        + "VLLM,0.19.0,NVIDIA H100 80GB HBM3,context_attention,vllm_flash_attn,8,16384,64,1,128,1,bfloat16,fp8,0,128,50.5\n"
                        + "VLLM,0.19.0,NVIDIA H100 80GB HBM3,context_attention,vllm_flash_attn,8,16384,64,1,128,1,bfloat16,fp8,7,0,50.5\n"
                        + "VLLM,0.19.0,NVIDIA H100 80GB HBM3,context_attention,vllm_flash_attn,8,16384,64,48,128,1,bfloat16,fp8,0,0,50.5\n"
                        + "VLLM,0.19.0,NVIDIA H100 80GB HBM3,context_attention,vllm_flash_attn,8,16384,64,1,128,1,bfloat16,nvfp4,0,0,50.5\n");
        ImportedRows<KernelMeasurement<PrefillAttention>> imported = AiconfiguratorProfiles.prefills(file);
        assertThat(imported.rows())
                .containsExactly(new KernelMeasurement<>(
                        new PrefillAttention(8, 16384, 64, 1, 128, 128, Precision.BF16, Precision.FP8), 50.5 * 1e-3));
        assertThat(imported.rejected())
                .containsEntry("prompt with a cached part", 1)
                .containsEntry("heads no multiple of KV heads", 1)
                .containsEntry("format 'bfloat16' with a cache of 'nvfp4'", 1);
    }

    @Test
    void theContextOfADecodeCountsTheNewToken() throws IOException {
        Path file = write(
                ATTENTION + "latency\n"
                        + "VLLM,0.14.0,NVIDIA A100-SXM4-80GB,generation_attention,vllm_flash_attn,32,1,64,1,128,1,bfloat16,bfloat16,1023,0.5\n");
        assertThat(AiconfiguratorProfiles.decodes(file).rows())
                .extracting(KernelMeasurement::shape)
                .containsExactly(new DecodeAttention(32, 1024, 64, 1, 128, 0, Precision.BF16, Precision.BF16));
    }

    @Test
    void allReducesOfOneKernel() throws IOException {
        Path file = write("""
                framework,version,device,op_name,kernel_source,allreduce_dtype,num_gpus,message_size,latency,backend
                vLLM,0.14.0,NVIDIA A100-SXM4-80GB,all_reduce,vLLM_custom_graph,bfloat16,2,128,0.005,vllm_graph
                vLLM,0.14.0,NVIDIA A100-SXM4-80GB,all_reduce,vLLM_custom_eager,bfloat16,2,128,0.044,vllm_eager
                """);
        ImportedRows<KernelMeasurement<Collective>> graph =
                AiconfiguratorProfiles.collectives(file, "vLLM_custom_graph", CollectiveKind.ALL_REDUCE);
        assertThat(graph.rows())
                .containsExactly(
                        new KernelMeasurement<>(new Collective(CollectiveKind.ALL_REDUCE, 256, 2, 2), 0.005 * 1e-3));
        assertThat(graph.rejected()).containsEntry("another kernel or collective", 1);
    }

    @Test
    void aMessageIsInElements() throws IOException {
        Path file = write("""
                framework,version,device,op_name,kernel_source,nccl_dtype,num_gpus,message_size,latency
                TRTLLM,2.27.3,NVIDIA A100-SXM4-80GB,all_gather,NCCL,half,8,1024,0.009
                TRTLLM,2.27.3,NVIDIA A100-SXM4-80GB,all_gather,NCCL,int8,8,2048,0.009
                TRTLLM,2.27.3,NVIDIA A100-SXM4-80GB,all_gather,NCCL,half,8,0,0.009
                TRTLLM,2.27.3,NVIDIA A100-SXM4-80GB,all_gather,NCCL,half,1,1024,0.009
                TRTLLM,2.27.3,NVIDIA A100-SXM4-80GB,all_gather,NCCL,half,8,1024,-1
                TRTLLM,2.27.3,NVIDIA A100-SXM4-80GB,all_gather,NCCL,half,8,1024,NaN
                TRTLLM,2.27.3,NVIDIA A100-SXM4-80GB,all_gather,NCCL,e3m2,8,1024,0.009
                TRTLLM,2.27.3,NVIDIA A100-SXM4-80GB,alltoall,NCCL,half,8,1024,0.01
                """);
        ImportedRows<KernelMeasurement<Collective>> gathers =
                AiconfiguratorProfiles.collectives(file, "NCCL", CollectiveKind.ALL_GATHER);
        assertThat(gathers.rows())
                .containsOnly(
                        new KernelMeasurement<>(new Collective(CollectiveKind.ALL_GATHER, 2048, 8, 8), 0.009 * 1e-3))
                .hasSize(2);
        assertThat(gathers.rejected())
                .containsEntry("message_size is not above 0", 1)
                .containsEntry("a single device", 1)
                .containsEntry("latency is not above 0", 1)
                .containsEntry("latency is not finite", 1)
                .containsEntry("format 'e3m2'", 1)
                .containsEntry("another kernel or collective", 1);
        assertThat(AiconfiguratorProfiles.collectives(file, "NCCL", CollectiveKind.ALL_TO_ALL)
                        .rows())
                .hasSize(1);
        assertThatThrownBy(() -> AiconfiguratorProfiles.collectives(file, "NCCL", CollectiveKind.SEND_RECV))
                .hasMessageContaining("cannot hold send-receives");
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("table.csv"), text);
    }
}
