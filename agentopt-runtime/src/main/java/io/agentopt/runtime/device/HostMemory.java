package io.agentopt.runtime.device;

import java.lang.management.ManagementFactory;

/** How much memory this process may have: the machine's, or its container's. */
public final class HostMemory {
    private HostMemory() {}

    /** {@return bytes, or 0 where the Java runtime does not say} */
    public static long bytes() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean os
                ? os.getTotalMemorySize()
                : 0;
    }
}
