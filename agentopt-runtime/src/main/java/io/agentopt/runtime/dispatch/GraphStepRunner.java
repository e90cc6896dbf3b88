package io.agentopt.runtime.dispatch;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.Node;
import io.agentopt.operator.Custom;
import io.agentopt.operator.Memory;
import io.agentopt.operator.MemoryLoad;
import io.agentopt.operator.MemoryStore;
import io.agentopt.operator.Operator;
import io.agentopt.operator.Tool;
import io.agentopt.operator.Transform;
import io.agentopt.program.Step;
import java.util.function.Function;

/**
 * Binds the steps of a program to the operators of the graph that it was lowered from, by path: functions, tools, custom operators and memories run as
 * they are, models through a {@link ModelRunner}.
 */
public final class GraphStepRunner implements StepRunner {
    private final AgentGraph<?, ?> graph;
    private final ModelRunner models;

    /** @param models runs what needs a model */
    public GraphStepRunner(AgentGraph<?, ?> graph, ModelRunner models) {
        this.graph = graph;
        this.models = models;
    }

    @Override
    public Action bind(Step step) {
        return switch (step) {
            case Step.Transform t -> {
                Transform<?> function = function(t);
                yield (operands, context) -> function.body().apply(operands);
            }
            case Step.Fused f -> FusedFunctions.of(f, this::function);
            case Step.ToolCall t -> {
                Function<Object, ?> function = unchecked(operator(Tool.class, t.path(), t.path()));
                yield (operands, context) -> function.apply(operands.getFirst());
            }
            case Step.MemoryLoad m -> {
                Memory<Object, Object> memory =
                        unchecked(operator(MemoryLoad.class, m.path(), m.path()).memory());
                yield (operands, context) -> memory.load(operands.getFirst());
            }
            case Step.MemoryStore m -> {
                Memory<Object, Object> memory = unchecked(
                        operator(MemoryStore.class, m.path(), m.path()).memory());
                yield (operands, context) -> {
                    Object value = operands.get(1);
                    memory.store(operands.getFirst(), value);
                    return value;
                };
            }
            // Devices of one process share its heap: the copy is the value itself.
            case Step.Transfer t -> (operands, context) -> operands.getFirst();
            case Step.Generate s -> models.generate(s);
            case Step.Prefix s -> models.prefix(s);
            case Step.Prefill s -> models.prefill(s);
            case Step.Decode s -> models.decode(s);
            case Step.KvTransfer s -> models.kvTransfer(s);
            case Step.Embed s -> models.embed(s);
            case Step.Search s -> models.search(s);
            case Step.Endpoint s -> models.endpoint(s);
            case Step.Rerank s -> models.rerank(s);
            case Step.Transcribe s -> models.transcribe(s);
            case Step.Synthesize s -> models.synthesize(s);
            case Step.Infer s -> models.infer(s);
            case Step.Kernel s -> models.kernel(s);
            case Step.Custom s -> custom(s);
            case Step.Loop s -> throw control(s);
            case Step.When s -> throw control(s);
            case Step.ForEach s -> throw control(s);
            case Step.Nested s -> throw control(s);
        };
    }

    /** The operator's own function, or a runner that was given for its name; either must give what the operator says. */
    private Action custom(Step.Custom step) {
        Custom<?> custom = operator(Custom.class, step.path(), step.path());
        if (!custom.name().equals(step.operator())
                || custom.arity() != step.operands().size()) {
            throw new IllegalArgumentException("Step '" + step.path() + "' runs the custom operator '" + step.operator()
                    + "' on " + step.operands().size() + " values, and graph '" + graph.name() + "' has '"
                    + custom.name()
                    + "' of " + custom.arity() + " there. Lower the program from this graph.");
        }
        Action action = custom.function()
                .<Action>map(f -> (operands, context) -> f.apply(operands))
                .orElseGet(() -> models.custom(step));
        return (operands, context) -> {
            Object result = action.run(operands, context);
            if (result == null || custom.output().isInstance(result)) return result;
            throw new ClassCastException("The custom operator '" + custom.name() + "' gave a "
                    + result.getClass().getName() + ", and it is declared to give a "
                    + custom.output().getName() + ". Change one of the two.");
        };
    }

    private Transform<?> function(Step.Transform t) {
        Transform<?> function = operator(Transform.class, t.path(), t.function());
        if (function.arity() == t.operands().size()) return function;
        throw new IllegalArgumentException("Node '" + t.path() + "' of graph '" + graph.name() + "' gives "
                + t.operands().size() + " values to a function of " + function.arity() + ". Lower the graph again.");
    }

    private <T extends Operator<?, ?>> T operator(Class<T> kind, String path, String owner) {
        Node.Call call = graph.calls().get(owner);
        if (call == null || !kind.isInstance(call.operator())) {
            throw new IllegalArgumentException("Step '" + path + "' needs a " + kind.getSimpleName() + " at node '"
                    + owner + "' of graph '"
                    + graph.name() + "', which has "
                    + (call == null ? "no such node" : "a " + call.operator().kind() + " there")
                    + ". Lower the program from this graph.");
        }
        return kind.cast(call.operator());
    }

    // The graph's ports had types: what flows into a tool or a memory fits it.
    @SuppressWarnings("unchecked")
    private static Function<Object, ?> unchecked(Tool<?, ?> tool) {
        return (Function<Object, ?>) tool.function();
    }

    @SuppressWarnings("unchecked")
    private static Memory<Object, Object> unchecked(Memory<?, ?> memory) {
        return (Memory<Object, Object>) memory;
    }

    private static IllegalArgumentException control(Step step) {
        return new IllegalArgumentException(
                "Step '" + step.path() + "' is control flow, which the dispatcher runs itself.");
    }
}
