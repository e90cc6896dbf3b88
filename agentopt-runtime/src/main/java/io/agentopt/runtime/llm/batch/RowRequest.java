package io.agentopt.runtime.llm.batch;

import io.agentopt.runtime.backend.ort.OrtRunOptions;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request that needs a row: a prompt to be filled in chunk by chunk, or keys and values that come from elsewhere. Its
 * result is a sequence that the caller owns.
 */
final class RowRequest {
    final int[] tokens;
    final Optional<MemorySegment> scores;
    final Exchange exchange;
    final OrtRunOptions options;
    final long giveUpAt;
    long runNanos;
    int reused;
    boolean alone; // a run of several prompts failed, so it gets one of its own
    private @Nullable Sequence sequence;

    /**
     * @param scores of the last token, if keys and values come from elsewhere: float32 [vocab]
     * @param giveUpAt nanosecond of {@link System#nanoTime} until which it waits for a row
     */
    RowRequest(int[] tokens, Optional<MemorySegment> scores, Exchange exchange, OrtRunOptions options, long giveUpAt) {
        this.tokens = tokens;
        this.scores = scores;
        this.exchange = exchange;
        this.options = options;
        this.giveUpAt = giveUpAt;
    }

    void sequence(Sequence admitted) {
        sequence = admitted;
    }

    /** {@return the sequence, once admitted} */
    Sequence sequence() {
        Sequence found = sequence;
        if (found == null) throw new IllegalStateException("The request has no row yet.");
        return found;
    }
}
