package io.agentopt.lower;

import io.agentopt.mlir.dialect.AgentDialect;
import io.agentopt.mlir.dialect.AgentOps;
import io.agentopt.mlir.dialect.Generation;
import io.agentopt.mlir.ir.Op;
import io.agentopt.mlir.ir.OpBuilder;
import io.agentopt.mlir.ir.Value;
import io.agentopt.mlir.pass.JavaPass;
import io.agentopt.plan.Placement;
import io.agentopt.plan.granular.OperatorId;
import java.util.List;

/**
 * Pass {@code decompose-generate}:
 *
 * <pre>
 * %c = agent.generate %p        ->   %k = agent.prefill %p on "A"
 *                                    %t = agent.kv_transfer %k from "A" to "B"      where the plan says so
 *                                    %c = agent.decode %t on "B"
 * </pre>
 */
record DecomposeGenerate(Placement placement) implements JavaPass {
    static final String NAME = "decompose-generate";

    @Override
    public void run(Op graph) {
        for (Op generate : graph.all(AgentDialect.GENERATE)) {
            String path = generate.name();
            String first = placement.of(OperatorId.prefill(path));
            String second = placement.of(OperatorId.decode(path));
            String model = generate.string(AgentDialect.MODEL);
            OpBuilder b = OpBuilder.before(generate);
            Op prefill = AgentOps.prefill(b, generate.operand(0), model, path);
            prefill.set(AgentDialect.DEVICE, first);
            Value cache = prefill.result();
            if (!first.equals(second))
                cache = AgentOps.kvTransfer(b, cache, first, second, path).result();
            Generation how = new Generation(
                    model,
                    generate.integer(AgentDialect.MAX_TOKENS),
                    generate.string(AgentDialect.SAMPLING),
                    generate.has(AgentDialect.DETERMINISTIC));
            Op decode = AgentOps.decode(b, cache, how, path);
            decode.set(AgentDialect.DEVICE, second);
            generate.replaceAllUsesWith(List.of(decode.result()));
            generate.erase();
        }
    }
}
