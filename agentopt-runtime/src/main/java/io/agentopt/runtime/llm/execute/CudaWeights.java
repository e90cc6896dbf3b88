package io.agentopt.runtime.llm.execute;

import io.agentopt.cost.ExternalWeight;
import io.agentopt.mlir.gpu.DeviceMemory;
import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtTensor;
import io.agentopt.runtime.backend.ort.PrepackedWeights;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The weights that lie beside a model's file, once in a GPU's memory for all sessions. Small ones, which ONNX Runtime may want
 * on the host, and those of types with less than a byte are left to each session.
 */
final class CudaWeights implements AutoCloseable {
    private static final long SMALL = 64 << 10, ALIGNMENT = 256; // bytes

    private final PrepackedWeights shared = PrepackedWeights.create();
    private final Optional<DeviceMemory> memory;

    private record Placed(ExternalWeight weight, ElementType type, long bytes, long at) {}

    /**
     * Loads them.
     *
     * @throws IllegalArgumentException if the model's file is none, or a weight's file is too short
     * @throws UncheckedIOException if a file cannot be read
     * @throws io.agentopt.mlir.gpu.GpuException if the device has no room
     */
    CudaWeights(CudaDevice device, Path onnx) {
        List<Placed> placed = new ArrayList<>();
        long all = 0;
        for (ExternalWeight weight : ExternalWeight.of(onnx)) {
            Optional<ElementType> type = type(weight);
            long bytes = type.isPresent() ? bytes(weight, type.get()) : 0;
            if (bytes < SMALL) continue;
            placed.add(new Placed(weight, type.get(), bytes, all));
            all += Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
        }
        try {
            memory = all == 0 ? Optional.empty() : Optional.of(device.context().allocate(all));
            if (memory.isPresent()) load(device, onnx, memory.get(), placed);
        } catch (RuntimeException e) {
            shared.close();
            throw e;
        }
    }

    private void load(CudaDevice device, Path onnx, DeviceMemory into, List<Placed> placed) {
        CudaMemory tensors = new CudaMemory(device.memory(), into);
        Map<String, MemorySegment> files = new TreeMap<>();
        try (Arena arena = Arena.ofConfined()) {
            for (Placed p : placed) {
                MemorySegment file =
                        files.computeIfAbsent(p.weight().file(), name -> map(onnx.resolveSibling(name), arena));
                if (p.weight().offset() > file.byteSize() - p.bytes()) {
                    throw new IllegalArgumentException(
                            "The weights file " + onnx.resolveSibling(p.weight().file()) + " ends before its weight '"
                                    + p.weight().name() + "'. Copy it again.");
                }
                into.slice(p.at(), p.bytes()).copyFrom(file.asSlice(p.weight().offset(), p.bytes()));
                long[] dims = p.weight().dims().stream().mapToLong(d -> d).toArray();
                try (OrtTensor tensor = tensors.tensor(p.at(), p.type(), dims)) {
                    shared.add(p.weight().name(), tensor);
                }
            }
        }
    }

    private static MemorySegment map(Path file, Arena arena) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        } catch (IOException e) {
            throw new UncheckedIOException("The weights file " + file + " cannot be read (" + e + ").", e);
        }
    }

    private static Optional<ElementType> type(ExternalWeight weight) {
        for (ElementType t : ElementType.values()) if (t.onnx() == weight.type()) return Optional.of(t);
        return Optional.empty();
    }

    private static long bytes(ExternalWeight weight, ElementType type) {
        long bytes = type.bytes();
        for (long d : weight.dims()) bytes = Math.multiplyExact(bytes, d);
        return bytes;
    }

    /** {@return what sessions are opened with} */
    PrepackedWeights shared() {
        return shared;
    }

    /** After the sessions. */
    @Override
    public void close() {
        shared.close();
        memory.ifPresent(DeviceMemory::close);
    }
}
