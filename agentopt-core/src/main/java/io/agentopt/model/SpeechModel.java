package io.agentopt.model;

/** A speech model: of known shape, or of known size only. */
public sealed interface SpeechModel permits EncoderDecoderSpec, UnshapedModel {
    /** {@return unique name, such as {@code openai/whisper-base}} */
    String id();
}
