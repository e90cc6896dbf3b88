package io.agentopt.mlir.gpu;

import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What a driver tells of a device besides its name and memory; absent where it does not.
 *
 * @param pciBusId as {@code 0000:3b:00.0} in lower case, by which other sources know the device; empty if unknown
 * @param processors streaming multiprocessors
 * @param clockHertz highest clock of the processors, 1/s
 * @param memoryClockHertz highest clock of the memory, 1/s; two transfers a cycle
 * @param memoryBusBits width of the memory bus, bits
 */
public record GpuProperties(
        String pciBusId,
        OptionalInt processors,
        OptionalDouble clockHertz,
        OptionalDouble memoryClockHertz,
        OptionalInt memoryBusBits) {
    /** Nothing is known. */
    public static final GpuProperties UNKNOWN = new GpuProperties(
            "", OptionalInt.empty(), OptionalDouble.empty(), OptionalDouble.empty(), OptionalInt.empty());

    private static final double DOUBLE_DATA_RATE = 2;

    /** {@return peak bandwidth of the memory, bytes/s: two transfers of the bus width a cycle} */
    public OptionalDouble memoryBytesPerSecond() {
        return memoryClockHertz.isPresent() && memoryBusBits.isPresent()
                ? OptionalDouble.of(
                        memoryClockHertz.getAsDouble() * DOUBLE_DATA_RATE * memoryBusBits.getAsInt() / Byte.SIZE)
                : OptionalDouble.empty();
    }
}
