package io.agentopt.runtime.llm;

import io.agentopt.runtime.backend.ort.SessionSettings;
import java.time.Duration;

/**
 * How an engine is opened.
 *
 * @param session threads, device and other settings of the model's session
 * @param slots KV caches that may exist at once; each takes kvBytesPerToken * maxContext bytes once used
 * @param slotWait how long a prefill waits for a slot
 * @param prefillChunk positions of a prompt that are filled between two decode steps of other requests
 */
public record EngineSettings(SessionSettings session, int slots, Duration slotWait, int prefillChunk) {
    private static final int CPU_CHUNK = 64; // larger ones fill no faster on CPUs and hold other requests up longer

    public EngineSettings {
        if (prefillChunk < 1)
            throw new IllegalArgumentException(
                    "The prefill chunk (" + prefillChunk + ") of an engine must be at least 1 position.");
        if (slots < 1) throw new IllegalArgumentException("The slots (" + slots + ") of an engine must be at least 1.");
        if (slotWait.isNegative())
            throw new IllegalArgumentException("The slot wait (" + slotWait + ") must not be negative.");
    }

    /** {@return settings for the CPU: 8 slots, 30 seconds of waiting} */
    public static EngineSettings cpu(int threads) {
        return of(SessionSettings.cpu(threads));
    }

    /** {@return settings for a session: 8 slots, 30 seconds of waiting} */
    public static EngineSettings of(SessionSettings session) {
        return new EngineSettings(session, 8, Duration.ofSeconds(30), CPU_CHUNK);
    }

    /** {@return these settings with another number of slots} */
    public EngineSettings withSlots(int count, Duration wait) {
        return new EngineSettings(session, count, wait, prefillChunk);
    }

    /** {@return these settings with another prefill chunk} */
    public EngineSettings withPrefillChunk(int positions) {
        return new EngineSettings(session, slots, slotWait, positions);
    }
}
