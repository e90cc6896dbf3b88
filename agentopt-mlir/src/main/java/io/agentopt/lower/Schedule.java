package io.agentopt.lower;

import io.agentopt.mlir.dialect.AgentDialect;
import io.agentopt.mlir.ir.Attribute.Estimate;
import io.agentopt.mlir.ir.Op;
import io.agentopt.mlir.ir.OpTable;
import io.agentopt.mlir.pass.JavaPass;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * Pass {@code schedule}: list scheduling. Of the ops of a block that may come next, the one with the longest predicted way to the block's end comes first;
 * of equally long ones the one that came first before. Predictions are the ops' estimates. The dispatcher starts what is ready in this order.
 *
 * <p>Neither data nor effects are reordered: a load keeps its place to stores of its memory, a store to loads and stores, a tool with side effects to all
 * such tools. Ops between which neither says anything may overlap.
 */
record Schedule() implements JavaPass {
    static final String NAME = "schedule";

    @Override
    public void run(Op graph) {
        OpTable table = OpTable.of(graph);
        double[] seconds = seconds(table);
        int[] makers = new int[table.values()];
        for (int op = 0; op < table.size(); op++) {
            for (int region = 0; region < table.regionCount(op); region++) {
                if (!table.is(op, AgentDialect.FUSED)) block(table, seconds, table.ops(op, region), makers);
            }
        }
    }

    private static void block(OpTable table, double[] seconds, List<Integer> ops, int[] makers) {
        List<List<Integer>> after = after(table, ops, makers);
        int n = ops.size() - 1; // the last op ends the block and stays there
        double[] way = new double[n];
        int[] waitsFor = new int[n];
        for (int i = n - 1; i >= 0; i--) {
            for (int next : after.get(i)) {
                if (next >= n) continue;
                way[i] = Math.max(way[i], way[next]);
                waitsFor[next]++;
            }
            way[i] += seconds[ops.get(i)];
        }
        PriorityQueue<Integer> ready = new PriorityQueue<>((a, b) -> {
            int longest = Double.compare(way[b], way[a]);
            return longest != 0 ? longest : Integer.compare(a, b);
        });
        for (int i = 0; i < n; i++) if (waitsFor[i] == 0) ready.add(i);
        List<Integer> order = new ArrayList<>();
        for (Integer i = ready.poll(); i != null; i = ready.poll()) {
            order.add(i);
            for (int next : after.get(i)) if (next < n && --waitsFor[next] == 0) ready.add(next);
        }
        for (int i = 0; i < n; i++)
            if (order.get(i) != i) { // everything from the first change on is put before the end
                Op end = table.op(ops.getLast());
                for (int moved : order.subList(i, n)) table.op(ops.get(moved)).moveBefore(end);
                return;
            }
    }

    /**
     * By position in the block, the positions of the ops that must come later: they read the op's results, or its effects forbid another order.
     *
     * @param makers by value, its maker's position in the block of that, once it was there
     */
    private static List<List<Integer>> after(OpTable table, List<Integer> ops, int[] makers) {
        int n = ops.size();
        List<List<Integer>> after = new ArrayList<>(n);
        int[] known = new int[n]; // by position, behind which op it was last put
        EffectOrder effects = new EffectOrder();
        for (int i = 0; i < n; i++) {
            after.add(new ArrayList<>(2));
            int first = ops.get(i);
            for (int op = first; op < table.end(first); op++) {
                for (int k = 0; k < table.operandCount(op); k++) {
                    int value = table.operand(op, k);
                    int maker = makers[value];
                    boolean here = maker < i && !table.isArgument(value) && ops.get(maker) == table.definer(value);
                    if (here && known[maker] < i) {
                        known[maker] = i;
                        after.get(maker).add(i);
                    }
                }
            }
            for (int before : effects.order(table, first, i))
                if (known[before] < i) after.get(before).add(i);
            if (table.resultCount(first) > 0) makers[table.result(first)] = i;
        }
        return after;
    }

    /** By op; that of a control op is what its body takes one after the other, once, so that it is at least as long as what it holds. */
    private static double[] seconds(OpTable table) {
        double[] seconds = new double[table.size()];
        for (int op = table.size() - 1; op > 0; op--) {
            Optional<Estimate> estimate = OpAttributes.estimate(table, op);
            if (estimate.isPresent()) seconds[op] += estimate.get().seconds().orElse(0);
            if (table.parent(op) >= 0) seconds[table.parent(op)] += seconds[op];
        }
        return seconds;
    }
}
