package io.agentopt.runtime.calibrate;

import io.agentopt.cost.Demand;
import io.agentopt.cost.TransformerDemand;
import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.Node;
import io.agentopt.model.ModelCatalog;
import io.agentopt.model.ModelSpec;
import io.agentopt.operator.Embed;
import io.agentopt.operator.Generate;
import io.agentopt.operator.Operator;
import io.agentopt.runtime.observe.RunEvent.StepFinished;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The work of steps, from the tokens that they had. A decode's context is the prompt that the same run last read at that node. */
final class StepDemand {
    private record Prompt(long run, String path) {}

    private final AgentGraph<?, ?> graph;
    private final ModelCatalog models;
    private final Map<Prompt, Integer> prompts = new HashMap<>();

    /** @param graph that the steps are of, as taken apart by the planner */
    StepDemand(AgentGraph<?, ?> graph, ModelCatalog models) {
        this.graph = graph;
        this.models = models;
    }

    /**
     * {@return the work of the next step of its run, empty if it is no pass of a model; a count of no tokens stands for one}
     *
     * @throws IllegalArgumentException if the graph has no such model call
     */
    Optional<Demand> next(StepFinished step) {
        Prompt prompt = new Prompt(step.run(), step.operator().path());
        int in = Math.max(1, step.tokensIn()), out = Math.max(1, step.tokensOut());
        return switch (step.kind()) {
            case PREFILL -> {
                prompts.put(prompt, in);
                yield Optional.of(TransformerDemand.prefill(generator(step), in, 1));
            }
            case DECODE ->
                Optional.of(TransformerDemand.decode(generator(step), prompts.getOrDefault(prompt, 1), out, 1));
            case EMBED -> Optional.of(TransformerDemand.embed(embedder(step), in, 1));
            case KV_TRANSFER, SEARCH, TOOL, MEMORY_LOAD, MEMORY_STORE, TRANSFER, TRANSFORM -> Optional.empty();
        };
    }

    /** {@return whether the prompt of a decode was seen} */
    boolean knowsPrompt(StepFinished step) {
        return prompts.containsKey(new Prompt(step.run(), step.operator().path()));
    }

    private ModelSpec generator(StepFinished step) {
        return models.find(
                operator(Generate.class, step.operator().path()).model().id());
    }

    private ModelSpec embedder(StepFinished step) {
        return models.find(operator(Embed.class, step.operator().path()).model().id());
    }

    private <T extends Operator<?, ?>> T operator(Class<T> kind, String path) {
        Node.Call call = graph.calls().get(path);
        if (call == null || !kind.isInstance(call.operator())) {
            throw new IllegalArgumentException("The run has a step '" + path + "', where graph '" + graph.name()
                    + "' of the plan has no " + kind.getSimpleName()
                    + ". Predict runs of an agent that was loaded from this plan.");
        }
        return kind.cast(call.operator());
    }
}
