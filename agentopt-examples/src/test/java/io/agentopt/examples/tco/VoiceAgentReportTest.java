package io.agentopt.examples.tco;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.hardware.DeviceCatalog;
import java.util.List;
import org.junit.jupiter.api.Test;

class VoiceAgentReportTest {
    @Test
    void partsWithoutALanguageModelAreOnTheHost() {
        String text = VoiceAgentReport.text(List.of(DeviceSet.dense()));
        List<String> plans = text.lines()
                .filter(l -> l.startsWith("| dense | 8B") || l.startsWith("| dense | 70B"))
                .toList();
        assertThat(plans).hasSize(2).allSatisfy(row -> {
            String[] cells = row.split(" \\| ", -1);
            assertThat(cells[2]).contains("tp=");
            assertThat(cells[3]).contains("tp=");
            assertThat(cells[4]).isEqualTo("CPU-32-core");
        });
    }

    @Test
    void theRecogniserIsComparedOnEveryDevice() {
        String text = RecogniserPlaces.text(
                List.of(DeviceSet.dense()), DeviceCatalog.packaged().find("CPU-32-core"));
        assertThat(text).contains("the CPU costs");
        assertThat(text.lines().filter(l -> l.startsWith("| dense"))).hasSize(14);
    }
}
