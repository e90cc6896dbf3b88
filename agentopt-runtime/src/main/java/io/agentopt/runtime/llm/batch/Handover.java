package io.agentopt.runtime.llm.batch;

import io.agentopt.mlir.gpu.GpuException;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.llm.error.DeviceLostException;
import io.agentopt.runtime.llm.kv.DeviceKv;
import io.agentopt.runtime.llm.kv.HostKv;
import io.agentopt.runtime.llm.kv.KvRows;
import io.agentopt.runtime.llm.kv.KvShape;
import io.agentopt.runtime.llm.kv.TransferBuffer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Copies keys and values of sequences out of loops and into them, layer by layer, only the positions in use. Where both
 * lie in host memory, the calling thread copies from one to the other, and neither device stops for it; where one does not,
 * a buffer of some layers goes between ({@link TransferBuffer}), and each device copies its part between two of its iterations.
 */
public final class Handover {
    private static final long MOST_BUFFERED = 64L << 20; // bytes: enough that a device is asked seldom

    private Handover() {}

    /**
     * Copies a sequence.
     *
     * @param what is done, as the subject of a sentence
     * @return a sequence of {@code to} with the same tokens, which the caller answers or releases
     * @throws IllegalArgumentException if the caches' shapes differ
     * @throws IllegalStateException if either loop is closed, also meanwhile
     */
    public static Sequence copy(String what, BatchLoop from, Sequence theirs, BatchLoop to, CancelToken cancel) {
        Sequence ours;
        try (Arena arena = Arena.ofShared()) {
            MemorySegment scores = arena.allocate(from.scoresBytes(), Float.BYTES);
            from.scores(theirs, scores);
            ours = to.reserve(what, theirs.tokens(), scores, cancel);
        }
        try {
            if (from.kv() instanceof HostKv source && to.kv() instanceof HostKv target) {
                for (int layer = 0; layer < target.shape().layers(); layer++) {
                    cancel.throwIfCancelled(what);
                    target.copy(source, theirs.row(), ours.row(), layer, theirs.held());
                }
            } else {
                buffered(what, from, theirs, to, ours, cancel);
            }
            return ours;
        } catch (IllegalStateException e) {
            to.release(ours);
            from.requireOpen();
            to.requireOpen();
            throw e;
        } catch (RuntimeException | Error e) {
            to.release(ours);
            throw e;
        }
    }

    private static void buffered(
            String what, BatchLoop from, Sequence theirs, BatchLoop to, Sequence ours, CancelToken cancel) {
        KvShape shape = to.kv().shape();
        if (!shape.equals(from.kv().shape())) {
            throw new IllegalArgumentException(
                    "Caches of " + from.kv().shape() + " do not fit caches of " + shape + ".");
        }
        long layerBytes = theirs.held() * shape.bytesPerLayer();
        int group = Math.clamp(MOST_BUFFERED / Math.max(1, layerBytes), 1, shape.layers());
        try (TransferBuffer buffer = buffer(from, to, group * layerBytes)) {
            for (int layer = 0; layer < shape.layers(); layer += group) {
                cancel.throwIfCancelled(what);
                int first = layer, count = Math.min(group, shape.layers() - layer);
                touch(from, kv -> buffer.take(kv, theirs.row(), theirs.held(), first, count));
                touch(to, kv -> buffer.give(kv, ours.row(), ours.held(), first, count));
            }
        }
    }

    private static TransferBuffer buffer(BatchLoop from, BatchLoop to, long bytes) {
        KvRows source = from.kv(), target = to.kv();
        BatchLoop device = source instanceof DeviceKv ? from : to;
        return TransferBuffer.ready(source, target, bytes)
                .orElseGet(() -> device.call(() -> TransferBuffer.between(source, target, bytes)));
    }

    /** Copies some layers of a sequence into packed host memory, as {@link KvRows} says. */
    public static void read(BatchLoop loop, Sequence sequence, int firstLayer, int layers, MemorySegment packed) {
        touch(loop, kv -> kv.read(sequence.row(), 0, sequence.held(), firstLayer, layers, packed));
    }

    /** Copies some layers of a sequence that was reserved from packed host memory. */
    public static void write(BatchLoop loop, Sequence reserved, int firstLayer, int layers, MemorySegment packed) {
        touch(loop, kv -> kv.write(reserved.row(), 0, reserved.held(), firstLayer, layers, packed));
    }

    @FunctionalInterface
    private interface Access {
        void to(KvRows kv);
    }

    private static void touch(BatchLoop loop, Access access) {
        try {
            if (loop.kv() instanceof HostKv host) {
                access.to(host);
                return;
            }
            loop.call(() -> {
                access.to(loop.kv());
                return true;
            });
        } catch (IllegalStateException e) {
            loop.requireOpen();
            throw e;
        } catch (GpuException e) {
            if (!e.isDeviceLost() || !(loop.kv() instanceof DeviceKv kv)) throw e;
            throw new DeviceLostException(loop.model(), kv.device(), String.valueOf(e.getMessage()));
        }
    }
}
