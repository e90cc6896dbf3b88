package io.agentopt.runtime.llm;

import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.llm.execute.PromptLane;
import io.agentopt.runtime.llm.prefix.PrefixSettings;
import java.time.Duration;
import java.util.OptionalInt;

/**
 * How an engine is opened. {@link LlmEngine#estimate} says what memory that takes.
 *
 * @param session threads, device and other settings of the model's session
 * @param room for KV caches that may exist at once; each takes kvBytesPerToken * context bytes once used
 * @param slotWait how long a prefill waits for a slot
 * @param prefillChunk positions of a prompt that are filled between two decode steps of other requests; also the block of
 *     the prefix cache
 * @param context most tokens of a request, prompt and answer; empty for the model's longest, which also bounds it
 * @param prefixes what is remembered of prompts
 * @param lane where a GPU fills prompts
 */
public record EngineSettings(
        SessionSettings session,
        KvRoom room,
        Duration slotWait,
        int prefillChunk,
        OptionalInt context,
        PrefixSettings prefixes,
        PromptLane lane) {
    private static final int CPU_CHUNK = 64; // larger ones fill no faster on CPUs and hold other requests up longer

    public EngineSettings {
        if (prefillChunk < 1)
            throw new IllegalArgumentException(
                    "The prefill chunk (" + prefillChunk + ") of an engine must be at least 1 position.");
        if (slotWait.isNegative())
            throw new IllegalArgumentException("The slot wait (" + slotWait + ") must not be negative.");
        if (context.isPresent() && context.getAsInt() < 1)
            throw new IllegalArgumentException(
                    "The context (" + context.getAsInt() + ") of an engine must be at least 1 token.");
    }

    /** {@return settings for the CPU: 8 slots, 30 seconds of waiting} */
    public static EngineSettings cpu(int threads) {
        return of(SessionSettings.cpu(threads));
    }

    /** {@return settings for a session: 8 slots, 30 seconds of waiting} */
    public static EngineSettings of(SessionSettings session) {
        return new EngineSettings(
                session,
                new KvRoom.Slots(8),
                Duration.ofSeconds(30),
                CPU_CHUNK,
                OptionalInt.empty(),
                PrefixSettings.standard(),
                PromptLane.BETWEEN_STEPS);
    }

    /** {@return these settings with another number of slots} */
    public EngineSettings withSlots(int count, Duration wait) {
        return new EngineSettings(session, new KvRoom.Slots(count), wait, prefillChunk, context, prefixes, lane);
    }

    /** {@return these settings with as many slots as fit in so many bytes, weights and all else included} */
    public EngineSettings withMemory(long bytes) {
        return new EngineSettings(session, new KvRoom.Memory(bytes), slotWait, prefillChunk, context, prefixes, lane);
    }

    /** {@return these settings with another prefill chunk} */
    public EngineSettings withPrefillChunk(int positions) {
        return new EngineSettings(session, room, slotWait, positions, context, prefixes, lane);
    }

    /** {@return these settings for requests of at most so many tokens, prompt and answer together} */
    public EngineSettings withContext(int tokens) {
        return new EngineSettings(session, room, slotWait, prefillChunk, OptionalInt.of(tokens), prefixes, lane);
    }

    /** {@return these settings with another prefix cache} */
    public EngineSettings withPrefixes(PrefixSettings remembered) {
        return new EngineSettings(session, room, slotWait, prefillChunk, context, remembered, lane);
    }

    /** {@return these settings with another way of filling prompts on a GPU} */
    public EngineSettings withPromptLane(PromptLane other) {
        return new EngineSettings(session, room, slotWait, prefillChunk, context, prefixes, other);
    }
}
