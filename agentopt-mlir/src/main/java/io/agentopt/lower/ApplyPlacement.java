package io.agentopt.lower;

import io.agentopt.mlir.dialect.AgentDialect;
import io.agentopt.mlir.ir.Attribute;
import io.agentopt.mlir.ir.Op;
import io.agentopt.mlir.ir.OpTable;
import io.agentopt.mlir.pass.JavaPass;
import io.agentopt.plan.Placement;
import io.agentopt.plan.granular.OperatorId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Pass {@code apply-placement}: writes what the plan says: its device class and its estimate on every op that has one, its SLA on the graph. The parts of LLM
 * calls have theirs already. Estimates come this late because equal work is merged by its attributes, whatever is expected of it.
 */
record ApplyPlacement(Placement placement, LoweringCosts costs) implements JavaPass {
    static final String NAME = "apply-placement";

    /** Ops that run on a device and are placed as one. */
    private static final Set<String> WHOLE = Set.of(
            AgentDialect.EMBED,
            AgentDialect.SEARCH,
            AgentDialect.RERANK,
            AgentDialect.TRANSCRIBE,
            AgentDialect.SYNTHESIZE,
            AgentDialect.INFER,
            AgentDialect.KERNEL,
            AgentDialect.TOOL,
            AgentDialect.TRANSFORM,
            AgentDialect.MEMORY_LOAD,
            AgentDialect.MEMORY_STORE);

    @Override
    public void run(Op graph) {
        costs.sla().ifPresent(sla -> graph.set(AgentDialect.SLA, sla.attribute()));
        OpTable table = OpTable.of(graph);
        Map<OperatorId, String> classes =
                new HashMap<>(placement.deviceClasses()); // which is sorted, and so slow to ask
        for (int i = 0; i < table.size(); i++) {
            if (!WHOLE.contains(table.kind(i)) && !AgentDialect.isCustom(table.kind(i))) continue;
            OperatorId operator = OperatorId.whole(table.name(i));
            String device = classes.get(operator);
            table.set(
                    i,
                    AgentDialect.DEVICE,
                    new Attribute.Text(device == null ? placement.of(operator) : device)); // which says what is missing
            Optional<Attribute.Estimate> estimate = costs.estimate(operator);
            if (estimate.isPresent()) table.set(i, AgentDialect.ESTIMATE, estimate.get());
        }
    }
}
