package io.agentopt.benchmarks.llm;

import io.agentopt.mlir.gpu.DeviceMemory;
import io.agentopt.mlir.gpu.GpuApi;
import io.agentopt.mlir.gpu.GpuContext;
import io.agentopt.mlir.gpu.GpuDriver;
import io.agentopt.mlir.gpu.GpuStream;
import io.agentopt.mlir.gpu.PinnedMemory;

/** The ceiling of what goes over a bus: one copy of dense memory, by the driver. */
final class PinnedCopy {
    private PinnedCopy() {}

    /**
     * The best rounds.
     *
     * @param down seconds from the device to pinned memory of the host
     * @param up seconds the other way
     */
    record Rates(double down, double up) {}

    /** {@return seconds between a device and pinned memory} */
    static Rates of(long bytes, int rounds) {
        GpuDriver driver = driver();
        try (GpuContext context = driver.context(0);
                GpuStream stream = context.stream();
                DeviceMemory device = context.allocate(bytes);
                PinnedMemory host = context.allocatePinned(bytes)) {
            double down = best(rounds, stream, () -> stream.download(host, 0, device.all()));
            return new Rates(down, best(rounds, stream, () -> stream.upload(device.all(), host, 0)));
        }
    }

    /** {@return seconds from the first device to the second} */
    static double betweenDevices(long bytes, int rounds) {
        GpuDriver driver = driver();
        try (GpuContext from = driver.context(0);
                GpuContext to = driver.context(1);
                GpuStream stream = to.stream();
                DeviceMemory source = from.allocate(bytes);
                DeviceMemory target = to.allocate(bytes)) {
            to.reachPeer(from);
            return best(rounds, stream, () -> stream.copyFromPeer(target.all(), source.all()));
        }
    }

    private static GpuDriver driver() {
        return switch (GpuDriver.open(GpuApi.CUDA)) {
            case GpuDriver.Opened opened -> opened.driver();
            case GpuDriver.Absent absent -> throw new IllegalStateException(absent.reason());
        };
    }

    private static double best(int rounds, GpuStream stream, Runnable copy) {
        double best = Double.MAX_VALUE;
        for (int i = 0; i < rounds; i++) {
            long start = System.nanoTime();
            copy.run();
            stream.synchronize();
            best = Math.min(best, (System.nanoTime() - start) / 1e9);
        }
        return best;
    }
}
