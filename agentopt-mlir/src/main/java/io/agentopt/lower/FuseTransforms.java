package io.agentopt.lower;

import io.agentopt.mlir.dialect.AgentDialect;
import io.agentopt.mlir.dialect.AgentOps;
import io.agentopt.mlir.ir.Attribute;
import io.agentopt.mlir.ir.Op;
import io.agentopt.mlir.ir.OpBuilder;
import io.agentopt.mlir.ir.OpTable;
import io.agentopt.mlir.ir.Value;
import io.agentopt.mlir.pass.JavaPass;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Pass {@code fuse-transforms}: a chain of pure functions of one block on one device becomes one step.
 *
 * <pre>
 * %a = agent.transform "f"(%x)   ->   %b = agent.fused (%x) { %a = agent.transform "f"(%x')  %b' = agent.transform "g"(%a)  agent.yield %b' }
 * %b = agent.transform "g"(%a)
 * </pre>
 *
 * The functions keep their estimates; that of the step is their sum. A function joins the one behind it when nobody else reads its result and the one behind it waits for nothing more than it does: fusing then delays nothing.
 *
 * @param limited whether a node has a timeout or retries of its own, by path; such a function stays a step
 */
record FuseTransforms(Predicate<String> limited) implements JavaPass {
    static final String NAME = "fuse-transforms";

    @Override
    public void run(Op graph) {
        OpTable table = OpTable.of(graph);
        int[][] users = table.users();
        Set<Integer> taken = new HashSet<>();
        for (int i = table.size() - 1; i > 0; i--) {
            if (taken.contains(i) || !fusible(table, i) || !mayGrow(table, users, i)) continue;
            Set<Integer> chain = chain(table, users, i);
            if (chain.size() < 2) continue;
            taken.addAll(chain);
            fuse(table, List.copyOf(chain), i);
        }
    }

    private Set<Integer> chain(OpTable table, int[][] users, int last) {
        Set<Integer> chain = new TreeSet<>(Set.of(last));
        boolean grown = true;
        while (grown) {
            grown = false;
            for (int value : inputs(table, chain)) {
                int maker = table.definer(value);
                if (table.isArgument(value) || !joins(table, users, maker, chain)) continue;
                chain.add(maker);
                grown = true;
                break;
            }
        }
        return chain;
    }

    /** Whether an op reads what a function makes for it alone; few do, and the sets of a chain take longer than this. */
    private static boolean mayGrow(OpTable table, int[][] users, int op) {
        for (int i = 0; i < table.operandCount(op); i++) {
            int value = table.operand(op, i);
            if (table.isArgument(value) || !table.is(table.definer(value), AgentDialect.TRANSFORM)) continue;
            boolean alone = true;
            for (int user : users[value]) alone &= user == op;
            if (alone) return true;
        }
        return false;
    }

    private boolean joins(OpTable table, int[][] users, int maker, Set<Integer> chain) {
        int one = chain.iterator().next();
        if (!fusible(table, maker) || !sameBlock(table, maker, one)) return false;
        if (!table.string(maker, AgentDialect.DEVICE).equals(table.string(one, AgentDialect.DEVICE))) return false;
        for (int user : users[table.result(maker)]) if (!chain.contains(user)) return false;
        Set<Integer> known = operands(table, maker);
        for (int value : inputs(table, chain)) {
            boolean here = !table.isArgument(value) && sameBlock(table, table.definer(value), one);
            if (here && table.definer(value) != maker && !known.contains(value)) return false;
        }
        return true;
    }

    private boolean fusible(OpTable table, int op) {
        return table.is(op, AgentDialect.TRANSFORM)
                && !table.is(table.parent(op), AgentDialect.FUSED)
                && !limited.test(table.name(op));
    }

    private static boolean sameBlock(OpTable table, int a, int b) {
        return table.parent(a) == table.parent(b) && table.region(a) == table.region(b);
    }

    private static Set<Integer> operands(OpTable table, int op) {
        Set<Integer> operands = new TreeSet<>();
        for (int i = 0; i < table.operandCount(op); i++) operands.add(table.operand(op, i));
        return operands;
    }

    /** What a chain reads that it does not make. */
    private static Set<Integer> inputs(OpTable table, Set<Integer> chain) {
        Set<Integer> inputs = new TreeSet<>();
        for (int op : chain) inputs.addAll(operands(table, op));
        for (int op : chain) inputs.remove(table.result(op));
        return inputs;
    }

    private static void fuse(OpTable table, List<Integer> chain, int last) {
        Map<Integer, Value> outside = new LinkedHashMap<>();
        Set<Integer> made = new HashSet<>();
        for (int op : chain) {
            for (int i = 0; i < table.operandCount(op); i++) {
                int value = table.operand(op, i);
                if (!made.contains(value))
                    outside.putIfAbsent(value, table.op(op).operand(i));
            }
            made.add(table.result(op));
        }
        Op end = table.op(last);
        Op fused = AgentOps.fused(
                OpBuilder.before(end),
                List.copyOf(outside.values()),
                end.result().type(),
                table.name(last),
                (b, inside) -> body(b, table, chain, List.copyOf(outside.keySet()), inside));
        fused.set(AgentDialect.DEVICE, table.string(last, AgentDialect.DEVICE));
        end.replaceAllUsesWith(fused.results());
        for (int op : chain.reversed()) table.op(op).erase();
    }

    private static void body(
            OpBuilder b, OpTable table, List<Integer> chain, List<Integer> outside, List<Value> inside) {
        Map<Integer, Value> values = new HashMap<>();
        for (int i = 0; i < outside.size(); i++) values.put(outside.get(i), inside.get(i));
        Value result = inside.getFirst();
        for (int op : chain) {
            List<Value> arguments = new ArrayList<>();
            for (int i = 0; i < table.operandCount(op); i++) {
                Value value = values.get(table.operand(op, i));
                if (value == null)
                    throw new IllegalStateException("A fused function reads what is neither inside nor an argument.");
                arguments.add(value);
            }
            Map<String, Attribute> own = OpAttributes.estimate(table, op)
                    .<Map<String, Attribute>>map(e -> Map.of(AgentDialect.ESTIMATE, e))
                    .orElse(Map.of());
            result = AgentOps.transform(
                            b.carrying(own),
                            arguments,
                            table.string(op, AgentDialect.FUNCTION),
                            table.op(op).result().type(),
                            table.name(op))
                    .result();
            values.put(table.result(op), result);
        }
        AgentOps.yields(b, result);
    }
}
