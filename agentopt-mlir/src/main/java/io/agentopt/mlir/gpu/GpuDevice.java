package io.agentopt.mlir.gpu;

/**
 * A device that a driver lists.
 *
 * @param api whose driver lists it
 * @param number as the driver counts
 * @param name as the driver spells it
 * @param memoryBytes that the device has
 * @param architecture as LLVM spells it: {@code sm_90} (the compute capability), {@code gfx942}; empty where the driver does not say
 * @param properties what else the driver says
 */
public record GpuDevice(
        GpuApi api, int number, String name, long memoryBytes, String architecture, GpuProperties properties) {
    /** A device of which nothing else is known. */
    public GpuDevice(GpuApi api, int number, String name, long memoryBytes, String architecture) {
        this(api, number, name, memoryBytes, architecture, GpuProperties.UNKNOWN);
    }

    @Override
    public String toString() {
        return "device " + number + " '" + name + "'";
    }
}
