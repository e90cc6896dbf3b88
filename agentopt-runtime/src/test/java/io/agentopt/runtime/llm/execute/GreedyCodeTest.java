package io.agentopt.runtime.llm.execute;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.mlir.codegen.GpuCode;
import io.agentopt.mlir.codegen.GpuTarget;
import io.agentopt.mlir.gpu.GpuApi;
import io.agentopt.mlir.gpu.GpuDevice;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The code objects of the greedy kernel for AMD's chips. */
class GreedyCodeTest {
    private static byte[] resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(GreedyChoice.class.getResourceAsStream(name), name)) {
            return in.readAllBytes();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gfx90a", "gfx942"})
    void eachIsSealedForItsChipAndItsBlocks(String chip) throws IOException {
        GpuCode code = GpuCode.ofBytes(resource("greedy." + chip + ".amdgpu"), chip);
        assertThat(code.target()).isEqualTo(new GpuTarget.Amd(chip));
        assertThat(code.threads()).isEqualTo(1024);
        String image = new String(code.image(), StandardCharsets.ISO_8859_1);
        assertThat(image).startsWith("\u007fELF").contains("agentopt_greedy.kd", "amdgcn-amd-amdhsa--" + chip);
        // MessagePack: the key, then 1024 as 0xcd 0x04 0x00; less would refuse the launch.
        assertThat(image).contains(".max_flat_workgroup_size\u00cd\u0004\u0000");
        assertThat(GreedyChoice.hasCode(new GpuDevice(GpuApi.HIP, 0, "stub", 1, chip)))
                .isTrue();
    }

    @Test
    void otherChipsHaveNone() {
        for (String chip : new String[] {"gfx1100", ""}) {
            assertThat(GreedyChoice.hasCode(new GpuDevice(GpuApi.HIP, 0, "stub", 1, chip)))
                    .isFalse();
        }
        assertThat(GreedyChoice.hasCode(new GpuDevice(GpuApi.CUDA, 0, "stub", 1, "sm_90")))
                .isTrue();
    }

    /** Run scripts/greedy-code-objects.sh after a change of greedy.mlir. */
    @Test
    void theyAreMadeOfTheKernelAsItIs() throws Exception {
        byte[] sum = MessageDigest.getInstance("SHA-256").digest(resource("greedy.mlir"));
        assertThat(new String(resource("greedy.amdgpu.source"), StandardCharsets.US_ASCII))
                .as("run scripts/greedy-code-objects.sh")
                .isEqualToIgnoringNewLines(HexFormat.of().formatHex(sum));
    }
}
