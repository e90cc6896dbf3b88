package io.agentopt.runtime.llm.kv;

import io.agentopt.mlir.gpu.GpuContext;
import io.agentopt.mlir.gpu.GpuEvent;
import io.agentopt.mlir.gpu.GpuStream;
import io.agentopt.mlir.gpu.PinnedMemory;
import io.agentopt.mlir.gpu.RowCopy;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Pinned memory on the way between a device's caches and ordinary host memory, in two halves with a stream each: while the
 * device copies to or from one, the CPU copies from or to the other.
 */
final class Staging implements AutoCloseable {
    private static final long HALF_BYTES = 4L << 20;

    private final GpuStream runs;
    private final List<Half> halves = new ArrayList<>();

    private record Half(PinnedMemory memory, GpuStream stream, GpuEvent done) {}

    /** A piece's copy. */
    @FunctionalInterface
    interface Piece {
        RowCopy of(int index, RowCopy.OnHost host);
    }

    /**
     * @param runs the stream that computes what is copied, and with what was copied
     * @param largestPiece bytes
     */
    Staging(GpuContext context, GpuStream runs, long largestPiece) {
        this.runs = runs;
        for (int i = 0; i < 2; i++) {
            halves.add(new Half(
                    context.allocatePinned(Math.max(HALF_BYTES, largestPiece)), context.stream(), context.event()));
        }
    }

    /** Copies pieces of one size to the host, one behind the other. */
    void down(int pieces, long pieceBytes, MemorySegment host, Piece copy) {
        begin();
        int group = group(pieceBytes), groups = Math.ceilDiv(pieces, group);
        for (int g = 0; g <= groups; g++) {
            if (g < groups) {
                Half half = halves.get(g % 2);
                enqueue(half, g * group, Math.min(pieces, (g + 1) * group), pieceBytes, copy);
                half.stream().record(half.done());
            }
            if (g == 0) continue;
            Half ready = halves.get((g - 1) % 2);
            ready.done().synchronize();
            long at = (g - 1L) * group * pieceBytes;
            long bytes = Math.min(group * pieceBytes, pieces * pieceBytes - at);
            ParallelCopy.of(ready.memory().segment().asSlice(0, bytes), host.asSlice(at, bytes));
        }
    }

    /** Copies pieces of one size from the host. */
    void up(int pieces, long pieceBytes, MemorySegment host, Piece copy) {
        begin();
        int group = group(pieceBytes), groups = Math.ceilDiv(pieces, group);
        for (int g = 0; g < groups; g++) {
            Half half = halves.get(g % 2);
            if (g > 1) half.done().synchronize();
            long at = (long) g * group * pieceBytes;
            long bytes = Math.min(group * pieceBytes, pieces * pieceBytes - at);
            ParallelCopy.of(host.asSlice(at, bytes), half.memory().segment().asSlice(0, bytes));
            enqueue(half, g * group, Math.min(pieces, (g + 1) * group), pieceBytes, copy);
            half.stream().record(half.done());
        }
        for (Half half : halves) half.stream().synchronize();
    }

    private void begin() {
        runs.synchronize();
    }

    private int group(long pieceBytes) {
        return (int) Math.max(1, halves.getFirst().memory().bytes() / pieceBytes);
    }

    private static void enqueue(Half half, int from, int to, long pieceBytes, Piece copy) {
        for (int i = from; i < to; i++) {
            RowCopy.OnHost at = new RowCopy.OnHost(half.memory(), (i - from) * pieceBytes);
            half.stream().copyRows(copy.of(i, at));
        }
    }

    @Override
    public void close() {
        for (Half half : halves) {
            half.stream().synchronize();
            half.done().close();
            half.stream().close();
            half.memory().close();
        }
    }
}
