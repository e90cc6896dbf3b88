package io.agentopt.benchmarks.kernels;

/** How much data a case moves. */
enum Size {
    /** About 2 MB: stays in the second-level cache of a server core, or in the third. */
    CACHE(2_000_000),
    /** About 100 MB. */
    MEMORY(100_000_000);

    private final long bytes;

    Size(long bytes) {
        this.bytes = bytes;
    }

    /** {@return how many rows of {@code bytesPerRow} make up this size; at least one} */
    int rows(long bytesPerRow) {
        return (int) Math.max(1, bytes / bytesPerRow);
    }

    /** {@return for metric names} */
    String label() {
        return switch (this) {
            case CACHE -> "cache";
            case MEMORY -> "memory";
        };
    }
}
