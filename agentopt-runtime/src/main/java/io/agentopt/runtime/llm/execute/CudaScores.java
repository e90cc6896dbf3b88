package io.agentopt.runtime.llm.execute;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.agentopt.kernels.Widen;
import io.agentopt.mlir.gpu.Argument;
import io.agentopt.mlir.gpu.Arguments;
import io.agentopt.mlir.gpu.DeviceMemory;
import io.agentopt.mlir.gpu.DeviceSegment;
import io.agentopt.mlir.gpu.GpuFunction;
import io.agentopt.mlir.gpu.GpuModule;
import io.agentopt.mlir.gpu.GpuStream;
import io.agentopt.mlir.gpu.LaunchShape;
import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtTensor;
import java.util.Optional;

/**
 * Scores on a GPU, float32 [rows, vocab], of which each run writes neighbouring rows. A model that writes float16 does so to room
 * of its own, and a kernel widens that; who reads sees float32 alone.
 */
final class CudaScores implements AutoCloseable {
    private final int vocab;
    private final DeviceMemory scores;
    private final CudaMemory tensors;
    private final Optional<Halves> halves;

    private record Halves(DeviceMemory room, CudaMemory tensors, GpuModule module, GpuFunction kernel) {}

    /**
     * @param written what the model writes: float32 or float16
     * @param widest rows of a run
     */
    CudaScores(CudaDevice device, ElementType written, int rows, int widest, int vocab) {
        this.vocab = vocab;
        scores = device.context().allocate(rows * rowBytes());
        tensors = new CudaMemory(device.memory(), scores);
        if (written == ElementType.FLOAT32) {
            halves = Optional.empty();
            return;
        }
        DeviceMemory room = device.context().allocate((long) widest * vocab * ElementType.FLOAT16.bytes());
        GpuModule module = device.context().load(Widen.ptx());
        halves = Optional.of(
                new Halves(room, new CudaMemory(device.memory(), room), module, module.function(Widen.NAME)));
    }

    private long rowBytes() {
        return vocab * JAVA_FLOAT.byteSize();
    }

    /** {@return rows from one of two slots to the next, so that each starts at a multiple of 16 bytes, as kernels want} */
    static int slotRows(int rows) {
        return Math.ceilDiv(rows, 4) * 4;
    }

    /** {@return where a run writes the scores of rows, [rows, 1, vocab]} */
    OrtTensor output(int first, int rows) {
        if (halves.isPresent()) return halves.get().tensors().tensor(0, ElementType.FLOAT16, rows, 1, vocab);
        return tensors.tensor(first * rowBytes(), ElementType.FLOAT32, rows, 1, vocab);
    }

    /** Queues what makes float32 of what a run of these rows wrote. */
    void widen(GpuStream stream, int first, int rows) {
        if (halves.isEmpty()) return;
        Halves from = halves.get();
        long n = (long) rows * vocab;
        long byFours = (long) first * vocab % 4 == 0 ? n / 4 * 4 : 0;
        Argument halfway = new Argument.Address(from.room().all()), to = new Argument.Address(of(first, rows));
        Argument zero = new Argument.Index(0), size = new Argument.Index(n), stride = new Argument.Index(1);
        Arguments arguments = Arguments.of(
                new Argument.Index(byFours), size, halfway, halfway, zero, size, stride, to, to, zero, size, stride);
        stream.launch(from.kernel(), new LaunchShape(Widen.blocks(n), Widen.THREADS, 0), arguments);
    }

    /** {@return float32 [rows, vocab]} */
    DeviceSegment of(int first, int rows) {
        return scores.slice(first * rowBytes(), rows * rowBytes());
    }

    @Override
    public void close() {
        scores.close();
        if (halves.isEmpty()) return;
        halves.get().room().close();
        halves.get().module().close();
    }
}
