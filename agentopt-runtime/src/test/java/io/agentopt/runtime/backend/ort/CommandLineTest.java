package io.agentopt.runtime.backend.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class CommandLineTest {
    @Test
    void itIsReadWhereOnnxRuntimeReadsIt() {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "skipped: ONNX Runtime searches it on Linux only");
        assertThat(CommandLine.characters())
                .isGreaterThan(
                        ProcessHandle.current().info().command().orElseThrow().length());
    }

    @Test
    void onlyAnApplicationThatWasFirstWithALongLineIsWarned() {
        assertThat(CommandLine.warning(12_345, true, false).orElseThrow())
                .contains("12,345 characters", "139", "ORT_DISABLE_TELEMETRY=1", "java @file");
        assertThat(CommandLine.warning(1_000, true, false)).isEmpty();
        assertThat(CommandLine.warning(12_345, false, false)).isEmpty();
        assertThat(CommandLine.warning(12_345, true, true)).isEmpty();
    }

    @Test
    void thisProcessIsNotInDanger() {
        assertThat(CommandLine.warning()).isEqualTo(Optional.empty());
    }
}
