package io.agentopt.runtime.dispatch;

import java.util.List;

/**
 * A block that is ready to run.
 *
 * <p>A block is {@code straight} when its heavy steps depend on one another in a single chain. Then no order of execution lets two of
 * them overlap, and the steps are simply run in program order, without counters. Otherwise an {@link Activation} releases each step
 * when the steps that it waits for are done.
 */
final class ExecutableBlock {
    private final int slots;
    private final int parameter;
    private final ExecutableStep[] steps;
    private final Dependencies dependencies;
    private final List<Ref> yields;
    private final boolean straight;
    private final boolean heavy;

    /** @param parameter position of the one parameter, or -1 for a block without */
    ExecutableBlock(int slots, int parameter, List<ExecutableStep> steps, Dependencies dependencies, List<Ref> yields) {
        this.slots = slots;
        this.parameter = parameter;
        this.steps = steps.toArray(ExecutableStep[]::new);
        this.dependencies = dependencies;
        this.yields = List.copyOf(yields);
        this.heavy = steps.stream().anyMatch(ExecutableStep::heavy);
        this.straight = dependencies.isChain(i -> this.steps[i].heavy());
    }

    int slots() {
        return slots;
    }

    int parameter() {
        return parameter;
    }

    int size() {
        return steps.length;
    }

    ExecutableStep step(int index) {
        return steps[index];
    }

    Dependencies dependencies() {
        return dependencies;
    }

    Ref yielded(int index) {
        return yields.get(index);
    }

    boolean straight() {
        return straight;
    }

    boolean heavy() {
        return heavy;
    }
}
