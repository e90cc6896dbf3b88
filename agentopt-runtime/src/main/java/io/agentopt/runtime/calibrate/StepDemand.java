package io.agentopt.runtime.calibrate;

import io.agentopt.cost.CostModel;
import io.agentopt.cost.Demand;
import io.agentopt.cost.Estimate;
import io.agentopt.cost.TransformerDemand;
import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.Node;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.ModelCatalog;
import io.agentopt.model.ModelSpec;
import io.agentopt.operator.Embed;
import io.agentopt.operator.Generate;
import io.agentopt.operator.Operator;
import io.agentopt.runtime.observe.RunEvent.StepFinished;
import io.agentopt.runtime.observe.StepKind;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The work of steps, from the tokens that they had. A decode's context is the prompt that the same run last read at that node. */
final class StepDemand {
    private record Prompt(long run, String path) {}

    /** What to make of a pass of a model. */
    private interface Pass<T> {
        T prefill(ModelSpec model, int prompt, int reused);

        T decode(ModelSpec model, int prompt, int output);

        T embed(ModelSpec model, int tokens);
    }

    /** A pass of a model, whose work the cost model knows by equations. */
    enum PassKind {
        PREFILL,
        DECODE,
        EMBED
    }

    /** {@return what pass of a model a step is, empty if it is none or several} */
    static Optional<PassKind> pass(StepKind kind) {
        return switch (kind) {
            case PREFILL -> Optional.of(PassKind.PREFILL);
            case DECODE -> Optional.of(PassKind.DECODE);
            case EMBED -> Optional.of(PassKind.EMBED);
            case GENERATE,
                    PREFIX,
                    KV_TRANSFER,
                    SEARCH,
                    ENDPOINT,
                    RERANK,
                    TRANSCRIBE,
                    SYNTHESIZE,
                    INFER,
                    KERNEL,
                    CUSTOM,
                    TOOL,
                    MEMORY_LOAD,
                    MEMORY_STORE,
                    TRANSFER,
                    TRANSFORM -> Optional.empty();
        };
    }

    private static final Pass<Demand> DEMAND = new Pass<>() {
        @Override
        public Demand prefill(ModelSpec model, int prompt, int reused) {
            return TransformerDemand.prefill(model, prompt, 1, reused);
        }

        @Override
        public Demand decode(ModelSpec model, int prompt, int output) {
            return TransformerDemand.decode(model, prompt, output, 1);
        }

        @Override
        public Demand embed(ModelSpec model, int tokens) {
            return TransformerDemand.embed(model, tokens, 1);
        }
    };

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
        return next(step, DEMAND);
    }

    /** {@return what a cost model says of the next step of its run on one device, by its model; otherwise as {@link #next(StepFinished)}} */
    Optional<Estimate> next(StepFinished step, CostModel cost, DeviceSpec device) {
        return next(step, new Pass<Estimate>() {
            @Override
            public Estimate prefill(ModelSpec model, int prompt, int reused) {
                return cost.prefill(model, device, 1, prompt, 1, reused);
            }

            @Override
            public Estimate decode(ModelSpec model, int prompt, int output) {
                return cost.decode(model, device, 1, prompt, output, 1);
            }

            @Override
            public Estimate embed(ModelSpec model, int tokens) {
                return cost.embed(model, device, 1, tokens, 1);
            }
        });
    }

    private <T> Optional<T> next(StepFinished step, Pass<T> pass) {
        Prompt prompt = new Prompt(step.run(), step.operator().path());
        int in = Math.max(1, step.tokensIn()), out = Math.max(1, step.tokensOut());
        return pass(step.kind()).map(kind -> switch (kind) {
            case PREFILL -> {
                prompts.put(prompt, in);
                int reused = Math.clamp(step.tokensReused(), 0, in - 1); // the last position is always computed
                yield pass.prefill(generator(step), in, reused);
            }
            case DECODE -> pass.decode(generator(step), prompts.getOrDefault(prompt, 1), out);
            case EMBED -> pass.embed(embedder(step), in);
        });
    }

    /** {@return the answer of a decode whose prompt was seen, as others may have shared its steps} */
    Optional<SharedDecodes.Answer> answer(StepFinished step) {
        if (step.kind() != StepKind.DECODE || step.tokensOut() < 2) return Optional.empty();
        Integer prompt = prompts.get(new Prompt(step.run(), step.operator().path()));
        if (prompt == null || !(step.seconds() > 0)) return Optional.empty();
        return Optional.of(new SharedDecodes.Answer(
                generator(step), prompt, step.tokensOut(), step.startNanos() / 1e9, step.seconds()));
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
