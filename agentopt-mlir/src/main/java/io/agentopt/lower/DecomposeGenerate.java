package io.agentopt.lower;

import io.agentopt.mlir.dialect.AgentDialect;
import io.agentopt.mlir.dialect.AgentOps;
import io.agentopt.mlir.dialect.Generation;
import io.agentopt.mlir.ir.Op;
import io.agentopt.mlir.ir.OpBuilder;
import io.agentopt.mlir.ir.OpTable;
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
 *
 * On a hosted endpoint the call becomes an {@code agent.endpoint}. It stays whole on one device class where two steps do not pay. Each op is given its device
 * and what the plan expects of it; a plan says nothing of the transfer.
 */
record DecomposeGenerate(Placement placement, LoweringCosts costs) implements JavaPass {
    static final String NAME = "decompose-generate";

    @Override
    public void run(Op graph) {
        OpTable table = OpTable.of(graph);
        for (int i = 0; i < table.size(); i++) if (table.is(i, AgentDialect.GENERATE)) decompose(table, i);
    }

    private void decompose(OpTable table, int i) {
        Op generate = table.op(i);
        String path = table.name(i);
        String first = placement.of(OperatorId.prefill(path));
        String second = placement.of(OperatorId.decode(path));
        String model = table.string(i, AgentDialect.MODEL);
        OpBuilder b = OpBuilder.before(generate);
        Generation how = new Generation(
                model,
                table.integer(i, AgentDialect.MAX_TOKENS),
                table.string(i, AgentDialect.SAMPLING),
                table.has(i, AgentDialect.DETERMINISTIC));
        if (onEndpoint(path, first, second, costs)) {
            OpBuilder whole = b.carrying(OpAttributes.placed(first, Estimates.ofCall(costs, path)));
            replace(generate, AgentOps.endpoint(whole, generate.operand(0), first, how, path));
            return;
        }
        if (first.equals(second) && !costs.splitPays(path)) {
            OpAttributes.placed(first, Estimates.ofCall(costs, path)).forEach(generate::set);
            return;
        }
        OpBuilder read = b.carrying(OpAttributes.placed(first, costs.estimate(OperatorId.prefill(path))));
        Value cache = AgentOps.prefill(read, generate.operand(0), model, path).result();
        if (!first.equals(second))
            cache = AgentOps.kvTransfer(b, cache, first, second, path).result();
        OpBuilder say = b.carrying(OpAttributes.placed(second, costs.estimate(OperatorId.decode(path))));
        replace(generate, AgentOps.decode(say, cache, how, path));
    }

    private static void replace(Op generate, Op by) {
        generate.replaceAllUsesWith(List.of(by.result()));
        generate.erase();
    }

    /**
     * {@return whether an LLM call is one of a hosted endpoint}
     *
     * @throws IllegalArgumentException if only one of its phases is there
     */
    static boolean onEndpoint(String path, String first, String second, LoweringCosts costs) {
        if (!costs.isEndpoint(first) && !costs.isEndpoint(second)) return false;
        if (first.equals(second)) return true;
        throw new IllegalArgumentException(
                "The LLM call '" + path + "' is placed on '" + first + "' for its prefill and on '" + second
                        + "' for its decode, but a KV cache cannot enter or leave a hosted endpoint. Place both on one of them.");
    }
}
