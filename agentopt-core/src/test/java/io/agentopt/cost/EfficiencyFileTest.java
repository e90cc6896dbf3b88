package io.agentopt.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.model.Precision;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EfficiencyFileTest {
    private static final String ENTRY =
            "{\"device\": \"d\", \"class\": \"decode\", \"precision\": \"fp16\", \"compute\": 0.5, \"memory\": 0.75,"
                    + " \"operatorFloorMicroseconds\": 10, \"layerFloorMicroseconds\": 0, \"exponent\": 2, \"confidence\": \"measured\", \"relativeSpread\": 0.1}";

    @TempDir
    Path folder;

    @Test
    void aTableReadsAndWritesBack() {
        DeviceEfficiency a = new DeviceEfficiency(0.5, 0.75, 1e-5, 3e-4, 1.5, Confidence.MEASURED, 0.1);
        DeviceEfficiency b = new DeviceEfficiency(0.25, 1, 0, 0, 4, Confidence.IMPORTED, 0.2);
        EfficiencyTable table = EfficiencyTable.generic()
                .with("d", OperatorClass.DECODE, a)
                .with("d", OperatorClass.DECODE, Precision.FP8, b)
                .with("c", OperatorClass.GEMM, b);
        Path file = folder.resolve("e.json");
        EfficiencyFile.write(table, file);
        EfficiencyTable read = EfficiencyFile.read(file);
        assertThat(read.entries()).hasSize(3);
        assertThat(read.entries().getFirst().deviceId()).isEqualTo("c");
        assertThat(read.entries().get(1).efficiency().layerFloorSeconds()).isCloseTo(3e-4, within(1e-15));
        assertThat(read.entries().get(2)).isEqualTo(table.entries().get(2));
        assertThat(EfficiencyTable.generic().plus(table).entries()).isEqualTo(table.entries());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"compute\": 0.5 | \"compute\": 1.5  | $.efficiencies[0] | (0, 1.05]",
                "\"compute\": 0.5 | \"compute\": -1   | $.efficiencies[0].compute | above zero",
                "decode             | decoding            | $.efficiencies[0].class | attention_decode",
                "fp16               | fp17                | $.efficiencies[0].precision | fp17",
                "measured           | guessed             | $.efficiencies[0].confidence | transferred",
                "\"exponent\": 2,  | ''                  | \"exponent\" is missing | Add it",
            })
    void aMalformedFileGivesOneClearError(String what, String instead, String place, String wayOut) throws Exception {
        assertThat(ENTRY).contains(what);
        Path file = Files.writeString(
                folder.resolve("e.json"), "{\"format\": 1, \"efficiencies\": [" + ENTRY.replace(what, instead) + "]}");
        assertThatThrownBy(() -> EfficiencyFile.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("e.json")
                .hasMessageContaining(place)
                .hasMessageContaining(wayOut);
    }
}
