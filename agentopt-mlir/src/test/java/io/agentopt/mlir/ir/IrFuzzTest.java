package io.agentopt.mlir.ir;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.mlir.ffi.RequiresMlir;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Damaged texts and bytecode, the same 20,000 in each run. If the process ends here, target/fuzz/current holds the case (a length, then the bytes). */
@RequiresMlir
class IrFuzzTest {
    @Test
    void damagedIrIsRefusedOrWhole() throws IOException {
        IrFuzz.Outcome outcome = IrFuzz.run(20_000, 7, Path.of("target/fuzz/current"));
        assertThat(outcome.valid()).as("cases that are still modules").isGreaterThan(300);
        assertThat(outcome.refused()).isGreaterThan(10_000);
    }
}
