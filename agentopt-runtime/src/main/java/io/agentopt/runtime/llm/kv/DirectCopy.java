package io.agentopt.runtime.llm.kv;

import io.agentopt.mlir.gpu.DeviceMemory;
import io.agentopt.mlir.gpu.DeviceSegment;
import io.agentopt.mlir.gpu.GpuContext;
import io.agentopt.mlir.gpu.GpuEvent;
import io.agentopt.mlir.gpu.GpuException;
import io.agentopt.mlir.gpu.GpuStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Copies between a device's caches and packed memory that the device reaches by itself: pinned memory of the host, or memory of
 * another device.
 *
 * <p>A run, the positions of one head of one tensor, is short, and a bus is at its speed with copies of megabytes only. So runs
 * are packed into dense memory of the device by one copy of a box, which takes a tenth of the bus' time, and travel from there
 * in one piece; or the other way round. Two streams with a dense memory each take turns, so that one packs while the other's piece
 * travels. Long runs travel as they lie.
 */
final class DirectCopy implements AutoCloseable {
    static final long LONG_RUN_BYTES = 512L << 10;
    private static final long LANE_BYTES = 16L << 20;
    private static final int MOST_PIECES =
            4; // of a small copy: each costs some microseconds, and the first packs alone

    private final GpuStream runs;
    private final GpuEvent reached;
    private final List<Lane> lanes = new ArrayList<>();

    private record Lane(GpuStream stream, DeviceMemory dense) {}

    /** One dense copy between the device and the packed memory. */
    @FunctionalInterface
    interface Leg {
        void travel(GpuStream stream, DeviceSegment here, long offsetThere);
    }

    /**
     * @param runs the stream that computes what is copied, and with what was copied
     * @param heads most runs of a tensor
     * @throws GpuException if the device has no room; nothing is kept then
     */
    DirectCopy(GpuContext context, GpuStream runs, int heads) {
        this.runs = runs;
        reached = context.event();
        try {
            for (int i = 0; i < 2; i++) {
                GpuStream stream = context.stream();
                try {
                    lanes.add(new Lane(stream, context.allocate(Math.max(LANE_BYTES, heads * LONG_RUN_BYTES))));
                } catch (GpuException e) {
                    stream.close();
                    throw e;
                }
            }
        } catch (GpuException e) {
            close();
            throw e;
        }
    }

    /** Copies runs out of the caches; they are there when it returns. */
    void out(DeviceTable.Part what, Leg leg) {
        copy(what, leg, (lane, first, count, at) -> {
            DeviceSegment dense = lane.dense().slice(0, count * what.tensorBytes());
            lane.stream().copyBoxes(what.pack(first, count, dense));
            leg.travel(lane.stream(), dense, at);
        });
    }

    /** Copies runs into the caches; they are there when it returns. */
    void in(DeviceTable.Part what, Leg leg) {
        copy(what, leg, (lane, first, count, at) -> {
            DeviceSegment dense = lane.dense().slice(0, count * what.tensorBytes());
            leg.travel(lane.stream(), dense, at);
            lane.stream().copyBoxes(what.unpack(first, count, dense));
        });
    }

    private interface Piece {
        void enqueue(Lane lane, int firstTensor, int count, long at);
    }

    private void copy(DeviceTable.Part what, Leg leg, Piece piece) {
        runs.record(reached);
        for (Lane lane : lanes) lane.stream().waitFor(reached);
        try {
            if (what.runBytes() >= LONG_RUN_BYTES) {
                asTheyLie(what, leg, i -> lanes.get(i % 2).stream());
            } else {
                long room = lanes.getFirst().dense().bytes() / what.tensorBytes();
                int group = (int) Math.min(room, Math.ceilDiv(what.tensors(), MOST_PIECES));
                for (int first = 0, turn = 0; first < what.tensors(); first += group, turn++) {
                    int count = Math.min(group, what.tensors() - first);
                    piece.enqueue(lanes.get(turn % 2), first, count, first * what.tensorBytes());
                }
            }
        } catch (RuntimeException | Error e) { // what was queued uses memory that the caller gives away
            for (Lane lane : lanes) {
                try {
                    lane.stream().synchronize();
                } catch (GpuException also) {
                    e.addSuppressed(also);
                }
            }
            throw e;
        }
        try {
            lanes.getFirst().stream().synchronize();
        } finally {
            lanes.getLast().stream().synchronize();
        }
    }

    /** Copies run by run, which needs no memory; they are there when it returns. */
    static void asTheyLie(DeviceTable.Part what, Leg leg, GpuStream stream) {
        try {
            asTheyLie(what, leg, i -> stream);
        } finally {
            stream.synchronize();
        }
    }

    private static void asTheyLie(DeviceTable.Part what, Leg leg, IntFunction<GpuStream> streams) {
        int heads = what.table().shape().kvHeads();
        for (int i = 0; i < what.tensors() * heads; i++) {
            leg.travel(streams.apply(i), what.run(i / heads, i % heads), i * what.runBytes());
        }
    }

    @Override
    public void close() {
        for (Lane lane : lanes) {
            lane.stream().synchronize();
            lane.stream().close();
            lane.dense().close();
        }
        reached.close();
    }
}
