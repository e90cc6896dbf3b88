package io.agentopt.lower;

import io.agentopt.mlir.dialect.AgentDialect;
import io.agentopt.mlir.dialect.AgentOps;
import io.agentopt.mlir.ir.Op;
import io.agentopt.mlir.ir.OpBuilder;
import io.agentopt.mlir.ir.OpTable;
import io.agentopt.mlir.ir.Value;
import io.agentopt.mlir.pass.JavaPass;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Pass {@code merge-shared-prefix}: prefills of one prompt by one model on one device read it once.
 *
 * <pre>
 * %a = agent.prefill %p on "A"   ->   %x = agent.prefix %p on "A"
 * %b = agent.prefill %p on "A"        %a = agent.prefill %p behind %x on "A"
 *                                     %b = agent.prefill %p behind %x on "A"
 * </pre>
 *
 * That is what several samples of one prompt are. Equal LLM calls were merged before; these differ in how they decode. Only prefills of one block: each
 * of them runs then, so that reading ahead wastes nothing. Prompts that merely begin alike are made by functions of the host, which the IR cannot look into.
 */
record MergeSharedPrefix(LoweringCosts costs) implements JavaPass {
    static final String NAME = "merge-shared-prefix";

    private record Shared(int prompt, String model, String device, int parent, int region) {}

    @Override
    public void run(Op graph) {
        OpTable table = OpTable.of(graph);
        Map<Shared, List<Integer>> groups = new LinkedHashMap<>();
        for (int i = 0; i < table.size(); i++) {
            if (!table.is(i, AgentDialect.PREFILL) || table.operandCount(i) > 1) continue;
            Shared shared = new Shared(
                    table.operand(i, 0),
                    table.string(i, AgentDialect.MODEL),
                    table.string(i, AgentDialect.DEVICE),
                    table.parent(i),
                    table.region(i));
            groups.computeIfAbsent(shared, s -> new ArrayList<>()).add(i);
        }
        groups.forEach((shared, prefills) -> {
            if (prefills.size() > 1
                    && costs.prefixPays(prefills.stream().map(table::name).toList())) merge(table, shared, prefills);
        });
    }

    /** The prefix is expected to take what the first prefill was; nothing is known of what is left of the prefills. */
    private static void merge(OpTable table, Shared shared, List<Integer> prefills) {
        int one = prefills.getFirst();
        Op first = table.op(one);
        OpBuilder b = OpBuilder.before(first)
                .carrying(OpAttributes.placed(shared.device(), OpAttributes.estimate(table, one)));
        Value read = AgentOps.prefix(b, first.operand(0), shared.model(), first.name())
                .result();
        for (int i : prefills) {
            Op prefill = table.op(i);
            OpBuilder rest = OpBuilder.before(prefill).carrying(OpAttributes.placed(shared.device(), Optional.empty()));
            Op behind = AgentOps.prefillBehind(rest, prefill.operand(0), read, shared.model(), prefill.name());
            prefill.replaceAllUsesWith(List.of(behind.result()));
            prefill.erase();
        }
    }
}
