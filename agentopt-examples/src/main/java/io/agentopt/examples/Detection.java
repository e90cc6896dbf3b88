package io.agentopt.examples;

import io.agentopt.runtime.calibrate.LocalMachine;
import io.agentopt.runtime.device.spec.Description;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;

/**
 * The devices of this machine, and what looking for them took.
 *
 * @param devices described, or with the reason why not
 * @param processorSeconds time of all threads of this process on processors, 0 where the Java runtime does not tell
 * @param seconds on the clock
 */
record Detection(List<Description> devices, double processorSeconds, double seconds) {
    /** Looks. */
    static Detection now() {
        double processor = used(), clock = System.nanoTime() / 1e9;
        List<Description> devices = LocalMachine.devices();
        return new Detection(devices, used() - processor, System.nanoTime() / 1e9 - clock);
    }

    private static double used() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean os
                ? os.getProcessCpuTime() / 1e9
                : 0;
    }

    /** {@return one line for people} */
    String took() {
        return String.format(
                Locale.ROOT,
                "found and described in %.0f ms of processor time, %.0f ms on the clock",
                1e3 * processorSeconds,
                1e3 * seconds);
    }
}
