package io.agentopt.lower;

import io.agentopt.mlir.dialect.AgentDialect;
import io.agentopt.mlir.dialect.TensorOps;
import io.agentopt.mlir.ir.Op;
import io.agentopt.mlir.ir.OpBuilder;
import io.agentopt.mlir.ir.OpTable;
import io.agentopt.mlir.ir.Value;
import io.agentopt.mlir.pass.JavaPass;
import io.agentopt.plan.granular.OperatorId;

/**
 * Pass {@code shard-models}: writes over how many devices the plan spreads a model, and has the shards agree on what they answer.
 *
 * <pre>
 * %c = agent.decode %k on "H100"   ->   %p = agent.decode %k on "H100" shards 4
 *                                       %c = agent.all_reduce %p by "sum" over 4 on "H100"
 * </pre>
 *
 * The all-reduce stands for those of every layer. The cost model counts them in the decode's time, and the engine that runs the shards does them: a program
 * has no step for it. Calls of hosted endpoints are ops of their own and stay as they are.
 */
record ShardModels(LoweringCosts costs) implements JavaPass {
    static final String NAME = "shard-models";

    @Override
    public void run(Op graph) {
        OpTable table = OpTable.of(graph);
        int[][] users = table.users();
        for (int op = 0; op < table.size(); op++) {
            String path = table.name(op);
            switch (table.kind(op)) {
                case AgentDialect.PREFIX, AgentDialect.PREFILL ->
                    shard(table, op, costs.shards(OperatorId.prefill(path)));
                case AgentDialect.GENERATE, AgentDialect.DECODE -> {
                    int shards = costs.shards(OperatorId.decode(path));
                    if (shard(table, op, shards)) agree(table, op, users[table.result(op)], shards);
                }
                default -> {}
            }
        }
    }

    private static boolean shard(OpTable table, int op, int shards) {
        if (shards < 2) return false;
        table.op(op).set(AgentDialect.SHARDS, shards);
        return true;
    }

    private static void agree(OpTable table, int op, int[] users, int shards) {
        Op made = table.op(op);
        Op agreed = TensorOps.allReduce(OpBuilder.after(made), made.result(), "sum", shards, table.name(op));
        agreed.set(AgentDialect.DEVICE, table.string(op, AgentDialect.DEVICE));
        Value all = agreed.result();
        for (int user : users) {
            for (int i = 0; i < table.operandCount(user); i++) {
                if (table.operand(user, i) == table.result(op)) table.op(user).setOperand(i, all);
            }
        }
    }
}
