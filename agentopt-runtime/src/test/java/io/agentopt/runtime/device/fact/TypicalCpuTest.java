package io.agentopt.runtime.device.fact;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class TypicalCpuTest {
    private static TypicalCpu typical(String model, int cores, String... isa) {
        return TypicalCpu.of(facts(model, cores, isa));
    }

    private static CpuFacts facts(String model, int cores, String... isa) {
        return new CpuFacts(
                model,
                "",
                cores,
                cores,
                cores,
                List.of(isa),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                List.of(),
                "");
    }

    @Test
    void fewCoresAreTheirOwnLimitAndManyTheChannels() {
        String[] rapids = {"avx2", "avx512f", "avx512_vnni", "avx512_bf16"};
        assertThat(typical("Intel(R) Xeon(R) Processor", 2, rapids).readBytesPerSecond())
                .isEqualTo(24e9);
        assertThat(typical("Intel(R) Xeon(R) Processor", 56, rapids).readBytesPerSecond())
                .as("eight channels of DDR5-4800")
                .isEqualTo(0.75 * 8 * 4.8e9 * 8);
        assertThat(typical("Intel(R) Xeon(R) CPU E5-2680 v3", 24, "avx2").readBytesPerSecond())
                .isEqualTo(0.75 * 4 * 2.133e9 * 8);
        assertThat(typical("AMD EPYC 7763", 64, "avx2").readBytesPerSecond()).isEqualTo(0.75 * 8 * 2.666e9 * 8);
        assertThat(typical("12th Gen Intel(R) Core(TM)", 8, "avx2", "avx_vnni").readBytesPerSecond())
                .isEqualTo(0.75 * 2 * 4.8e9 * 8);
        assertThat(typical("aarch64", 4, "asimd", "asimddp").readBytesPerSecond())
                .isEqualTo(48e9);
        assertThat(typical("", 1).readBytesPerSecond()).isEqualTo(18e9);
    }

    @Test
    void arithmeticFollowsVectorsAndDotProducts() {
        TypicalCpu plain = typical("x", 4, "avx2"), dots = typical("x", 4, "avx2", "avx_vnni");
        assertThat(plain.fp32Flops()).isEqualTo(0.6 * 4 * 3.5e9 * 8 * 4);
        assertThat(plain.int8Flops()).isEqualTo(1.5 * plain.fp32Flops());
        assertThat(dots.int8Flops()).isEqualTo(3 * plain.fp32Flops());
        assertThat(typical("x", 4, "avx512f", "amx_int8").int8Flops()).isEqualTo(8 * plain.fp32Flops());
    }

    @Test
    void lessThanHalfOfAnyRateIsDoubted() {
        TypicalCpu t = typical("x", 4, "avx2");
        OptionalDouble fp32 = OptionalDouble.of(t.fp32Flops()), none = OptionalDouble.empty();
        double read = t.readBytesPerSecond();
        assertThat(t.doubts(new CpuReading(read / 2, none, none, MachineLoad.UNKNOWN, Instant.EPOCH)))
                .isFalse();
        assertThat(t.doubts(new CpuReading(read / 2.1, fp32, none, MachineLoad.UNKNOWN, Instant.EPOCH)))
                .isTrue();
        OptionalDouble slow = OptionalDouble.of(t.fp32Flops() / 3);
        assertThat(t.doubts(new CpuReading(read, slow, none, MachineLoad.UNKNOWN, Instant.EPOCH)))
                .isTrue();
        assertThat(t.doubts(new CpuReading(read, fp32, slow, MachineLoad.UNKNOWN, Instant.EPOCH)))
                .isTrue();
    }
}
