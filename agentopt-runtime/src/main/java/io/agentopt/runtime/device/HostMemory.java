package io.agentopt.runtime.device;

import io.agentopt.runtime.device.fact.MemoryFiles;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.OptionalLong;

/** How much memory this process may have: the machine's, or its container's. */
public final class HostMemory {
    private HostMemory() {}

    /** {@return bytes, or 0 where the Java runtime does not say} */
    public static long bytes() {
        OptionalLong told = MemoryFiles.bytes(Path.of("/"));
        return told.isPresent() ? told.getAsLong() : fromTheRuntime();
    }

    static long fromTheRuntime() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean os
                ? os.getTotalMemorySize()
                : 0;
    }
}
