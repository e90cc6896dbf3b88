package io.agentopt.runtime.device;

import io.agentopt.mlir.gpu.GpuDevice;
import io.agentopt.mlir.gpu.GpuDriver;
import io.agentopt.mlir.gpu.GpuException;
import java.util.List;

/** What a GPU driver says it has. */
sealed interface DriverAnswer {
    /** One device or more, in the driver's order. */
    record Found(List<GpuDevice> devices) implements DriverAnswer {}

    /** Where it stopped. */
    record Stopped(Rung rung, String reason) implements DriverAnswer {}

    /** Asks the driver of this machine. */
    static DriverAnswer of(GpuFamily family) {
        return switch (Loader.open(family.driverLibrary())) {
            case Loader.Failed f -> new Stopped(f.rung(), "The " + family.vendor() + " driver: " + f.reason());
            case Loader.Open _ ->
                of(
                        family,
                        family.otherDriver()
                                .map(file -> GpuDriver.open(family.api(), file))
                                .orElseGet(() -> GpuDriver.open(family.api())));
        };
    }

    /** {@return what a driver that is there says} */
    static DriverAnswer of(GpuFamily family, GpuDriver.Outcome driver) {
        return switch (driver) {
            case GpuDriver.Absent(String reason) -> new Stopped(Rung.INIT_FAILED, reason);
            case GpuDriver.Opened(GpuDriver opened) -> {
                try {
                    List<GpuDevice> devices = opened.devices();
                    yield devices.isEmpty()
                            ? new Stopped(Rung.NO_DEVICE, "The " + family.vendor() + " driver finds no device.")
                            : new Found(devices);
                } catch (GpuException e) {
                    yield new Stopped(Rung.INIT_FAILED, String.valueOf(e.getMessage()));
                }
            }
        };
    }
}
