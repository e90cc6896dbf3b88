package io.agentopt.runtime;

import io.agentopt.message.Audio;
import io.agentopt.program.Step;
import io.agentopt.runtime.dispatch.StepRunner.Action;
import io.agentopt.runtime.llm.error.LlmException;
import io.agentopt.runtime.speech.TranscribeEngine;
import io.agentopt.runtime.speech.TranscribeOptions;
import io.agentopt.runtime.speech.Transcription;
import java.util.Optional;

/** Binds steps that hear to engines. */
final class SpeechSteps {
    private SpeechSteps() {}

    /** {@return the step on an engine; empty where the model store has no such speech recogniser} */
    static Optional<Action> transcribe(Step.Transcribe step, Engines engines, String need) {
        return engines.transcriber(step.device(), step.model(), need)
                .map(engine -> bound(step, engine, engines.transcription(), need));
    }

    private static Action bound(Step.Transcribe step, TranscribeEngine engine, TranscribeOptions wanted, String need) {
        TranscribeOptions options = step.language().map(wanted::language).orElse(wanted);
        try {
            step.language().ifPresent(engine::requireLanguage);
        } catch (LlmException e) {
            throw new AgentLoadException(need + " cannot be loaded. " + e.getMessage(), e);
        }
        return (in, context) -> {
            Transcription heard = engine.transcribe((Audio) in.getFirst(), options, EngineModelRunner.token(context));
            context.countTokens(heard.promptTokens(), heard.outputTokens());
            return heard.text();
        };
    }
}
