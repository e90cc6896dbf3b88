package io.agentopt.mlir.gpu;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** Asks a driver what {@link GpuProperties} hold. HIP's numbers of attributes change between its versions, so only its bus id is read. */
final class DeviceAttributes {
    private static final int PROCESSORS = 16; // CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT
    private static final int CLOCK = 13; // CU_DEVICE_ATTRIBUTE_CLOCK_RATE, kHz
    private static final int MEMORY_CLOCK = 36; // CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE, kHz
    private static final int MEMORY_BUS = 37; // CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH, bits
    private static final double KILO = 1e3;
    private static final int ID_BYTES = 64;

    private DeviceAttributes() {}

    static GpuProperties of(DriverLibrary driver, int handle) {
        try (Arena scratch = Arena.ofConfined()) {
            String bus = busId(driver, handle, scratch.allocate(ID_BYTES));
            if (driver.api() != GpuApi.CUDA || !driver.has(DriverFunction.DEVICE_PROPERTIES)) {
                GpuProperties none = GpuProperties.UNKNOWN;
                return new GpuProperties(
                        bus, none.processors(), none.clockHertz(), none.memoryClockHertz(), none.memoryBusBits());
            }
            MemorySegment value = scratch.allocate(JAVA_INT);
            return new GpuProperties(
                    bus,
                    attribute(driver, PROCESSORS, handle, value),
                    hertz(attribute(driver, CLOCK, handle, value)),
                    hertz(attribute(driver, MEMORY_CLOCK, handle, value)),
                    attribute(driver, MEMORY_BUS, handle, value));
        }
    }

    private static String busId(DriverLibrary driver, int handle, MemorySegment text) {
        if (!driver.has(DriverFunction.DEVICE_BUS)) return "";
        return driver.call(DriverFunction.DEVICE_BUS, text.address(), ID_BYTES - 1, handle) == 0
                ? text.getString(0).toLowerCase(Locale.ROOT)
                : "";
    }

    /** {@return an attribute; absent where the driver refuses or says zero, which is no count and no rate} */
    private static OptionalInt attribute(DriverLibrary driver, int attribute, int handle, MemorySegment value) {
        int error = driver.call(DriverFunction.DEVICE_PROPERTIES, value.address(), attribute, handle);
        int found = value.get(JAVA_INT, 0);
        return error == 0 && found > 0 ? OptionalInt.of(found) : OptionalInt.empty();
    }

    private static OptionalDouble hertz(OptionalInt kilohertz) {
        return kilohertz.isPresent() ? OptionalDouble.of(kilohertz.getAsInt() * KILO) : OptionalDouble.empty();
    }
}
