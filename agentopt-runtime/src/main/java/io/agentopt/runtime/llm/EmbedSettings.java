package io.agentopt.runtime.llm;

import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.llm.encode.BatchLimits;
import java.util.Objects;

/**
 * How an embedder is opened.
 *
 * @param session threads, device and other settings of the model's session
 * @param limits of a run
 * @param truncating whether a text that is longer than the model's context is read up to its end, as sentence-transformers does, and not refused
 */
public record EmbedSettings(SessionSettings session, BatchLimits limits, boolean truncating) {
    public EmbedSettings {
        Objects.requireNonNull(session, "session");
        Objects.requireNonNull(limits, "limits");
    }

    /** {@return settings of a session: {@link BatchLimits#standard}, refusing texts that are too long} */
    public static EmbedSettings of(SessionSettings session) {
        return new EmbedSettings(session, BatchLimits.standard(), false);
    }

    /** {@return these settings with other limits of a run} */
    public EmbedSettings withLimits(BatchLimits other) {
        return new EmbedSettings(session, other, truncating);
    }

    /** {@return these settings, reading texts that are too long up to the end of the context} */
    public EmbedSettings truncated() {
        return new EmbedSettings(session, limits, true);
    }
}
