package io.agentopt.mlir.ffi;

import java.nio.file.Path;

/** Whether the native MLIR library can be used in this process. */
public sealed interface Availability {
    /**
     * The library is loaded.
     *
     * @param library the file it was loaded from
     */
    record Available(Path library) implements Availability {}

    /**
     * The library cannot be used; whoever needs it falls back or fails with the reason.
     *
     * @param reason what was tried, what went wrong, and the way out
     */
    record Unavailable(String reason) implements Availability {}
}
