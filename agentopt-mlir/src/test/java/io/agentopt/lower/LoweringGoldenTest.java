package io.agentopt.lower;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.graph.AgentGraph;
import io.agentopt.mlir.ffi.RequiresMlir;
import io.agentopt.plan.granular.OperatorId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The IR after each pass, as golden files. To accept a change, run this test once with {@code -Dagentopt.golden.accept=true}; it
 * writes the files, and the diff of the commit shows what changed.
 */
@RequiresMlir
class LoweringGoldenTest {
    private static final String ACCEPT = "agentopt.golden.accept";

    @Test
    void supportAgentOnThreeDevices() throws IOException {
        AgentGraph<String, String> graph = LoweringTest.support();
        List<IrDump> dumps = MlirLowering.trace(
                graph,
                LoweringTest.all(
                        graph,
                        "cpu",
                        Map.of(
                                OperatorId.prefill("think/generate"), "H100",
                                OperatorId.decode("think/generate"), "MI300X",
                                OperatorId.whole("embed"), "H100")));
        Path folder = repository().resolve("agentopt-mlir/src/test/resources/golden/support");
        for (int i = 0; i < dumps.size(); i++) {
            Path file = folder.resolve(i + "-" + dumps.get(i).stage() + ".mlir");
            check(file, dumps.get(i).text());
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).as("golden files, one a stage").hasSize(dumps.size());
        }
    }

    private static void check(Path file, String actual) throws IOException {
        if (Boolean.getBoolean(ACCEPT)) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, actual);
        }
        assertThat(file)
                .as("There is no golden file %s. Run the test once with -D%s=true to write it.", file, ACCEPT)
                .exists();
        assertThat(actual)
                .as(
                        "This differs from the golden file %s. If the change is meant, run the test once with -D%s=true and commit the file.",
                        file, ACCEPT)
                .isEqualTo(Files.readString(file));
    }

    private static Path repository() {
        return Stream.of(System.getProperty("agentopt.repository", "."), ".", "..")
                .map(Path::of)
                .filter(p -> Files.isDirectory(p.resolve("agentopt-mlir")))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalStateException(
                                "The source folders were not found. Set the system property agentopt.repository to the repository."));
    }
}
