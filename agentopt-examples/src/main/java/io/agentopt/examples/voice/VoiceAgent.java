package io.agentopt.examples.voice;

import static io.agentopt.operator.Operators.custom;
import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.model;
import static io.agentopt.operator.Operators.synthesize;
import static io.agentopt.operator.Operators.transcribe;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.NodeOptions;
import io.agentopt.message.Audio;
import io.agentopt.message.Completion;
import io.agentopt.message.Prompt;
import io.agentopt.operator.Custom;
import io.agentopt.operator.Custom.Effects;
import io.agentopt.operator.Work;

/**
 * Answers a spoken question with a spoken answer. The recogniser's time is known from its shape; of the synthesiser the declaration says what it takes, as
 * measured. The runtime is given what hears and speaks: {@code AgentOptions.withTranscriber} and {@code withSynthesizer}.
 */
public final class VoiceAgent {
    /** The recogniser, of the packaged speech models. */
    public static final String HEARS = "openai/whisper-base";

    /** The synthesiser. */
    public static final String SPEAKS = "hexgrad/Kokoro-82M";

    /** Nobody but the caller needs the digits of a card or a telephone. */
    static final Custom<String> REDACT = custom(
                    "voice.redact", String.class, String.class, said -> said.replaceAll("[0-9](?=[0-9 -]{6,})", "#"))
            .promising(Effects.PURE);

    private static final double SECONDS_OF_SPEECH = 6;
    private static final double AUDIO_BYTES = SECONDS_OF_SPEECH * 16_000 * 4;
    private static final double WEIGHT_BYTES = 82e6 * 4;

    private VoiceAgent() {}

    /**
     * Declares the agent.
     *
     * @param llm id of the language model
     * @param synthesis what one answer takes the synthesiser, as measured
     */
    public static AgentGraph<Audio, Audio> declare(String llm, Work synthesis) {
        return AgentGraph.define("voice", Audio.class, Audio.class, (g, question) -> {
            var said = g.node(
                    "hear",
                    transcribe(model(HEARS)).language("en").expecting(SECONDS_OF_SPEECH),
                    question,
                    NodeOptions.NONE.retries(1));
            var clean = g.node("redact", REDACT, said);
            var prompt = clean.map(
                    "prompt",
                    s -> Prompt.system("Answer in one short sentence that can be read aloud.")
                            .user(s));
            var answer = g.node("think", generate(model(llm)).maxTokens(64).expecting(60, 30), prompt)
                    .map("text", Completion::text);
            return g.node(
                    "speak",
                    synthesize(model(SPEAKS)).voice("af").costing(synthesis.keeping(WEIGHT_BYTES)),
                    answer,
                    NodeOptions.NONE.outputBytes(AUDIO_BYTES));
        });
    }
}
