package io.agentopt.runtime.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.runtime.device.fact.CpuFacts;
import io.agentopt.runtime.device.fact.CpuFiles;
import io.agentopt.runtime.device.fact.KeptAnswers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CpuProbeTest {
    private static final String LIBRARY = "agentopt.onnxruntime.library";

    @TempDir
    Path folder;

    private final CpuFacts cpu = CpuFiles.read();

    @AfterEach
    void reset() {
        System.clearProperty(LIBRARY);
    }

    private List<Path> kept() throws Exception {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    @Test
    void thatItComputesIsKeptForTheProcessorAndTheLibrary() throws Exception {
        KeptAnswers answers = new KeptAnswers(folder);
        DetectedDevice first = CpuProbe.probe(cpu, answers);
        assertThat(first.rung()).as(first.reason()).isEqualTo(Rung.READY);
        assertThat(kept()).hasSize(1);
        assertThat(CpuProbe.probe(cpu, answers)).isEqualTo(first);
        Path file = kept().getFirst();
        Files.writeString(file, Files.readString(file).replaceAll("(?m)^onnxruntime=.*", "onnxruntime=0.0"));
        assertThat(CpuProbe.probe(cpu, answers).reason())
                .as("the kept answer is what counts")
                .startsWith("ONNX Runtime 0.0 ran a model");
        CpuFacts other = new CpuFacts(
                "another",
                "",
                cpu.logical(),
                cpu.physical(),
                cpu.usable(),
                List.of(),
                cpu.nominalHertz(),
                cpu.maxHertz(),
                List.of(),
                "");
        assertThat(CpuProbe.probe(other, answers).reason()).isEqualTo(first.reason());
        assertThat(kept()).hasSize(2);
        System.setProperty(
                LIBRARY,
                Files.writeString(folder.resolve("other.so"), "another library").toString());
        CpuProbe.probe(cpu, answers);
        assertThat(kept()).as("another library").hasSize(4);
    }

    @Test
    void theFactsAreItsDetails() {
        DetectedDevice device = CpuProbe.probe(cpu, new KeptAnswers(folder));
        assertThat(device.facts()).contains(cpu);
        assertThat(device.details())
                .containsEntry("cores.physical", Integer.toString(cpu.physical()))
                .containsEntry("cores.logical", Integer.toString(cpu.logical()));
    }
}
