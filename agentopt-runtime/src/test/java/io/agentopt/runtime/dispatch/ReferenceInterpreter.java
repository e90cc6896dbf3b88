package io.agentopt.runtime.dispatch;

import io.agentopt.program.Block;
import io.agentopt.program.Program;
import io.agentopt.program.Slot;
import io.agentopt.program.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The slow twin of the dispatcher: one step after the other, in program order, on one thread. */
final class ReferenceInterpreter {
    private final StepRunner runner;

    ReferenceInterpreter(StepRunner runner) {
        this.runner = runner;
    }

    Object run(Program program, Object input) throws Exception {
        return block(program.body(), Map.of(), input).getFirst();
    }

    private List<Object> block(Block block, Map<Slot, Object> outer, Object parameter) throws Exception {
        Map<Slot, Object> values = new HashMap<>(outer);
        block.parameters().forEach(p -> values.put(p, parameter));
        for (Step step : block.steps()) values.put(step.result(), step(step, values));
        return block.yields().stream().map(values::get).toList();
    }

    private Object step(Step step, Map<Slot, Object> values) throws Exception {
        List<Object> in = step.operands().stream().map(values::get).toList();
        return switch (step) {
            case Step.Loop l -> {
                Object state = in.getFirst();
                for (int i = 0; i < l.max(); i++) {
                    List<Object> out = block(l.body(), values, state);
                    if ((Boolean) out.get(0)) yield out.get(1);
                    state = out.get(2);
                }
                throw new IllegalStateException("limit");
            }
            case Step.When w ->
                block((Boolean) in.getFirst() ? w.then() : w.otherwise(), values, "")
                        .getFirst();
            case Step.ForEach f -> {
                List<Object> out = new ArrayList<>();
                for (Object item : (List<?>) in.getFirst())
                    out.add(block(f.body(), values, item).getFirst());
                yield out;
            }
            case Step.Nested n -> block(n.body(), values, in.getFirst()).getFirst();
            default -> Objects.requireNonNull(runner.bind(step).run(in, new NoContext()));
        };
    }
}
