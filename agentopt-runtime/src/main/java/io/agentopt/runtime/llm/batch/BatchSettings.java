package io.agentopt.runtime.llm.batch;

import java.time.Duration;

/**
 * How a device is shared.
 *
 * @param chunk positions of a prompt that are filled between two decode steps. Chunks begin at multiples of it whatever else
 *     runs, so that a prompt's numbers do not depend on the load
 * @param rowWait how long a request may wait for a row
 * @param buffered tokens that may wait for a slow listener before its answer pauses
 */
public record BatchSettings(int chunk, Duration rowWait, int buffered) {
    public BatchSettings {
        if (chunk < 1)
            throw new IllegalArgumentException("The prefill chunk (" + chunk + ") must be at least 1 position.");
        if (rowWait.isNegative())
            throw new IllegalArgumentException("The wait for a row (" + rowWait + ") must not be negative.");
        if (buffered < 1)
            throw new IllegalArgumentException("The token buffer (" + buffered + ") must hold at least 1 token.");
    }
}
