package io.agentopt.runtime.llm;

import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.llm.batch.Sequence;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The keys and values of a prompt on one engine, between prefill and decode. It holds one of the engine's slots until it is
 * decoded, transferred or closed; each happens at most once, and later use is an {@link IllegalStateException}.
 */
public final class KvCache implements AutoCloseable {
    private enum State {
        READY,
        IN_USE,
        SPENT
    }

    private final LlmEngine engine;
    private final Sequence sequence;
    private final int length;
    private final long startedNanos;
    private final double prefillSeconds;
    private final int reused;
    private final AtomicReference<State> state = new AtomicReference<>(State.READY);

    KvCache(LlmEngine engine, Sequence sequence, long startedNanos, double prefillSeconds, int reused) {
        this.engine = engine;
        this.sequence = sequence;
        this.length = sequence.held();
        this.startedNanos = startedNanos;
        this.prefillSeconds = prefillSeconds;
        this.reused = reused;
    }

    /** {@return tokens that it holds} */
    public int length() {
        return length;
    }

    /** {@return tokens that the prefix cache knew, so that the model did not run over them} */
    public int reused() {
        return reused;
    }

    /** {@return bytes that a transfer moves} */
    public long bytes() {
        return Math.round(engine.model().kvBytesPerToken() * length);
    }

    /** {@return the engine whose memory it lies in} */
    public LlmEngine engine() {
        return engine;
    }

    /** {@return where it lies, for tests} */
    Sequence sequence() {
        return sequence;
    }

    double prefillSeconds() {
        return prefillSeconds;
    }

    long startedNanos() {
        return startedNanos;
    }

    /**
     * Moves it to another engine of the same model; only the positions in use are copied. This cache is spent then; it
     * stays usable if the transfer fails.
     *
     * @return the cache on the other engine; if that is its own, the same memory
     * @throws IllegalArgumentException if the other engine runs another model
     * @throws io.agentopt.runtime.llm.error.PromptTooLongException if the other engine's context does not hold it
     * @throws io.agentopt.runtime.llm.error.CacheExhaustedException if the other engine has no slot
     */
    public KvCache transferTo(LlmEngine other, CancelToken cancel) {
        Sequence from = use();
        try {
            Sequence to = other == engine ? from : other.receive(engine, from, cancel);
            if (to != from) engine.giveBack(from);
            state.set(State.SPENT);
            return new KvCache(other, to, startedNanos, prefillSeconds, reused);
        } catch (RuntimeException | Error e) {
            state.compareAndSet(State.IN_USE, State.READY);
            throw e;
        }
    }

    /** As {@link #transferTo(LlmEngine, CancelToken)}, without a way to cancel. */
    public KvCache transferTo(LlmEngine other) {
        return transferTo(other, CancelToken.none());
    }

    /**
     * Writes it for {@link LlmEngine#readCache} of another process, in the layout of docs/kv-layout.md; only the positions in
     * use are written. This cache stays as it is.
     *
     * @param to a blocking channel; it is not closed
     * @throws java.io.IOException if the channel fails
     * @throws IllegalStateException if it was used or closed, or its engine is closed
     */
    public void write(WritableByteChannel to) throws IOException {
        Sequence from = use();
        try {
            engine.write(from, to);
        } finally {
            state.compareAndSet(State.IN_USE, State.READY);
        }
    }

    /** Takes it for a decode or a transfer. */
    Sequence use() {
        if (!state.compareAndSet(State.READY, State.IN_USE)) {
            throw new IllegalStateException("The KV cache (" + length + " tokens of model '"
                    + engine.model().id()
                    + "') was decoded, transferred or closed already. Prefill again for another answer.");
        }
        return sequence;
    }

    /** Ends its use: the slot goes back to the engine. */
    void spend() {
        state.set(State.SPENT);
        engine.giveBack(sequence);
    }

    /** Gives the slot back, unless a decode or transfer has taken it over. */
    @Override
    public void close() {
        if (state.compareAndSet(State.READY, State.SPENT)) engine.giveBack(sequence);
    }

    @Override
    public String toString() {
        return "KvCache[" + length + " tokens of " + engine.model().id() + ", " + state.get() + "]";
    }
}
