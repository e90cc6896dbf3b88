package io.agentopt.runtime.llm;

import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.llm.encode.BatchLimits;
import java.util.Objects;

/**
 * How a reranker is opened.
 *
 * @param session threads, device and other settings of the model's session
 * @param limits of a run
 * @param tooLong what becomes of a pair that is longer than the model's context
 */
public record RerankSettings(SessionSettings session, BatchLimits limits, TooLong tooLong) {
    /** What becomes of a pair of query and passage that is longer than the model's context. */
    public enum TooLong {
        /** The passage is read up to where the context ends, as cross-encoders are trained; a query that leaves it no room is refused. */
        TRUNCATE,
        /** The request fails with a {@link io.agentopt.runtime.llm.error.PromptTooLongException} that names the passage. */
        REFUSE
    }

    public RerankSettings {
        Objects.requireNonNull(session, "session");
        Objects.requireNonNull(limits, "limits");
        Objects.requireNonNull(tooLong, "tooLong");
    }

    /** {@return settings of a session: {@link BatchLimits#standard}, truncating} */
    public static RerankSettings of(SessionSettings session) {
        return new RerankSettings(session, BatchLimits.standard(), TooLong.TRUNCATE);
    }

    /** {@return these settings with other limits of a run} */
    public RerankSettings withLimits(BatchLimits other) {
        return new RerankSettings(session, other, tooLong);
    }

    /** {@return these settings, refusing pairs that are too long} */
    public RerankSettings refusing() {
        return new RerankSettings(session, limits, TooLong.REFUSE);
    }
}
