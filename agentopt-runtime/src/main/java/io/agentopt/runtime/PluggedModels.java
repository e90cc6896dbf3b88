package io.agentopt.runtime;

import io.agentopt.message.Audio;
import io.agentopt.message.Completion;
import io.agentopt.message.Embedding;
import io.agentopt.message.Passage;
import io.agentopt.message.Prompt;
import io.agentopt.message.Tensor;
import io.agentopt.message.Tensors;
import io.agentopt.operator.Sampling;
import io.agentopt.program.Step;
import io.agentopt.runtime.dispatch.KernelAction;
import io.agentopt.runtime.dispatch.StepContext;
import io.agentopt.runtime.dispatch.StepRunner.Action;
import io.agentopt.runtime.runner.CustomRunner;
import io.agentopt.runtime.runner.Embedder;
import io.agentopt.runtime.runner.EndpointRunner;
import io.agentopt.runtime.runner.Inference;
import io.agentopt.runtime.runner.Reranker;
import io.agentopt.runtime.runner.Runners;
import io.agentopt.runtime.runner.Synthesizer;
import io.agentopt.runtime.runner.Transcriber;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Binds steps to what the user plugged in, and holds what comes back against what was asked for. Empty where nothing was plugged in. */
record PluggedModels(Runners runners) {
    Optional<Action> endpoint(Step.Endpoint step) {
        EndpointRunner runner = runners.endpoints().get(step.device());
        if (runner == null) return Optional.empty();
        Sampling sampling = Sampling.parse(step.sampling());
        return Optional.of((in, context) -> {
            Completion answer = runner.complete(step.model(), (Prompt) in.getFirst(), step.maxTokens(), sampling);
            context.countTokens(answer.promptTokens(), answer.outputTokens());
            if (!answer.text().isEmpty()) context.token(answer.text());
            return answer;
        });
    }

    Optional<Action> rerank(Step.Rerank step) {
        Reranker runner = runners.rerankers().get(step.model());
        if (runner == null) return Optional.empty();
        return Optional.of((in, context) -> {
            List<Passage> passages = passages(in.get(1));
            return checked(step, passages, runner.rerank((String) in.getFirst(), passages, step.k()));
        });
    }

    /** What comes back must be among what was given: a reranker that makes passages up would put words into an answer. */
    private static List<Passage> checked(Step.Rerank step, List<Passage> given, List<Passage> best) {
        Set<String> known = new HashSet<>();
        for (Passage p : given) known.add(p.id());
        if (best.size() > step.k())
            throw new IllegalStateException("The reranker '" + step.model() + "' gave " + best.size()
                    + " passages where at most " + step.k() + " were asked for.");
        for (Passage p : best) {
            if (!known.contains(p.id()))
                throw new IllegalStateException("The reranker '" + step.model() + "' gave the passage '" + p.id()
                        + "', which it was not given.");
        }
        return List.copyOf(best);
    }

    @SuppressWarnings("unchecked") // the graph's ports had this type
    static List<Passage> passages(Object value) {
        return (List<Passage>) value;
    }

    Optional<Action> transcribe(Step.Transcribe step) {
        Transcriber runner = runners.transcribers().get(step.model());
        if (runner == null) return Optional.empty();
        return Optional.of((in, context) -> runner.transcribe((Audio) in.getFirst(), step.language()));
    }

    Optional<Action> synthesize(Step.Synthesize step) {
        Synthesizer runner = runners.synthesizers().get(step.model());
        if (runner == null) return Optional.empty();
        return Optional.of((in, context) -> runner.synthesize((String) in.getFirst(), step.voice()));
    }

    Optional<Action> infer(Step.Infer step) {
        Inference runner = runners.inferences().get(step.model());
        if (runner == null) return Optional.empty();
        return Optional.of(inferring(step, (inputs, outputs, context) -> runner.infer(inputs, outputs)));
    }

    /** An {@link Inference} that knows its step's run. */
    @FunctionalInterface
    interface Inferring {
        Tensors infer(Tensors inputs, List<String> outputs, StepContext context) throws Exception;
    }

    /** {@return the action of a step that somebody's model does} */
    static Action inferring(Step.Infer step, Inferring model) {
        if (step.inputs().size() != step.operands().size() || step.outputs().isEmpty()) {
            throw new IllegalArgumentException(
                    "Step '" + step.path() + "' gives " + step.operands().size()
                            + " values to the inputs " + step.inputs() + " of model '" + step.model()
                            + "' and wants the outputs "
                            + step.outputs() + ". Lower the graph again.");
        }
        return (in, context) -> {
            Tensors given = model.infer(inputs(step, in), step.outputs(), context);
            Map<String, Tensor> wanted = new LinkedHashMap<>();
            for (String name : step.outputs()) wanted.put(name, given.get(name));
            return wanted.size() == 1
                    ? Objects.requireNonNull(wanted.get(step.outputs().getFirst()))
                    : new Tensors(wanted);
        };
    }

    private static Tensors inputs(Step.Infer step, List<Object> values) {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        for (int i = 0; i < values.size(); i++) {
            String name = step.inputs().get(i);
            Object value = values.get(i);
            inputs.put(
                    name,
                    KernelAction.tensor(value)
                            .orElseThrow(() -> new IllegalArgumentException("The input '" + name + "' of model '"
                                    + step.model() + "' takes a tensor, an embedding or sound, and was given a "
                                    + value.getClass().getName() + ".")));
        }
        return new Tensors(inputs);
    }

    Optional<Action> embed(Step.Embed step) {
        Embedder runner = runners.embedders().get(step.model());
        if (runner == null) return Optional.empty();
        return Optional.of((in, context) ->
                embed(runner, step.model(), List.of((String) in.getFirst())).getFirst());
    }

    /** {@return the vectors of texts by what the user plugged in; as many, and of one size} */
    static List<Embedding> embed(Embedder runner, String model, List<String> texts) throws Exception {
        List<Embedding> vectors = runner.embed(texts);
        if (vectors.size() != texts.size())
            throw new IllegalStateException(
                    "The embedder '" + model + "' gave " + vectors.size() + " vectors for " + texts.size() + " texts.");
        for (Embedding v : vectors) {
            if (v.dimension() != vectors.getFirst().dimension())
                throw new IllegalStateException("The embedder '" + model + "' gave vectors of "
                        + vectors.getFirst().dimension() + " and of " + v.dimension() + " elements.");
        }
        return vectors;
    }

    Optional<Action> custom(Step.Custom step) {
        CustomRunner runner = runners.customs().get(step.operator());
        if (runner == null) return Optional.empty();
        return Optional.of((in, context) -> runner.run(in));
    }
}
