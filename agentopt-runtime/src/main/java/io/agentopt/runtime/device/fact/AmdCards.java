package io.agentopt.runtime.device.fact;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What Linux tells of AMD's GPUs, whether or not HIP is there: amdgpu's files in /sys/class/drm (memory, clocks, PCIe, power) and
 * KFD's topology (compute units, architecture, memory bus), joined by the place on the bus.
 */
public final class AmdCards {
    /**
     * A card and its name.
     *
     * @param name of the product; empty where the card does not tell
     * @param facts what is known of it
     */
    public record Card(String name, GpuFacts facts) {}

    private static final String AMD = "0x1002";
    private static final String DRM = "sys/class/drm/", NODES = "sys/class/kfd/kfd/topology/nodes/";
    private static final Pattern BUS = Pattern.compile("([0-9a-f]{4,8}):([0-9a-f]{2}):([0-9a-f]{2})\\.([0-7])");
    private static final Pattern CLOCK = Pattern.compile("([0-9]+)\\s*Mhz", Pattern.CASE_INSENSITIVE);
    private static final Pattern TRANSFERS = Pattern.compile("([0-9.]+) GT/s.*");
    private static final double MEGA = 1e6, MICRO = 1e-6;

    /** Giga-transfers per second of a lane by PCIe generation. */
    private static final List<Double> GENERATIONS = List.of(2.5, 5.0, 8.0, 16.0, 32.0, 64.0);

    private final SystemFiles files;

    private AmdCards(Path root) {
        this.files = new SystemFiles(root);
    }

    /** {@return the cards of this machine, by place on the bus} */
    public static List<Card> read() {
        return read(Path.of("/"));
    }

    /** {@return the cards that a tree of system files tells of, by place on the bus} */
    public static List<Card> read(Path root) {
        return new AmdCards(root).cards();
    }

    private List<Card> cards() {
        List<Card> cards = new ArrayList<>();
        for (String name : files.names(DRM, "card[0-9]+")) {
            String folder = DRM + name + "/device/";
            if (files.text(folder + "vendor").filter(AMD::equals).isPresent()) cards.add(card(folder));
        }
        cards.sort(java.util.Comparator.comparing(c -> c.facts().busId()));
        return cards;
    }

    private Card card(String folder) {
        String bus = files.text(folder + "uevent").stream()
                .flatMap(String::lines)
                .filter(l -> l.startsWith("PCI_SLOT_NAME="))
                .map(l -> l.substring("PCI_SLOT_NAME=".length()).strip().toLowerCase(Locale.ROOT))
                .findFirst()
                .or(() -> files.target(folder))
                .orElse("");
        Optional<String> node = node(bus);
        Map<String, Long> topology =
                node.map(n -> files.properties(NODES + n + "/properties")).orElse(Map.of());
        Map<String, Long> bank = node.map(n -> files.properties(NODES + n + "/mem_banks/0/properties"))
                .orElse(Map.of());
        OptionalLong total = files.number(folder + "mem_info_vram_total");
        OptionalLong used = files.number(folder + "mem_info_vram_used");
        List<String> missing = new ArrayList<>();
        if (node.isEmpty()) missing.add("compute units: KFD's topology has no node at " + bus);
        if (total.isEmpty()) missing.add("memory: amdgpu shows no mem_info_vram_total");
        GpuFacts facts = new GpuFacts(
                "sysfs",
                files.text(folder + "unique_id").orElse(""),
                bus,
                files.text("sys/module/amdgpu/version").orElse(""),
                architecture(topology.getOrDefault("gfx_target_version", 0L)),
                total,
                total.isPresent() && used.isPresent()
                        ? OptionalLong.of(total.getAsLong() - used.getAsLong())
                        : OptionalLong.empty(),
                units(topology),
                either(topology.getOrDefault("max_engine_clk_fcompute", 0L), highest(folder + "pp_dpm_sclk")),
                either(bank.getOrDefault("mem_clk_max", 0L), highest(folder + "pp_dpm_mclk")),
                positive(bank.getOrDefault("width", 0L)),
                power(folder),
                generation(folder),
                lanes(folder),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                missing);
        return new Card(files.text(folder + "product_name").orElse(""), facts);
    }

    /** {@return the node of KFD's topology at a place: bus, device and function are packed into a number there} */
    private Optional<String> node(String bus) {
        Matcher m = BUS.matcher(bus);
        if (!m.matches()) return Optional.empty();
        long location =
                Long.parseLong(m.group(2), 16) << 8 | Long.parseLong(m.group(3), 16) << 3 | Long.parseLong(m.group(4));
        long domain = Long.parseLong(m.group(1), 16);
        for (String n : files.names(NODES, "[0-9]+")) {
            Map<String, Long> p = files.properties(NODES + n + "/properties");
            if (p.getOrDefault("simd_count", 0L) > 0
                    && p.getOrDefault("location_id", -1L) == location
                    && p.getOrDefault("domain", 0L) == domain) return Optional.of(n);
        }
        return Optional.empty();
    }

    /** {@return LLVM's name of a version such as 90402 (gfx942) or 90010 (gfx90a): the last two digits are hexadecimal there} */
    private static String architecture(long version) {
        return version <= 0
                ? ""
                : "gfx" + version / 10_000 + Long.toHexString(version / 100 % 100) + Long.toHexString(version % 100);
    }

    private static OptionalInt units(Map<String, Long> topology) {
        long simds = topology.getOrDefault("simd_count", 0L), each = topology.getOrDefault("simd_per_cu", 0L);
        return each > 0 ? positive(simds / each) : OptionalInt.empty();
    }

    private OptionalDouble highest(String file) {
        double most = 0;
        for (String line : files.text(file).orElse("").lines().toList()) {
            Matcher m = CLOCK.matcher(line);
            if (m.find()) most = Math.max(most, Double.parseDouble(m.group(1)));
        }
        return most > 0 ? OptionalDouble.of(most * MEGA) : OptionalDouble.empty();
    }

    private static OptionalDouble either(long megahertz, OptionalDouble other) {
        return megahertz > 0 ? OptionalDouble.of(megahertz * MEGA) : other;
    }

    private OptionalDouble power(String folder) {
        for (String monitor : files.names(folder + "hwmon", "hwmon[0-9]+")) {
            OptionalLong cap = files.number(folder + "hwmon/" + monitor + "/power1_cap");
            if (cap.isPresent() && cap.getAsLong() > 0) return OptionalDouble.of(cap.getAsLong() * MICRO);
        }
        return OptionalDouble.empty();
    }

    private OptionalInt generation(String folder) {
        Matcher m = TRANSFERS.matcher(files.text(folder + "max_link_speed")
                .or(() -> files.text(folder + "current_link_speed"))
                .orElse(""));
        if (!m.matches()) return OptionalInt.empty();
        try {
            return positive(GENERATIONS.indexOf(Double.parseDouble(m.group(1))) + 1L);
        } catch (NumberFormatException unread) {
            return OptionalInt.empty();
        }
    }

    private OptionalInt lanes(String folder) {
        OptionalLong lanes = files.number(folder + "max_link_width");
        if (lanes.isEmpty()) lanes = files.number(folder + "current_link_width");
        return positive(lanes.orElse(0));
    }

    private static OptionalInt positive(long value) {
        return value > 0 && value <= Integer.MAX_VALUE ? OptionalInt.of((int) value) : OptionalInt.empty();
    }
}
