package io.agentopt.runtime;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.Node;
import io.agentopt.message.Embedding;
import io.agentopt.message.Passage;
import io.agentopt.message.Prompt;
import io.agentopt.operator.Kernel;
import io.agentopt.operator.PassageIndex;
import io.agentopt.operator.Sampling;
import io.agentopt.operator.VectorSearch;
import io.agentopt.program.Step;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.dispatch.KernelAction;
import io.agentopt.runtime.dispatch.ModelRunner;
import io.agentopt.runtime.dispatch.StepContext;
import io.agentopt.runtime.dispatch.StepRunner.Action;
import io.agentopt.runtime.llm.DecodeOptions;
import io.agentopt.runtime.llm.EmbedEngine;
import io.agentopt.runtime.llm.Generation;
import io.agentopt.runtime.llm.KvCache;
import io.agentopt.runtime.llm.LlmEngine;
import io.agentopt.runtime.runner.Runners;
import io.agentopt.runtime.search.ExactIndex;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Binds model steps to engines. A run's end reaches an engine through a token of each call; the deadline comes the same way, so
 * that one place decides what a run failed with.
 */
final class EngineModelRunner implements ModelRunner {
    private final AgentGraph<?, ?> graph;
    private final Engines engines;
    private final PluggedModels plugged;
    private final StoredModels stored;

    EngineModelRunner(AgentGraph<?, ?> graph, Engines engines, Runners runners) {
        this.graph = graph;
        this.engines = engines;
        this.plugged = new PluggedModels(runners);
        this.stored = new StoredModels(engines);
    }

    @Override
    public Action prefill(Step.Prefill step) {
        LlmEngine engine = engines.decoder(step.device(), step.model(), need(step));
        return (in, context) -> {
            KvCache cache = engine.prefill((Prompt) in.getFirst(), token(context));
            context.own(cache);
            context.countTokens(cache.length(), 0);
            context.countReused(cache.reused());
            return cache;
        };
    }

    @Override
    public Action kvTransfer(Step.KvTransfer step) {
        return (in, context) -> {
            KvCache cache = (KvCache) in.getFirst();
            // Opened when the decode behind this transfer was bound, before any run.
            LlmEngine target = engines.opened(step.to(), cache.engine().model().id(), need(step));
            KvCache moved = cache.transferTo(target, token(context));
            context.disown(cache);
            context.own(moved);
            return moved;
        };
    }

    @Override
    public Action decode(Step.Decode step) {
        LlmEngine engine = engines.decoder(step.device(), step.model(), need(step));
        DecodeOptions options = new DecodeOptions(step.maxTokens(), Sampling.parse(step.sampling()), Set.of());
        return (in, context) -> {
            try (KvCache cache = (KvCache) in.getFirst()) {
                context.disown(cache);
                Generation answer =
                        engine.decode(cache, options, (index, id, text) -> say(context, text), token(context));
                context.countTokens(0, answer.ids().size());
                return answer.completion();
            }
        };
    }

    private static void say(StepContext context, String text) {
        if (!text.isEmpty()) context.token(text); // a token may settle no text yet, half a character for one
    }

    @Override
    public Action embed(Step.Embed step) {
        return plugged.embed(step).orElseGet(() -> ownEmbed(step));
    }

    private Action ownEmbed(Step.Embed step) {
        EmbedEngine engine = engines.embedder(step.device(), step.model(), need(step));
        return (in, context) -> {
            int[] tokens = engine.encode((String) in.getFirst(), EmbedEngine.Role.QUERY);
            Embedding embedding = engine.embed(tokens, token(context));
            context.countTokens(tokens.length, 0);
            return embedding;
        };
    }

    @Override
    public Action search(Step.Search step) {
        Node.Call call = graph.calls().get(step.path());
        if (call == null || !(call.operator() instanceof VectorSearch search)) {
            throw new IllegalArgumentException(
                    need(step) + " is no vector search in that graph. Lower the program from this graph.");
        }
        PassageIndex passages = search.index();
        ExactIndex index = engines.index(passages, step.device(), need(step));
        return (in, context) -> {
            float[] query = Engines.unit(((Embedding) in.getFirst()).values());
            return index.search(query, step.k()).stream()
                    .map(hit -> found(passages.passages().get(hit.row()), hit.score()))
                    .toList();
        };
    }

    @Override
    public Action endpoint(Step.Endpoint step) {
        return plugged.endpoint(step).orElseGet(() -> absent(() -> ModelRunner.super.endpoint(step)));
    }

    @Override
    public Action rerank(Step.Rerank step) {
        return plugged.rerank(step)
                .or(() -> stored.rerank(step, need(step)))
                .orElseGet(() -> absent(() -> ModelRunner.super.rerank(step)));
    }

    @Override
    public Action transcribe(Step.Transcribe step) {
        return plugged.transcribe(step)
                .or(() -> SpeechSteps.transcribe(step, engines, need(step)))
                .orElseGet(() -> absent(() -> ModelRunner.super.transcribe(step)));
    }

    @Override
    public Action synthesize(Step.Synthesize step) {
        return plugged.synthesize(step).orElseGet(() -> absent(() -> ModelRunner.super.synthesize(step)));
    }

    @Override
    public Action infer(Step.Infer step) {
        return plugged.infer(step)
                .or(() -> stored.infer(step, need(step)))
                .orElseGet(() -> absent(() -> ModelRunner.super.infer(step)));
    }

    @Override
    public Action custom(Step.Custom step) {
        return plugged.custom(step).orElseGet(() -> absent(() -> ModelRunner.super.custom(step)));
    }

    @Override
    public Action kernel(Step.Kernel step) {
        KernelAction action = KernelAction.of(step, engines.kernels());
        Node.Call call = graph.calls().get(step.path());
        if (call != null && call.operator() instanceof Kernel<?> k && k.severalOutputs() != action.severalOutputs()) {
            throw new IllegalArgumentException(need(step) + " declares the kernel '" + step.kernel() + "' with "
                    + (k.severalOutputs()
                            ? "several outputs, and it has one. Use Kernel.one."
                            : "one output, and it has several. Use Kernel.several."));
        }
        return action;
    }

    /** The refusal of a step for which nothing was plugged in, as what loading an agent throws. */
    private Action absent(Supplier<Action> refusal) {
        try {
            return refusal.get();
        } catch (IllegalArgumentException e) {
            throw new AgentLoadException("Graph '" + graph.name() + "' cannot be loaded. " + e.getMessage(), e);
        }
    }

    private static Passage found(Passage passage, float score) {
        return new Passage(passage.id(), passage.text(), score);
    }

    static CancelToken token(StepContext context) {
        CancelToken token = CancelToken.create();
        context.onStop(() -> token.cancel("Its run has ended or its time is over."));
        return token;
    }

    private String need(Step step) {
        return "Node '" + step.path() + "' of graph '" + graph.name() + "'";
    }
}
