package io.agentopt.runtime.llm.prefix;

import java.util.OptionalLong;

/**
 * What an engine remembers of prompts.
 *
 * @param bytes of memory for it, besides the KV caches; 0 remembers nothing; empty for the default share, see {@link #standard}
 * @param answers whether positions that decode steps computed are remembered too. They differ from those of a prefill by
 *     rounding (a product of one row adds up in another order than one of many), so an answer may then depend, within rounding,
 *     on what was asked before. Without, an earlier answer is read once more when it comes back within a prompt
 */
public record PrefixSettings(OptionalLong bytes, boolean answers) {
    public PrefixSettings {
        if (bytes.isPresent() && bytes.getAsLong() < 0) {
            throw new IllegalArgumentException("The prefix cache's memory (" + bytes.getAsLong()
                    + " bytes) must not be negative. Give 0 to turn it off.");
        }
    }

    /** {@return a sixteenth of the machine's memory, or of what is free on the GPU, or an eighth of an engine's memory budget behind its weights; prompts alone} */
    public static PrefixSettings standard() {
        return new PrefixSettings(OptionalLong.empty(), false);
    }

    /** {@return nothing is remembered} */
    public static PrefixSettings off() {
        return of(0);
    }

    /** {@return prompts, in so much memory} */
    public static PrefixSettings of(long bytes) {
        return new PrefixSettings(OptionalLong.of(bytes), false);
    }

    /** {@return these settings, with answers} */
    public PrefixSettings withAnswers() {
        return new PrefixSettings(bytes, true);
    }
}
