package io.agentopt.runtime.llm;

import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.llm.execute.DecoderExecutor;
import io.agentopt.runtime.llm.execute.GpuSettings;
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
 * @param prefillChunk positions of a prompt that are filled between two decode steps of other requests, also the block of
 *     the prefix cache; empty for {@value #CPU_CHUNK} on processors and {@value #GPU_CHUNK} on GPUs
 * @param context most tokens of a request, prompt and answer; empty for the model's longest, which also bounds it
 * @param prefixes what is remembered of prompts
 * @param gpu how a GPU runs the model
 */
public record EngineSettings(
        SessionSettings session,
        KvRoom room,
        Duration slotWait,
        OptionalInt prefillChunk,
        OptionalInt context,
        PrefixSettings prefixes,
        GpuSettings gpu) {
    /** Larger chunks fill no faster on processors, and hold other requests up longer. */
    static final int CPU_CHUNK = 64;

    /** Smaller chunks leave most of a GPU idle. */
    static final int GPU_CHUNK = 512;

    public EngineSettings {
        if (prefillChunk.isPresent() && prefillChunk.getAsInt() < 1)
            throw new IllegalArgumentException(
                    "The prefill chunk (" + prefillChunk.getAsInt() + ") of an engine must be at least 1 position.");
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
                OptionalInt.empty(),
                OptionalInt.empty(),
                PrefixSettings.standard(),
                GpuSettings.standard());
    }

    /** {@return these settings with another number of slots} */
    public EngineSettings withSlots(int count, Duration wait) {
        return new EngineSettings(session, new KvRoom.Slots(count), wait, prefillChunk, context, prefixes, gpu);
    }

    /** {@return these settings with as many slots as fit in so many bytes, weights and all else included} */
    public EngineSettings withMemory(long bytes) {
        return new EngineSettings(session, new KvRoom.Memory(bytes), slotWait, prefillChunk, context, prefixes, gpu);
    }

    /** {@return these settings with another prefill chunk} */
    public EngineSettings withPrefillChunk(int positions) {
        return new EngineSettings(session, room, slotWait, OptionalInt.of(positions), context, prefixes, gpu);
    }

    /** {@return these settings for requests of at most so many tokens, prompt and answer together} */
    public EngineSettings withContext(int tokens) {
        return new EngineSettings(session, room, slotWait, prefillChunk, OptionalInt.of(tokens), prefixes, gpu);
    }

    /** {@return these settings with another prefix cache} */
    public EngineSettings withPrefixes(PrefixSettings remembered) {
        return new EngineSettings(session, room, slotWait, prefillChunk, context, remembered, gpu);
    }

    /** {@return these settings with another way of filling prompts on a GPU} */
    public EngineSettings withPromptLane(PromptLane other) {
        return withGpu(new GpuSettings(other, gpu.captureAtOpen()));
    }

    /** {@return these settings with another way of running on a GPU} */
    public EngineSettings withGpu(GpuSettings other) {
        return new EngineSettings(session, room, slotWait, prefillChunk, context, prefixes, other);
    }

    /** {@return whether the session runs on a GPU by the executor of GPUs} */
    boolean onGpu() {
        return DecoderExecutor.runsOnGpu(session);
    }

    /** {@return positions of a chunk} */
    int chunk() {
        return prefillChunk.orElse(onGpu() ? GPU_CHUNK : CPU_CHUNK);
    }
}
