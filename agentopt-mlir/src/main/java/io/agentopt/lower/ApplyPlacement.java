package io.agentopt.lower;

import io.agentopt.mlir.dialect.AgentDialect;
import io.agentopt.mlir.ir.Op;
import io.agentopt.mlir.pass.JavaPass;
import io.agentopt.plan.Placement;
import io.agentopt.plan.granular.OperatorId;
import java.util.Set;

/** Pass {@code apply-placement}: writes the plan's device class on every op that has one; prefill and decode have theirs already. */
record ApplyPlacement(Placement placement) implements JavaPass {
    static final String NAME = "apply-placement";

    /** Ops that run on a device and are placed as one. */
    private static final Set<String> WHOLE = Set.of(
            AgentDialect.EMBED,
            AgentDialect.SEARCH,
            AgentDialect.TOOL,
            AgentDialect.TRANSFORM,
            AgentDialect.MEMORY_LOAD,
            AgentDialect.MEMORY_STORE);

    @Override
    public void run(Op graph) {
        graph.walk(op -> {
            if (WHOLE.contains(op.kind())) op.set(AgentDialect.DEVICE, placement.of(OperatorId.whole(op.name())));
        });
    }
}
