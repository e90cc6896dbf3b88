package io.agentopt.mlir.gpu;

/**
 * A device that a driver lists.
 *
 * @param api whose driver lists it
 * @param number as the driver counts
 * @param name as the driver spells it
 * @param memoryBytes that the device has
 */
public record GpuDevice(GpuApi api, int number, String name, long memoryBytes) {
    @Override
    public String toString() {
        return "device " + number + " '" + name + "'";
    }
}
