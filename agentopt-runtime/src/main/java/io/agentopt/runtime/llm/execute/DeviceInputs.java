package io.agentopt.runtime.llm.execute;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.agentopt.mlir.gpu.DeviceMemory;
import io.agentopt.mlir.gpu.DeviceSegment;
import io.agentopt.mlir.gpu.GpuStream;
import io.agentopt.mlir.gpu.PinnedMemory;
import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtTensor;

/**
 * What a run on a GPU reads besides weights and caches: tokens, where they lie, which of them is scored. On the device and in
 * pinned memory they lie alike, so that one copy brings all of a run:
 *
 * <pre>int32 [rows] before | int64 last | int64 [tokens] ids, which start at a multiple of 16 bytes</pre>
 */
final class DeviceInputs implements AutoCloseable {
    private static final long ALIGNMENT = 16;

    private final int rows;
    private final long lastAt;
    private final PinnedMemory host;
    private final DeviceMemory device;
    private final CudaMemory tensors;

    DeviceInputs(CudaDevice gpu, int rows, int tokens) {
        this.rows = rows;
        lastAt = Math.ceilDiv(rows * JAVA_INT.byteSize() + JAVA_LONG.byteSize(), ALIGNMENT) * ALIGNMENT
                - JAVA_LONG.byteSize();
        long bytes = idsAt() + tokens * JAVA_LONG.byteSize();
        host = gpu.context().allocatePinned(bytes);
        device = gpu.context().allocate(bytes);
        tensors = new CudaMemory(gpu.memory(), device);
        host.segment().fill((byte) 0);
        device.all().copyFrom(host.segment());
    }

    void before(int row, int position) {
        host.segment().setAtIndex(JAVA_INT, row, position);
    }

    void last(int index) {
        host.segment().set(JAVA_LONG, lastAt, index);
    }

    void token(int index, int id) {
        host.segment().set(JAVA_LONG, idsAt() + index * JAVA_LONG.byteSize(), id);
    }

    /** Queues the copy of everything up to a number of tokens. */
    void upload(GpuStream stream, int tokens) {
        stream.upload(device.slice(0, idsAt() + tokens * JAVA_LONG.byteSize()), host, 0);
    }

    private long idsAt() {
        return lastAt + JAVA_LONG.byteSize();
    }

    OrtTensor ids(long batch, long sequence) {
        return tensors.tensor(idsAt(), ElementType.INT64, batch, sequence);
    }

    OrtTensor before(long batch) {
        return tensors.tensor(0, ElementType.INT32, batch);
    }

    OrtTensor last() {
        return tensors.tensor(lastAt, ElementType.INT64, 1);
    }

    DeviceSegment idsMemory() {
        return device.slice(idsAt(), device.bytes() - idsAt());
    }

    DeviceSegment beforeMemory() {
        return device.slice(0, rows * JAVA_INT.byteSize());
    }

    @Override
    public void close() {
        device.close();
        host.close();
    }
}
