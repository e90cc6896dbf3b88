package io.agentopt.benchmarks.llm;

import io.agentopt.mlir.gpu.DeviceMemory;
import io.agentopt.mlir.gpu.GpuApi;
import io.agentopt.mlir.gpu.GpuContext;
import io.agentopt.mlir.gpu.GpuDriver;
import io.agentopt.mlir.gpu.GpuEvent;
import io.agentopt.mlir.gpu.GpuStream;

/** The ceiling of what is bound by memory: a copy within the GPU, by the driver. */
final class DeviceCopy {
    private static final long BYTES = 4L << 30;
    private static final int ROUNDS = 7, COPIES = 4;

    private DeviceCopy() {}

    /** {@return bytes read and written a second, the best round} */
    static double bytesPerSecond() {
        GpuDriver driver = switch (GpuDriver.open(GpuApi.CUDA)) {
            case GpuDriver.Opened opened -> opened.driver();
            case GpuDriver.Absent absent -> throw new IllegalStateException(absent.reason());
        };
        try (GpuContext context = driver.context(0);
                GpuStream stream = context.stream();
                DeviceMemory from = context.allocate(BYTES);
                DeviceMemory to = context.allocate(BYTES);
                GpuEvent before = context.event();
                GpuEvent after = context.event()) {
            stream.fill(from.all(), 0x3F9D70A4);
            double best = 0;
            for (int round = 0; round < ROUNDS; round++) {
                stream.record(before);
                for (int i = 0; i < COPIES; i++) stream.copy(to.all(), from.all());
                stream.record(after);
                after.synchronize();
                best = Math.max(best, 2.0 * BYTES * COPIES / after.secondsSince(before));
            }
            return best;
        }
    }
}
