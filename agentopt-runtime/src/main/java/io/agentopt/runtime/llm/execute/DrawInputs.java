package io.agentopt.runtime.llm.execute;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.agentopt.mlir.gpu.Argument;
import io.agentopt.mlir.gpu.DeviceMemory;
import io.agentopt.mlir.gpu.GpuContext;
import io.agentopt.mlir.gpu.GpuStream;
import io.agentopt.mlir.gpu.PinnedMemory;
import java.util.ArrayList;
import java.util.List;

/**
 * What rows of a step are drawn by, on the device and, for each of two slots, in pinned memory, alike:
 *
 * <pre>float32 temperature | int32 top_k | float32 top_p | float32 min_p | float32 uniform, each [rows] from a multiple of 16 bytes on</pre>
 */
final class DrawInputs implements AutoCloseable {
    private static final int FIELDS = 5, ALIGNMENT = 16;

    private final int rows;
    private final long field; // bytes
    private final PinnedMemory host;
    private final DeviceMemory device;

    DrawInputs(GpuContext context, int rows) {
        this.rows = rows;
        field = Math.ceilDiv(rows * JAVA_INT.byteSize(), ALIGNMENT) * ALIGNMENT;
        host = context.allocatePinned(2 * FIELDS * field);
        device = context.allocate(FIELDS * field);
    }

    void draw(int slot, int row, Draw by) {
        long at = (long) slot * FIELDS * field + row * JAVA_INT.byteSize();
        host.segment().set(JAVA_FLOAT, at, by.temperature());
        host.segment().set(JAVA_INT, at + field, by.topK());
        host.segment().set(JAVA_FLOAT, at + 2 * field, by.topP());
        host.segment().set(JAVA_FLOAT, at + 3 * field, by.minP());
        host.segment().set(JAVA_FLOAT, at + 4 * field, by.uniform());
    }

    /** Queues the copy of a slot. */
    void upload(GpuStream stream, int slot) {
        stream.upload(device.all(), host, (long) slot * FIELDS * field);
    }

    /** {@return the fields, as a kernel takes them} */
    List<Argument> arguments() {
        List<Argument> all = new ArrayList<>();
        for (int f = 0; f < FIELDS; f++) {
            all.add(new Argument.Memref(device.slice(f * field, field), Integer.BYTES, rows));
        }
        return all;
    }

    @Override
    public void close() {
        device.close();
        host.close();
    }
}
