package io.agentopt.mlir.gpu;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Asks a driver which architecture a device has. */
final class Architecture {
    private static final int MAJOR = 75; // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR
    private static final int MINOR = 76;
    /** More than HIP's structure of a device's properties, which is about 1,500 bytes. */
    private static final long PROPERTIES_BYTES = 1 << 14;

    /** HIP's {@code gcnArchName}, as "gfx942:sramecc+:xnack-". */
    private static final Pattern GFX = Pattern.compile("gfx[0-9a-f]{3,5}(?=[:\\x00])");

    private Architecture() {}

    /** {@return the architecture as LLVM spells it; empty where the driver does not say} */
    static String of(DriverLibrary driver, int handle, int number) {
        if (!driver.has(DriverFunction.DEVICE_PROPERTIES)) return "";
        try (Arena scratch = Arena.ofConfined()) {
            return switch (driver.api()) {
                case CUDA -> cuda(driver, handle, scratch.allocate(JAVA_INT));
                case HIP -> hip(driver, number, scratch.allocate(PROPERTIES_BYTES, 16));
            };
        }
    }

    private static String cuda(DriverLibrary driver, int handle, MemorySegment value) {
        if (driver.call(DriverFunction.DEVICE_PROPERTIES, value.address(), MAJOR, handle) != 0) return "";
        int major = value.get(JAVA_INT, 0);
        if (driver.call(DriverFunction.DEVICE_PROPERTIES, value.address(), MINOR, handle) != 0) return "";
        return "sm_" + major + value.get(JAVA_INT, 0);
    }

    // Where the name stands in the structure has changed between versions of HIP. It is the only text in it besides the
    // device's name, which stands first.
    private static String hip(DriverLibrary driver, int number, MemorySegment properties) {
        if (driver.call(DriverFunction.DEVICE_PROPERTIES, properties.address(), number) != 0) return "";
        String text = new String(properties.toArray(JAVA_BYTE), StandardCharsets.ISO_8859_1);
        String found = "";
        for (Matcher name = GFX.matcher(text); name.find(); ) found = name.group();
        return found;
    }
}
