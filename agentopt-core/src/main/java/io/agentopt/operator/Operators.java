package io.agentopt.operator;

import io.agentopt.message.Tensor;
import io.agentopt.message.ToolCall;
import io.agentopt.message.ToolResult;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** Static factories that read well in a graph declaration; import them statically. */
public final class Operators {
    private Operators() {}

    /** {@return a model by name} */
    public static ModelRef model(String id) {
        return new ModelRef(id);
    }

    /** {@return one call of a language model, greedy, with default lengths} */
    public static Generate generate(ModelRef model) {
        return new Generate(model);
    }

    /** {@return text to vector} */
    public static Embed embed(ModelRef model) {
        return new Embed(model);
    }

    /** {@return the {@code k} passages of an index nearest to a vector, best first} */
    public static VectorSearch vectorSearch(PassageIndex index, int k) {
        return new VectorSearch(index, k);
    }

    /** {@return the {@code k} passages that a model finds nearest to a query when it reads both together, best first} */
    public static Rerank rerank(ModelRef model, int k) {
        return new Rerank(model, k);
    }

    /** {@return speech to text} */
    public static Transcribe transcribe(ModelRef model) {
        return new Transcribe(model);
    }

    /** {@return text to speech} */
    public static Synthesize synthesize(ModelRef model) {
        return new Synthesize(model);
    }

    /** {@return a run of a model file: an output of the model from its inputs, one port each} */
    public static Infer<Tensor> infer(ModelRef model, String output, String... inputs) {
        return Infer.one(model, output, List.of(inputs));
    }

    /** {@return a kernel of the catalog with one output} */
    public static Kernel<Tensor> kernel(String name, int inputs) {
        return Kernel.one(name, inputs);
    }

    /** {@return an operator of the user's own kind, a function of the host; see {@link Custom} for more inputs, promises and costs} */
    public static <A, O> Custom<O> custom(
            String name, Class<A> input, Class<O> output, Function<? super A, ? extends O> function) {
        return Custom.of(name, input, output, function);
    }

    /** {@return a function with an outside} */
    public static <I, O> Tool<I, O> tool(String name, Function<? super I, ? extends O> function) {
        return new Tool<>(name, function);
    }

    /**
     * A set of tools that a model may call by name. A call of an unknown name does not fail the run: the model is told which
     * names exist.
     *
     * @param name of the set, unique in a graph
     * @param tools what can be called; the planner assumes the mean latency and price of the set, and the set is idempotent
     *     when each of them is
     * @return one tool that dispatches by the name of the call
     */
    public static Tool<ToolCall, ToolResult> toolbox(String name, List<Tool<ToolCall, String>> tools) {
        if (tools.isEmpty())
            throw new IllegalArgumentException("The toolbox '" + name + "' is empty. Give it at least one tool.");
        Map<String, Tool<ToolCall, String>> byName = new TreeMap<>();
        for (Tool<ToolCall, String> t : tools) {
            if (byName.put(t.name(), t) != null) {
                throw new IllegalArgumentException(
                        "The toolbox '" + name + "' has two tools named '" + t.name() + "'. Rename one.");
            }
        }
        Duration latency = tools.stream()
                .map(Tool::expectedLatency)
                .reduce(Duration.ZERO, Duration::plus)
                .dividedBy(tools.size());
        double dollars =
                tools.stream().mapToDouble(Tool::dollarsPerCall).average().orElse(0);
        boolean idempotent = tools.stream().allMatch(Tool::idempotent);
        Function<ToolCall, ToolResult> dispatch = call -> {
            Tool<ToolCall, String> chosen = byName.get(call.name());
            if (chosen == null) {
                String known = String.join(", ", byName.keySet());
                return new ToolResult(call, "There is no tool named " + call.name() + ". Known tools: " + known + ".");
            }
            String text = chosen.function().apply(call);
            if (text == null) {
                throw new IllegalStateException("The tool '" + chosen.name() + "' of toolbox '" + name
                        + "' answered null. Let it return a text.");
            }
            return new ToolResult(call, text);
        };
        return new Tool<>(name, dispatch, latency, dollars, idempotent);
    }
}
