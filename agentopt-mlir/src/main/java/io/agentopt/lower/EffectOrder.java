package io.agentopt.lower;

import io.agentopt.mlir.dialect.AgentDialect;
import io.agentopt.mlir.ir.OpTable;
import io.agentopt.operator.Custom;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which ops of a block must keep their order although no data says so: the rule of decision 0006, of loads and stores of one memory, and of tools and custom
 * operators with side effects. A control op has the effects of everything inside it.
 */
final class EffectOrder {
    private final Map<String, Integer> lastStore = new HashMap<>();
    private final Map<String, Set<Integer>> loadsSince = new HashMap<>();
    private int lastSideEffect = -1;

    /**
     * Takes the next op of the block.
     *
     * @param position of the op in its block
     * @return positions of the ops before it that must stay before it
     */
    Set<Integer> order(OpTable table, int op, int position) {
        if (pure(table, op)) return Set.of();
        Set<String> loads = new HashSet<>();
        Set<String> stores = new HashSet<>();
        boolean sideEffect = false;
        for (int inner = op; inner < table.end(op); inner++) {
            switch (table.kind(inner)) {
                case AgentDialect.MEMORY_LOAD -> loads.add(table.string(inner, AgentDialect.STORE));
                case AgentDialect.MEMORY_STORE -> stores.add(table.string(inner, AgentDialect.STORE));
                case AgentDialect.TOOL -> sideEffect |= !table.has(inner, AgentDialect.IDEMPOTENT);
                default -> sideEffect |= hasOutside(table, inner);
            }
        }
        Set<Integer> before = new HashSet<>();
        for (String memory : loads) {
            if (lastStore.containsKey(memory)) before.add(lastStore.get(memory));
            if (!stores.contains(memory))
                loadsSince.computeIfAbsent(memory, m -> new HashSet<>()).add(position);
        }
        for (String memory : stores) {
            Integer store = lastStore.put(memory, position);
            if (store != null) before.add(store);
            Set<Integer> since = loadsSince.remove(memory);
            if (since != null) before.addAll(since);
        }
        if (sideEffect) {
            if (lastSideEffect >= 0) before.add(lastSideEffect);
            lastSideEffect = position;
        }
        return before;
    }

    /** Most ops are; a set for each would take longer than the rest. */
    private static boolean pure(OpTable table, int op) {
        for (int inner = op; inner < table.end(op); inner++) {
            switch (table.kind(inner)) {
                case AgentDialect.MEMORY_LOAD, AgentDialect.MEMORY_STORE -> {
                    return false;
                }
                case AgentDialect.TOOL -> {
                    if (!table.has(inner, AgentDialect.IDEMPOTENT)) return false;
                }
                default -> {
                    if (hasOutside(table, inner)) return false;
                }
            }
        }
        return true;
    }

    private static boolean hasOutside(OpTable table, int op) {
        return AgentDialect.isCustom(table.kind(op))
                && table.string(op, AgentDialect.EFFECTS).equals(Custom.Effects.OUTSIDE.word());
    }
}
