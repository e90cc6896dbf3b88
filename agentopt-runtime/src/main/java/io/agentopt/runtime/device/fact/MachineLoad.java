package io.agentopt.runtime.device.fact;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.OptionalDouble;

/**
 * How much others wanted of the processors while something was measured. What a system does not tell is absent; whatever is told and
 * too high makes the machine busy.
 *
 * @param threadsPerProcessor runnable threads for each processor, averaged over a minute (the load average)
 * @param waiting share of the last ten seconds in which some thread waited for a processor (/proc/pressure/cpu)
 * @param taken share of all processors' time that others, or other virtual machines, took meanwhile (/proc/stat)
 */
public record MachineLoad(OptionalDouble threadsPerProcessor, OptionalDouble waiting, OptionalDouble taken) {
    /** A machine that tells nothing. */
    public static final MachineLoad UNKNOWN =
            new MachineLoad(OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.empty());

    private static final double MOST_THREADS = 1, MOST_WAITING = 0.4, MOST_TAKEN = 0.2;
    private static final double TICK = 0.01; // seconds: what /proc/stat counts in
    private static final double LEAST_TICKS = 10; // fewer tell too little
    private static final int STEAL = 8, IDLE = 4, WAITS_FOR_DISK = 5; // columns of /proc/stat, the name being column 0
    private static final String WAITED = "some avg10=";

    /** {@return whether what is measured meanwhile is a lower bound, and no more} */
    public boolean isBusy() {
        return threadsPerProcessor.orElse(0) > MOST_THREADS
                || waiting.orElse(0) > MOST_WAITING
                || taken.orElse(0) > MOST_TAKEN;
    }

    /** {@return for people, as {@code 4.8 runnable threads a processor, threads waiting 99 % of the time}; a formatter would cost 20 ms} */
    @Override
    public String toString() {
        String text = "";
        if (threadsPerProcessor.isPresent())
            text += ", " + Math.round(10 * threadsPerProcessor.getAsDouble()) / 10.0 + " runnable threads a processor";
        if (waiting.isPresent())
            text += ", threads waiting " + Math.round(100 * waiting.getAsDouble()) + " % of the time";
        if (taken.isPresent())
            text += ", " + Math.round(100 * taken.getAsDouble()) + " % of the processors taken by others";
        return text.isEmpty() ? "load unknown" : text.substring(2);
    }

    /** {@return the load of this moment} */
    public static MachineLoad now() {
        SystemFiles files = new SystemFiles(Path.of("/"));
        return new MachineLoad(perProcessor(files), waiting(files), OptionalDouble.empty());
    }

    /** From the system's file where there is one: management beans cost a fresh process 40 ms. */
    static OptionalDouble perProcessor(SystemFiles files) {
        int processors = Runtime.getRuntime().availableProcessors();
        String text = files.text("proc/loadavg").orElse("");
        try {
            return OptionalDouble.of(Double.parseDouble(text.substring(0, text.indexOf(' '))) / processors);
        } catch (NumberFormatException | StringIndexOutOfBoundsException notTold) {
            double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
            return load < 0 ? OptionalDouble.empty() : OptionalDouble.of(load / processors);
        }
    }

    static OptionalDouble waiting(SystemFiles files) {
        String text = files.text("proc/pressure/cpu").orElse("");
        int at = text.indexOf(WAITED), end = text.indexOf(' ', at + WAITED.length());
        if (at < 0 || end < 0) return OptionalDouble.empty();
        try {
            return OptionalDouble.of(Double.parseDouble(text.substring(at + WAITED.length(), end)) / 100);
        } catch (NumberFormatException none) {
            return OptionalDouble.empty();
        }
    }

    /** Watches the processors while something is measured. */
    static final class Watch {
        private final MachineLoad before = now();
        private final Ticks ticks = Ticks.of(new SystemFiles(Path.of("/")));
        private final double own = ownSeconds();

        /** {@return the load at the beginning, and what others took since} */
        MachineLoad end() {
            Ticks after = Ticks.of(new SystemFiles(Path.of("/")));
            return new MachineLoad(
                    before.threadsPerProcessor, before.waiting, taken(ticks, after, (ownSeconds() - own) / TICK));
        }

        private static double ownSeconds() {
            return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean os
                    ? os.getProcessCpuTime() / 1e9
                    : 0;
        }
    }

    /** {@return share of the processors' time that was neither idle nor this process's; absent where too little passed} */
    static OptionalDouble taken(Ticks before, Ticks after, double own) {
        double all = after.all - before.all, busy = after.busy - before.busy;
        return all < LEAST_TICKS ? OptionalDouble.empty() : OptionalDouble.of(Math.clamp((busy - own) / all, 0.0, 1.0));
    }

    /**
     * Time of all processors since the system began, in hundredths of a second.
     *
     * @param all of it
     * @param busy not idle; what other virtual machines took of this one's counts
     */
    record Ticks(double all, double busy) {
        static Ticks of(SystemFiles files) {
            String[] columns =
                    files.text("proc/stat").orElse("").split("\n", 2)[0].split(" +", -1);
            double all = 0, idle = 0;
            try {
                for (int i = 1; i < Math.min(columns.length, STEAL + 1); i++) {
                    double ticks = Double.parseDouble(columns[i]);
                    all += ticks;
                    if (i == IDLE || i == WAITS_FOR_DISK) idle += ticks;
                }
            } catch (NumberFormatException unread) {
                return new Ticks(0, 0);
            }
            return new Ticks(all, all - idle);
        }
    }
}
