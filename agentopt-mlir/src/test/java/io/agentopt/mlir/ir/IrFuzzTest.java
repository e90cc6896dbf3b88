package io.agentopt.mlir.ir;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.mlir.ffi.RequiresMlir;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** Damaged texts and bytecode, the same 20,000 in each run. If the process ends here, one of target/fuzz/current-* holds the case (a length, then the bytes). */
@RequiresMlir
class IrFuzzTest {
    @Test
    void damagedIrIsRefusedOrWhole() throws IOException, InterruptedException, ExecutionException {
        IrFuzz.Outcome outcome = IrFuzz.run(20_000, 7, Path.of("target/fuzz/current"));
        assertThat(outcome.valid()).as("cases that are still modules").isGreaterThan(300);
        assertThat(outcome.refused()).isGreaterThan(10_000);
        assertThat(outcome.valid() + outcome.refused()).isEqualTo(20_000);
    }
}
