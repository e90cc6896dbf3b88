package io.agentopt.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.agentopt.examples.RepositoryModels;
import io.agentopt.lower.IrDump;
import io.agentopt.lower.MlirLowering;
import io.agentopt.mlir.ffi.Availability;
import io.agentopt.mlir.ffi.Mlir;
import io.agentopt.mlir.ir.MlirContext;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What {@code ./build lower} prints. */
class LowerDemoTest {
    private static Set<String> stages(String... args) {
        return LowerDemo.stages(args);
    }

    @Test
    void everyStageUnlessSomeAreNamed() {
        assertThat(stages())
                .isEqualTo(MlirLowering.stages())
                .contains(MlirLowering.INPUT, "cse", "apply-placement", "outline-kernels");
        assertThat(stages("--print-after", "all")).isEqualTo(MlirLowering.stages());
        assertThat(stages("--print-after", "cse,schedule,cse")).containsExactlyInAnyOrder("cse", "schedule");
    }

    @Test
    void whatItDoesNotTakeIsNamedBesideWhatItTakes() {
        for (List<String> args : List.of(List.of("--print-before", "cse"), List.of("cse"), List.of("--print-after")))
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> stages(args.toArray(String[]::new)))
                    .withMessageStartingWith("./build lower takes --print-after PASS[,PASS...] or nothing, not '"
                            + String.join(" ", args) + "'. Passes: ")
                    .withMessageContaining("merge-shared-prefix");
    }

    @Test
    void aPassThatThereIsNotIsRefused() {
        Path models = RepositoryModels.folderWith(Demo.LLM);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LowerDemo.lower(stages("--print-after", "cse,licm"), models, _ -> {}))
                .withMessageStartingWith("The lowering has no pass 'licm'. It has: ");
    }

    @Test
    void theAgentIsShownAsItIsTakenApartAndPlaced() {
        if (Mlir.availability() instanceof Availability.Unavailable(String reason)) {
            System.out.println("SKIPPED: " + reason);
            Assumptions.abort(reason);
        }
        List<IrDump> dumps = new ArrayList<>();
        LowerDemo.lower(
                stages("--print-after", "input,decompose-generate,outline-kernels"),
                RepositoryModels.folderWith(Demo.LLM),
                dumps::add);
        assertThat(dumps).extracting(IrDump::stage).containsExactly("input", "decompose-generate", "outline-kernels");
        Map<String, String> ir = dumps.stream().collect(Collectors.toMap(IrDump::stage, IrDump::text));
        assertThat(ir.get("input")).contains("agent.generate").doesNotContain("agent.prefill", " on \"");
        assertThat(ir.get("decompose-generate"))
                .contains("agent.prefill", "agent.decode", "agent.tool \"shop\"(%arg2) idempotent :")
                .doesNotContain("agent.generate");
        assertThat(ir.get("outline-kernels"))
                .contains("agent.decode")
                .containsPattern("agent.tool \"shop\"\\(%\\w+\\) idempotent on \"\\w");
        try (MlirContext context = MlirContext.create()) {
            for (IrDump dump : dumps)
                assertThat(context.parse(dump.text(), dump.stage()).print()).isEqualTo(dump.text());
        }
    }
}
