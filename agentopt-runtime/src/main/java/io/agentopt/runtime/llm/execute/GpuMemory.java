package io.agentopt.runtime.llm.execute;

import io.agentopt.mlir.gpu.GpuApi;
import io.agentopt.mlir.gpu.GpuContext;
import io.agentopt.mlir.gpu.GpuDriver;
import io.agentopt.mlir.gpu.GpuException;
import io.agentopt.runtime.backend.ort.EpDevice;
import io.agentopt.runtime.backend.ort.SessionSettings;
import java.util.Optional;

/**
 * Memory of a GPU that nobody has taken yet, by the driver's account.
 *
 * @param device what messages call it
 */
public record GpuMemory(String device, long freeBytes) {
    /** {@return that of the GPU where a session would run; empty if it would run elsewhere, or the driver does not tell} */
    public static Optional<GpuMemory> of(SessionSettings settings) {
        if (!(settings.device().orElse(null) instanceof EpDevice device) || !CudaDevice.is(device)) {
            return Optional.empty();
        }
        return switch (GpuDriver.open(GpuApi.CUDA)) {
            case GpuDriver.Opened opened -> of(opened.driver(), device.number());
            case GpuDriver.Absent _ -> Optional.empty();
        };
    }

    static Optional<GpuMemory> of(GpuDriver driver, int number) {
        try (GpuContext context = driver.context(number)) {
            return Optional.of(new GpuMemory(context.device().toString(), context.freeBytes()));
        } catch (GpuException e) {
            return Optional.empty(); // opening it fails too, and says why
        }
    }
}
