package io.agentopt.runtime;

import io.agentopt.program.Step;
import io.agentopt.runtime.dispatch.StepRunner.Action;
import io.agentopt.runtime.infer.InferEngine;
import io.agentopt.runtime.llm.Ranking;
import io.agentopt.runtime.llm.RerankEngine;
import java.util.Optional;

/** Binds steps that users may plug runners in for to engines of models that the store has. Empty where it has none; {@code need} is who asks, as the subject of a message. */
record StoredModels(Engines engines) {
    Optional<Action> rerank(Step.Rerank step, String need) {
        if (!engines.has(step.model())) return Optional.empty();
        RerankEngine engine = engines.reranker(step.device(), step.model(), need);
        return Optional.of((in, context) -> {
            Ranking ranking = engine.rerank(
                    (String) in.getFirst(),
                    PluggedModels.passages(in.get(1)),
                    step.k(),
                    EngineModelRunner.token(context));
            context.countTokens(ranking.tokens(), 0);
            return ranking.passages();
        });
    }

    Optional<Action> infer(Step.Infer step, String need) {
        if (!engines.has(step.model())) return Optional.empty();
        InferEngine engine = engines.inference(step.device(), step.model(), need);
        try {
            engine.require(step.inputs(), step.outputs());
        } catch (IllegalArgumentException e) {
            throw new AgentLoadException(need + " does not fit its model. " + e.getMessage(), e);
        }
        return Optional.of(PluggedModels.inferring(
                step, (inputs, outputs, context) -> engine.infer(inputs, outputs, EngineModelRunner.token(context))));
    }
}
