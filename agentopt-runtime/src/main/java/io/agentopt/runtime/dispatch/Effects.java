package io.agentopt.runtime.dispatch;

import io.agentopt.operator.Custom;
import io.agentopt.program.Block;
import io.agentopt.program.Step;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Orders the steps of one block that data alone would leave unordered, in program order:
 *
 * <ul>
 *   <li>a load of a memory comes after the last earlier store of it;
 *   <li>a store comes after every earlier load and store of the same memory;
 *   <li>a tool or custom operator with side effects (one that is not idempotent) comes after every earlier one. Who marks tools
 *       idempotent gets them in parallel.
 * </ul>
 *
 * A control step has the effects of everything inside it. The items of a for-each are activations of their own: they run in
 * parallel and are not ordered among each other.
 */
final class Effects {
    private final Map<String, Integer> lastStore = new HashMap<>();
    private final Map<String, Set<Integer>> loadsSince = new HashMap<>();
    private int lastSideEffect = -1;

    /** What a step does to the world, everything inside it included. */
    private record Touched(Set<String> loads, Set<String> stores, boolean sideEffect) {}

    /**
     * Takes the next step in program order.
     *
     * @return the earlier steps that it must wait for
     */
    Set<Integer> order(int number, Step step) {
        Touched touched = touched(step);
        Set<Integer> before = new HashSet<>();
        for (String memory : touched.loads()) {
            Integer store = lastStore.get(memory);
            if (store != null) before.add(store);
            if (!touched.stores().contains(memory))
                loadsSince.computeIfAbsent(memory, m -> new HashSet<>()).add(number);
        }
        for (String memory : touched.stores()) {
            Integer store = lastStore.put(memory, number);
            if (store != null) before.add(store);
            Set<Integer> loads = loadsSince.remove(memory);
            if (loads != null) before.addAll(loads);
        }
        if (touched.sideEffect()) {
            if (lastSideEffect >= 0) before.add(lastSideEffect);
            lastSideEffect = number;
        }
        return before;
    }

    private static Touched touched(Step step) {
        return switch (step) {
            case Step.MemoryLoad m -> new Touched(Set.of(m.memory()), Set.of(), false);
            case Step.MemoryStore m -> new Touched(Set.of(), Set.of(m.memory()), false);
            case Step.ToolCall t -> new Touched(Set.of(), Set.of(), !t.idempotent());
            case Step.Custom c -> new Touched(Set.of(), Set.of(), c.effects() == Custom.Effects.OUTSIDE);
            case Step.Loop l -> all(l.body());
            case Step.When w -> all(w.then(), w.otherwise());
            case Step.ForEach f -> all(f.body());
            case Step.Nested n -> all(n.body());
            case Step.Generate s -> nothing();
            case Step.Prefix s -> nothing();
            case Step.Prefill s -> nothing();
            case Step.Decode s -> nothing();
            case Step.KvTransfer s -> nothing();
            case Step.Transfer s -> nothing();
            case Step.Embed s -> nothing();
            case Step.Search s -> nothing();
            case Step.Endpoint s -> nothing();
            case Step.Rerank s -> nothing();
            case Step.Transcribe s -> nothing();
            case Step.Synthesize s -> nothing();
            case Step.Infer s -> nothing();
            case Step.Kernel s -> nothing();
            case Step.Transform s -> nothing();
            case Step.Fused s -> nothing();
        };
    }

    private static Touched nothing() {
        return new Touched(Set.of(), Set.of(), false);
    }

    private static Touched all(Block... blocks) {
        Set<String> loads = new HashSet<>();
        Set<String> stores = new HashSet<>();
        boolean sideEffect = false;
        for (Block block : List.of(blocks)) {
            for (Step step : block.steps()) {
                Touched inner = touched(step);
                loads.addAll(inner.loads());
                stores.addAll(inner.stores());
                sideEffect |= inner.sideEffect();
            }
        }
        return new Touched(loads, stores, sideEffect);
    }
}
