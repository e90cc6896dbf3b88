package io.agentopt.compiled;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.graph.AgentGraph;
import io.agentopt.lower.LoweringCosts;
import io.agentopt.lower.MlirLowering;
import io.agentopt.mlir.ffi.RequiresMlir;
import io.agentopt.mlir.ir.MlirContext;
import io.agentopt.mlir.ir.MlirModule;
import io.agentopt.operator.Custom;
import io.agentopt.operator.Operators;
import io.agentopt.plan.Plan;
import org.junit.jupiter.api.Test;

@RequiresMlir
class CompiledIrTest {
    private static final Plan<String, String> PLAN = CompiledAgents.plan(CompiledAgents.support());

    @Test
    void theIrIsThatOfTheLastPass() {
        String last = new MlirLowering(LoweringCosts.of(PLAN))
                .traced(PLAN.graph(), PLAN.placement())
                .getLast()
                .text();
        CompiledPlan loaded = CompiledPlan.read(CompiledPlan.of(PLAN).bytes(), "support");
        try (MlirContext context = MlirContext.create();
                MlirModule module = loaded.ir(context)) {
            assertThat(module.print()).isEqualTo(last).contains("#agent.sla<", "#agent.estimate<");
        }
    }

    @Test
    void theVersionOfMlirIsInTheFile() {
        assertThat(CompiledPlan.of(PLAN).compiledWith().mlir().orElseThrow()).matches("MLIR\\d+\\.\\d+\\.\\d+.*");
    }

    @Test
    void irWithOperatorsOfTheUserReadsInAnyContext() {
        Custom<String> redact = Operators.custom("acme.redact", String.class, String.class, s -> s)
                .promising(Custom.Effects.PURE);
        CompiledPlan loaded = CompiledPlan.read(
                CompiledPlan.of(CompiledAgents.plan(AgentGraph.define(
                                "own", String.class, String.class, (g, in) -> g.node("redact", redact, in))))
                        .bytes(),
                "own");
        try (MlirContext context = MlirContext.create();
                MlirModule first = loaded.ir(context);
                MlirModule second = loaded.ir(context)) { // the context knows the operator by then
            assertThat(first.print()).contains("\"acme.redact\"(").isEqualTo(second.print());
        }
    }

    @Test
    void irOfAnotherVersionIsNotRead() {
        CompiledPlan older = Resealed.of(CompiledPlan.of(PLAN))
                .manifest("\"agentopt\" : \"[^\"]*\"", "\"agentopt\" : \"0.0.1\"")
                .read();
        assertThat(older.program()).isEqualTo(CompiledPlan.of(PLAN).program());
        try (MlirContext context = MlirContext.create()) {
            assertThatThrownBy(() -> older.ir(context))
                    .isInstanceOf(CompiledPlanException.class)
                    .hasMessageContainingAll(
                            "has IR of AgentOpt 0.0.1 with MLIR",
                            "Its program runs all the same; to see its IR, compile it again.");
        }
    }

    @Test
    void aPlanLoweredInPlainJavaHasNoIr() {
        CompiledPlan plain =
                Resealed.of(CompiledPlan.of(PLAN)).without("program.mlirbc").read();
        try (MlirContext context = MlirContext.create()) {
            assertThatThrownBy(() -> plain.ir(context))
                    .isInstanceOf(CompiledPlanException.class)
                    .hasMessageContaining("has no IR: it was lowered in plain Java");
        }
    }
}
