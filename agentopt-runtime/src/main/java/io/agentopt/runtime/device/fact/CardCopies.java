package io.agentopt.runtime.device.fact;

import io.agentopt.mlir.gpu.DeviceMemory;
import io.agentopt.mlir.gpu.GpuContext;
import io.agentopt.mlir.gpu.GpuDriver;
import io.agentopt.mlir.gpu.GpuEvent;
import io.agentopt.mlir.gpu.GpuStream;
import io.agentopt.mlir.gpu.PinnedMemory;

/**
 * How fast the driver copies, by its own events: within a card, where each byte is read and written, and to and from pinned memory of the
 * host. The best of a few rounds each.
 *
 * @param within bytes read and written a second
 * @param toCard bytes a second
 * @param fromCard bytes a second
 */
public record CardCopies(double within, double toCard, double fromCard) {
    private static final long MOST = 4L << 30, LEAST = 1 << 20, MOST_PINNED = 256 << 20;
    private static final int PART =
            8; // of the memory that is free: what others are about to take is not taken from them
    private static final int ROUNDS = 7, COPIES = 4;
    private static final int NUMBER = 0x3F9D70A4; // some float: zeros might be copied by less power

    private interface Copy {
        void begin();
    }

    /**
     * Measures, in some 100 ms.
     *
     * @param number of the card, as the driver counts
     * @throws io.agentopt.mlir.gpu.GpuException where the card has no room or fails
     */
    public static CardCopies measure(GpuDriver driver, int number) {
        try (GpuContext context = driver.context(number)) {
            long bytes = Math.clamp(context.freeBytes() / PART, LEAST, MOST), pinned = Math.min(bytes, MOST_PINNED);
            try (GpuStream stream = context.stream();
                    DeviceMemory from = context.allocate(bytes);
                    DeviceMemory to = context.allocate(bytes);
                    PinnedMemory host = context.allocatePinned(pinned);
                    GpuEvent before = context.event();
                    GpuEvent after = context.event()) {
                stream.fill(from.all(), NUMBER);
                return new CardCopies(
                        2.0 * best(stream, before, after, bytes, () -> stream.copy(to.all(), from.all())),
                        best(stream, before, after, pinned, () -> stream.upload(to.slice(0, pinned), host, 0)),
                        best(stream, before, after, pinned, () -> stream.download(host, 0, from.slice(0, pinned))));
            }
        }
    }

    private static double best(GpuStream stream, GpuEvent before, GpuEvent after, long bytes, Copy copy) {
        double best = 0;
        for (int round = 0; round < ROUNDS; round++) {
            stream.record(before);
            for (int i = 0; i < COPIES; i++) copy.begin();
            stream.record(after);
            after.synchronize();
            best = Math.max(best, (double) bytes * COPIES / Math.max(after.secondsSince(before), 1e-9));
        }
        return best;
    }
}
