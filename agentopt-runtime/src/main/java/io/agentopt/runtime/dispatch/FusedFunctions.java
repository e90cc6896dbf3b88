package io.agentopt.runtime.dispatch;

import io.agentopt.operator.Transform;
import io.agentopt.program.Slot;
import io.agentopt.program.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Pure functions that run one behind the other as one step. */
final class FusedFunctions implements StepRunner.Action {
    /** One function: where it reads and writes in the step's frame. */
    private record Part(String path, Transform<?> function, int[] operands, int result) {}

    /** What one of the functions threw, or that it returned null: the failure of that function's node and not of the step's. */
    static final class PartFailure extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final String path;

        PartFailure(String path, @Nullable Throwable cause) {
            super(path, cause, false, false);
            this.path = path;
        }

        /** {@return the path of the function's node} */
        String path() {
            return path;
        }
    }

    private final List<Part> parts;
    private final int slots;
    private final int[] parameters;
    private final int result;

    private FusedFunctions(List<Part> parts, int slots, int[] parameters, int result) {
        this.parts = parts;
        this.slots = slots;
        this.parameters = parameters;
        this.result = result;
    }

    /** @throws IllegalArgumentException if the step's body is anything but transforms that read each other */
    static FusedFunctions of(Step.Fused step, Function<Step.Transform, Transform<?>> functions) {
        List<Slot> parameters = step.body().parameters();
        if (parameters.size() != step.operands().size() || step.body().yields().size() != 1) throw broken(step);
        List<Slot> filled = new ArrayList<>(parameters);
        List<Part> parts = new ArrayList<>();
        for (Step inner : step.body().steps()) {
            if (!(inner instanceof Step.Transform t) || !filled.containsAll(t.operands())) throw broken(step);
            parts.add(new Part(
                    t.path(),
                    functions.apply(t),
                    indices(t.operands()),
                    t.result().index()));
            filled.add(t.result());
        }
        if (!filled.containsAll(step.body().yields())) throw broken(step);
        return new FusedFunctions(
                parts,
                step.body().slots(),
                indices(parameters),
                step.body().yields().getFirst().index());
    }

    private static int[] indices(List<Slot> slots) {
        return slots.stream().mapToInt(Slot::index).toArray();
    }

    private static IllegalArgumentException broken(Step.Fused step) {
        return new IllegalArgumentException(
                "Step '" + step.path()
                        + "' is broken: it must fuse functions that read its operands or each other, and yield one value. Lower the graph again.");
    }

    @Override
    public Object run(List<Object> operands, StepContext context) {
        Object[] frame = new Object[slots];
        for (int i = 0; i < parameters.length; i++) frame[parameters[i]] = operands.get(i);
        for (Part part : parts) {
            Object[] in = new Object[part.operands().length];
            for (int i = 0; i < in.length; i++) in[i] = frame[part.operands()[i]];
            frame[part.result()] = apply(part, Arrays.asList(in));
        }
        return frame[result];
    }

    private static Object apply(Part part, List<Object> in) {
        Object value;
        try {
            value = part.function().body().apply(in);
        } catch (Throwable t) { // whatever a user's function throws is its node's failure
            throw new PartFailure(part.path(), t);
        }
        if (value == null) throw new PartFailure(part.path(), null);
        return value;
    }
}
