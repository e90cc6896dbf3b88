package io.agentopt.mlir.codegen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.mlir.ffi.RequiresCodegen;
import java.util.List;
import org.junit.jupiter.api.Test;

@RequiresCodegen
class CpuTargetTest {
    private static final CpuTarget HASWELL = new CpuTarget("haswell", "", 256);

    @Test
    void whatANameImpliesIsNeeded() {
        assertThat(new CpuTarget("x86-64-v4", "", 512).needs()).contains("+avx512f", "+avx512vl", "+avx2", "+fma");
        assertThat(HASWELL.needs()).contains("+avx2", "+fma").doesNotContain("avx512");
        assertThat(new CpuTarget("x86-64", "+avx2", 256).needs())
                .contains("+avx2", "+avx,")
                .doesNotContain("fma");
        assertThat(new CpuTarget("x86-64-v4", "-avx512f", 256).needs()).doesNotContain("avx512");
    }

    @Test
    void aRicherProcessorsCodeLacksSomethingHere() {
        assertThat(HASWELL.lacks(new CpuTarget("skylake-avx512", "", 512).needs()))
                .contains("avx512f");
        assertThat(HASWELL.lacks(new CpuTarget("x86-64-v3", "", 256).needs())).isEmpty();
        assertThat(HASWELL.lacks("+fma,-avx512f,")).isEmpty();
        assertThat(HASWELL.lacks("")).isEmpty();
    }

    /** Every level of x86-64 that this machine reaches, and this machine itself, must be found to fit. */
    @Test
    void thisMachineHasWhatItsOwnCodeNeeds() {
        CpuTarget host = CpuTarget.host();
        assertThat(host.lacks(host.needs())).isEmpty();
        for (String level : List.of("x86-64", "x86-64-v2"))
            assertThat(host.lacks(new CpuTarget(level, "", 128).needs()))
                    .as(level)
                    .isEmpty();
        if (host.features().contains("+avx2,")) {
            assertThat(host.lacks(new CpuTarget("x86-64-v3", "", 256).needs())).isEmpty();
        }
        if (host.features().contains("+avx512vl,") && host.features().contains("+avx512dq,"))
            assertThat(host.lacks(new CpuTarget("x86-64-v4", "", 512).needs())).isEmpty();
    }

    @Test
    void aProcessorThatThereIsNot() {
        assertThatThrownBy(() -> new CpuTarget("z80", "", 0).needs())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("'z80' is no processor of x86_64-unknown-linux-gnu.");
    }
}
