package io.agentopt.examples;

import io.agentopt.hardware.DeviceSpec;
import io.agentopt.runtime.device.DetectedDevice;
import io.agentopt.runtime.device.fact.CpuFacts;
import io.agentopt.runtime.device.fact.DeviceFacts;
import io.agentopt.runtime.device.fact.GpuFacts;
import io.agentopt.runtime.device.spec.Description;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What the doctor says of the devices: how far each came, what is known of it, and the numbers that plans go by. */
final class DeviceReport {
    private static final double GIGA = 1e9, TERA = 1e12, MEGA = 1e6;

    private DeviceReport() {}

    /** {@return some lines a device} */
    static String of(List<Description> devices) {
        StringBuilder out = new StringBuilder();
        for (Description d : devices) {
            DetectedDevice device = d.device();
            String rung = device.rung().name().toLowerCase(Locale.ROOT).replace('_', ' ');
            out.append(String.format(Locale.ROOT, "%-9s %-18s %s%n", device.id(), rung, device.reason()));
            if (device.isReady() || device.facts().isPresent()) {
                String memory = device.memoryBytes() > 0 ? ", " + number(device.memoryBytes() / GIGA) + " GB" : "";
                line(out, device.name() + memory + " " + device.details());
            }
            device.facts().map(DeviceReport::facts).filter(f -> !f.isEmpty()).ifPresent(f -> line(out, f));
            if (device.facts().isEmpty()) continue;
            switch (d) {
                case Description.Described k -> {
                    line(out, numbers(k.spec()));
                    line(out, k.provenance());
                }
                case Description.Undescribed u -> line(out, u.reason());
            }
        }
        return out.toString();
    }

    private static String facts(DeviceFacts facts) {
        return switch (facts) {
            case CpuFacts _ -> "";
            case GpuFacts g -> facts(g);
        };
    }

    private static String facts(GpuFacts g) {
        List<String> said = new ArrayList<>();
        if (!g.driver().isEmpty()) said.add("driver " + g.driver());
        if (!g.busId().isEmpty()) said.add("at " + g.busId());
        g.processors().ifPresent(p -> said.add(p + " processors"));
        g.clockHertz().ifPresent(c -> said.add(number(c / MEGA) + " MHz"));
        g.freeBytes().ifPresent(f -> said.add(number(f / GIGA) + " GB free"));
        g.powerWatts().ifPresent(w -> said.add(number(w) + " W"));
        if (g.pcieGeneration().isPresent() && g.pcieLanes().isPresent())
            said.add("PCIe " + g.pcieGeneration().getAsInt() + " x"
                    + g.pcieLanes().getAsInt());
        if (!g.links().isEmpty())
            said.add(g.links().size() + " links to "
                    + g.links().stream()
                            .map(l -> l.remote() + " " + l.remoteBusId())
                            .map(String::strip)
                            .distinct()
                            .collect(Collectors.joining(", ")));
        g.ecc().ifPresent(on -> said.add(on ? "ECC" : "no ECC"));
        g.partitioned().filter(on -> on).ifPresent(on -> said.add("split (MIG)"));
        if (!g.missing().isEmpty()) said.add("not told: " + String.join("; ", g.missing()));
        return String.join(", ", said);
    }

    private static String numbers(DeviceSpec s) {
        String rates = s.densePeakFlops().entrySet().stream()
                .map(e -> e.getKey().id() + " " + number(e.getValue() / TERA))
                .collect(Collectors.joining(", "));
        String share = s.maxMatmulEfficiency().isPresent()
                ? ", of which matrix products reach "
                        + Math.round(100 * s.maxMatmulEfficiency().getAsDouble()) + " %"
                : "";
        return s.id() + ": peak TFLOP/s " + rates + share + "; " + number(s.memoryBytesPerSecond() / GIGA) + " GB/s";
    }

    private static void line(StringBuilder out, String text) {
        out.append(String.format(Locale.ROOT, "%-28s %s%n", "", text));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
    }
}
