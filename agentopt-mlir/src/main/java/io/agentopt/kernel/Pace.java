package io.agentopt.kernel;

/**
 * How long a kernel takes for a byte of its buffers, learned from its runs, and into how many parts a run is therefore worth cutting. Waking a thread takes
 * some 25 to 60 microseconds, in which one thread alone moves megabytes within the caches.
 */
final class Pace {
    /** A part that takes less is done sooner here than handed over. */
    private static final double NANOS_PER_PART = 75_000;

    /** Before anything is known. */
    private static final long BYTES_PER_PART = 1 << 17;

    /** What the newest run counts; the rest is what was known before. */
    private static final double NEWEST = 0.25;

    private volatile double nanosPerByte; // 0 until a run was seen

    /** {@return how many parts to cut a run into, from 1 to {@code most}} */
    int parts(long rows, long bytes, int most) {
        double known = nanosPerByte;
        double worth = known == 0 ? (double) bytes / BYTES_PER_PART : bytes * known / NANOS_PER_PART;
        return (int) Math.clamp(Math.min(rows, worth), 1, most);
    }

    /** Learns from one part: how long {@code done} of the {@code rows} took. */
    void observe(long nanos, long done, long rows, long bytes) {
        if (done == 0 || bytes == 0 || nanos <= 0) return;
        double seen = (double) nanos * rows / done / bytes;
        double known = nanosPerByte;
        nanosPerByte = known == 0 ? seen : known + NEWEST * (seen - known);
    }
}
