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
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The IR after each pass, as golden files; see {@link GoldenFiles}. */
@RequiresMlir
class LoweringGoldenTest {
    @Test
    void supportAgentOnThreeDevices() throws IOException {
        AgentGraph<String, String> graph = LoweringTest.support();
        LoweringCosts costs = PlannedCostsTest.timed(
                Set.of(),
                Map.of(
                        OperatorId.prefill("think/generate"), 0.05,
                        OperatorId.decode("think/generate"), 0.8,
                        OperatorId.whole("embed"), 0.01,
                        OperatorId.whole("think/tools/tool"), 0.2),
                Map.of());
        List<IrDump> dumps = new MlirLowering(costs)
                .traced(
                        graph,
                        LoweringTest.all(
                                graph,
                                "cpu",
                                Map.of(
                                        OperatorId.prefill("think/generate"), "H100",
                                        OperatorId.decode("think/generate"), "MI300X",
                                        OperatorId.whole("embed"), "H100")));
        Path folder = GoldenFiles.folder("support");
        for (int i = 0; i < dumps.size(); i++) {
            Path file = folder.resolve(i + "-" + dumps.get(i).stage() + ".mlir");
            GoldenFiles.check(file, dumps.get(i).text());
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).as("golden files, one a stage").hasSize(dumps.size());
        }
    }
}
