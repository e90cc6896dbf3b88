package io.agentopt.benchmarks.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.benchmarks.simulate.LogSimulation.Errors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimulateBenchTest {
    @TempDir
    Path folder;

    @Test
    void thePackagedLogIsReproduced() {
        Path packaged = SimulateOptions.packaged();
        ServedLog log = ServedLog.read(packaged, packaged.resolve("requests.jsonl.gz"));
        assertThat(log.settings().maxSequences()).isEqualTo(128);
        assertThat(log.settings().maxBatchedTokens()).isEqualTo(2048);
        assertThat(log.settings().scheduleAhead()).isTrue();
        double chunk = ServedLogGroup.fittedChunkSeconds(log, 100);
        Errors judged = LogSimulation.run(log, chunk).errors(100, 300);
        assertThat(Math.abs(judged.endToEndMean())).isLessThan(0.02);
        assertThat(Math.abs(judged.endToEndP90())).isLessThan(0.05);
        assertThat(Math.abs(judged.firstTokenMean())).isLessThan(0.1);
    }

    @Test
    void optionsThatMakeNoSenseAreRefused() throws IOException {
        Path log = Files.writeString(folder.resolve("requests.jsonl"), "{}");
        assertThatThrownBy(() -> SimulateOptions.of(List.of("--fast"))).hasMessageContaining("'--fast'");
        assertThatThrownBy(() -> SimulateOptions.of(List.of("--log"))).hasMessageContaining("needs a path");
        assertThatThrownBy(() -> SimulateOptions.of(List.of("--log", log.toString())))
                .hasMessageContaining("both --profiles DIR and --log FILE");
        assertThatThrownBy(() -> SimulateOptions.of(List.of("--profiles", log.toString())))
                .hasMessageContaining("is no folder");
        assertThatThrownBy(() -> SimulateOptions.of(List.of("--log", folder.toString())))
                .hasMessageContaining("is no file");
        assertThatThrownBy(() -> ServedLog.read(folder, log)).hasMessageContaining("no meta.json");
        Files.writeString(
                folder.resolve("meta.json"),
                "{\"model\": \"nobody/nothing\", \"engine_kwargs\": {\"max_num_seqs\": 1}}");
        assertThatThrownBy(() -> ServedLog.read(folder, log)).hasMessageContaining("'nobody/nothing'");
    }
}
