package io.agentopt.mlir.codegen;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.kernels.Widen;
import io.agentopt.lower.GoldenFiles;
import io.agentopt.mlir.ffi.RequiresCodegen;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The kernel of {@link Widen} that is in the jar. */
@RequiresCodegen
class WidenTest {
    @Test
    void theCodeIsOfItsSource() throws IOException {
        GpuCode code = new GpuCompiler(new GpuTarget.Nvidia("sm_80")).kernel(Widen.source(), "widen");
        assertThat(code.threads()).isEqualTo(Widen.THREADS);
        GoldenFiles.check(
                Path.of("src/main/resources/io/agentopt/kernels", Widen.CODE),
                new String(code.image(), StandardCharsets.US_ASCII));
    }

    /** By fours, one by one, and both; every half there is among them: infinities, numbers below the normal ones. */
    @ParameterizedTest
    @CsvSource({"65536, 65536, 3", "1003, 1000, 2", "513, 0, 1", "1, 0, 1"})
    void everyHalfBecomesItsFloat(int n, int byFours, int blocks) {
        SplittableRandom random = new SplittableRandom(n);
        PtxMachine machine = new PtxMachine(Widen.ptx(), Widen.THREADS, 1 << 20);
        int halves = machine.allocate(2 * n, 16), floats = machine.allocate(4 * n, 16);
        for (int i = 0; i < n; i++) {
            machine.memory().putShort(halves + 2 * i, (short) (n == 65536 ? i : random.nextInt()));
        }
        machine.run(blocks, byFours, n, halves, halves, 0, n, 1, floats, floats, 0, n, 1);
        for (int i = 0; i < n; i++) {
            float expected = Float.float16ToFloat(machine.memory().getShort(halves + 2 * i));
            assertThat(Float.valueOf(machine.memory().getFloat(floats + 4 * i)))
                    .as("element " + i)
                    .isEqualTo(Float.valueOf(expected));
        }
    }
}
