package io.agentopt.runtime.llm;

import io.agentopt.runtime.backend.ort.SessionSettings;
import java.time.Duration;

/**
 * How an engine is opened.
 *
 * @param session threads, device and other settings of the model's session
 * @param slots KV caches that may exist at once; each takes kvBytesPerToken * maxContext bytes once used
 * @param slotWait how long a prefill waits for a slot
 */
public record EngineSettings(SessionSettings session, int slots, Duration slotWait) {
    public EngineSettings {
        if (slots < 1) throw new IllegalArgumentException("The slots (" + slots + ") of an engine must be at least 1.");
        if (slotWait.isNegative())
            throw new IllegalArgumentException("The slot wait (" + slotWait + ") must not be negative.");
    }

    /** {@return settings for the CPU: 8 slots, 30 seconds of waiting} */
    public static EngineSettings cpu(int threads) {
        return new EngineSettings(SessionSettings.cpu(threads), 8, Duration.ofSeconds(30));
    }

    /** {@return these settings with another number of slots} */
    public EngineSettings withSlots(int count, Duration wait) {
        return new EngineSettings(session, count, wait);
    }
}
