package io.agentopt.benchmarks.llm;

import io.agentopt.runtime.device.DetectedDevice;
import io.agentopt.runtime.device.fact.GpuFacts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * What detection says of a card beside what {@code nvidia-smi --query-gpu=QUERY --format=csv,noheader,nounits} does, a line a number. MiB and
 * MHz are as the tool prints them.
 */
final class SmiComparison {
    /** Columns of the file, in order. */
    static final String QUERY =
            "uuid,name,driver_version,pci.bus_id,memory.total,clocks.max.sm,clocks.max.mem,power.limit,pcie.link.gen.max,pcie.link.width.max";

    private static final double MEBI = 1 << 20, MEGA = 1e6;
    private static final double MEMORY_TOLERANCE = 0.03, TOLERANCE = 0.005; // the driver keeps some of the memory

    private SmiComparison() {}

    /** {@return lines that end with {@code agrees}, {@code DIFFERS} or {@code not told}} */
    static List<String> of(DetectedDevice device, Path csv) {
        if (!(device.facts().orElse(null) instanceof GpuFacts g)) return List.of("smi: " + device.id() + " is no GPU");
        String[] row = row(g, csv);
        if (row.length == 0) return List.of("smi: no line of " + csv + " is of " + g.uuid() + " at " + g.busId());
        List<String> lines = new ArrayList<>();
        lines.add(text("name", device.name(), row[1]));
        lines.add(text("driver", g.driver(), row[2]));
        lines.add(number(
                "memory, MiB",
                g.memoryBytes().isPresent()
                        ? OptionalDouble.of(g.memoryBytes().getAsLong() / MEBI)
                        : OptionalDouble.empty(),
                row[4],
                MEMORY_TOLERANCE));
        lines.add(number("clock, MHz", scaled(g.clockHertz()), row[5], TOLERANCE));
        lines.add(number("memory clock, MHz", scaled(g.memoryClockHertz()), row[6], TOLERANCE));
        lines.add(number("power limit, W", g.powerWatts(), row[7], TOLERANCE));
        lines.add(number(
                "PCIe generation",
                g.pcieGeneration().isPresent()
                        ? OptionalDouble.of(g.pcieGeneration().getAsInt())
                        : OptionalDouble.empty(),
                row[8],
                0));
        lines.add(number(
                "PCIe lanes",
                g.pcieLanes().isPresent() ? OptionalDouble.of(g.pcieLanes().getAsInt()) : OptionalDouble.empty(),
                row[9],
                0));
        return lines;
    }

    private static OptionalDouble scaled(OptionalDouble hertz) {
        return hertz.isPresent() ? OptionalDouble.of(hertz.getAsDouble() / MEGA) : hertz;
    }

    /** The row of the same card: by its UUID, or by its place, whose domain the tool writes with eight digits. */
    private static String[] row(GpuFacts g, Path csv) {
        try {
            for (String line : Files.readAllLines(csv)) {
                String[] columns = line.split(", *", -1);
                if (columns.length < QUERY.split(",", -1).length) continue;
                boolean place = !g.busId().isEmpty()
                        && columns[3]
                                .toLowerCase(Locale.ROOT)
                                .endsWith(g.busId().toLowerCase(Locale.ROOT));
                if (columns[0].equals(g.uuid()) || place) return columns;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "What nvidia-smi said cannot be read from " + csv + ": " + e.getMessage(), e);
        }
        return new String[0];
    }

    private static String text(String what, String ours, String theirs) {
        String verdict = ours.isEmpty() ? "not told" : ours.equals(theirs.strip()) ? "agrees" : "DIFFERS";
        return "smi " + what + ": '" + ours + "', nvidia-smi '" + theirs.strip() + "': " + verdict;
    }

    private static String number(String what, OptionalDouble ours, String theirs, double tolerance) {
        double other;
        try {
            other = Double.parseDouble(theirs.strip());
        } catch (NumberFormatException notTold) {
            return "smi " + what + ": " + ours + ", nvidia-smi '" + theirs.strip() + "': not told";
        }
        if (ours.isEmpty()) return "smi " + what + ": none, nvidia-smi " + other + ": not told";
        boolean agrees = Math.abs(ours.getAsDouble() - other) <= tolerance * other;
        return String.format(
                Locale.ROOT,
                "smi %s: %.2f, nvidia-smi %.2f: %s",
                what,
                ours.getAsDouble(),
                other,
                agrees ? "agrees" : "DIFFERS");
    }
}
