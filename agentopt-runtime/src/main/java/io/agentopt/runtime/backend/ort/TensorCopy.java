package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Copies tensors between devices, and between a device and the host. */
public final class TensorCopy {
    private TensorCopy() {}

    /** Copies one tensor into another of the same type and shape; returns when it is done. */
    public static void copy(OrtTensor from, OrtTensor to) {
        copy(List.of(from), List.of(to), Optional.empty());
    }

    /**
     * Copies tensors into others of the same types and shapes. Between host tensors the CPU copies at once; ONNX Runtime has no
     * transfer for that.
     *
     * @param stream queues the copies behind its work; the tensors must then stay open until it has passed them
     * @throws IllegalArgumentException if counts, types or shapes differ
     * @throws OrtException if no registered provider copies between these memories
     */
    public static void copy(List<OrtTensor> from, List<OrtTensor> to, Optional<OrtStream> stream) {
        if (from.size() != to.size()) {
            throw new IllegalArgumentException(
                    from.size() + " tensors cannot be copied into " + to.size() + ". Give as many.");
        }
        List<OrtTensor> sources = new ArrayList<>(), targets = new ArrayList<>();
        for (int i = 0; i < from.size(); i++) {
            OrtTensor a = from.get(i), b = to.get(i);
            if (a.type() != b.type() || !Arrays.equals(a.shape(), b.shape())) {
                throw new IllegalArgumentException(
                        "The " + a + " cannot be copied into the " + b + ". Type and shape must be the same.");
            }
            if (a.isHost() && b.isHost()) {
                b.data().copyFrom(a.data());
            } else {
                sources.add(a);
                targets.add(b);
            }
        }
        if (!sources.isEmpty()) transfer(sources, targets, stream);
    }

    private static void transfer(List<OrtTensor> from, List<OrtTensor> to, Optional<OrtStream> stream) {
        OrtEnvironment environment = OrtEnvironment.get();
        List<OrtHandle> entered = new ArrayList<>();
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment sources = enter(scratch, from, entered), targets = enter(scratch, to, entered);
            MemorySegment queue = MemorySegment.NULL;
            if (stream.isPresent()) {
                queue = stream.get().enter();
                entered.add(stream.get());
            }
            environment.api().invoke(OrtFunction.COPY_TENSORS, environment.raw(), sources, targets, queue, (long)
                    from.size());
        } catch (OrtException e) {
            throw e.during("Copying the " + from.getFirst() + " into the " + to.getFirst() + " failed");
        } finally {
            entered.forEach(OrtHandle::exit);
        }
    }

    private static MemorySegment enter(Arena scratch, List<OrtTensor> tensors, List<OrtHandle> entered) {
        MemorySegment array = scratch.allocate(ADDRESS, tensors.size());
        for (int i = 0; i < tensors.size(); i++) {
            array.setAtIndex(ADDRESS, i, tensors.get(i).enter());
            entered.add(tensors.get(i));
        }
        return array;
    }
}
