package io.agentopt.runtime.device.fact;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@link CpuFacts} from /proc/cpuinfo and /sys/devices/system/cpu. What may be used is what the Java runtime found out. */
public final class CpuFiles {
    private static final List<String> ISA = List.of(
            "avx2",
            "avx_vnni",
            "avx512f",
            "avx512_vnni",
            "avx512_bf16",
            "amx_tile",
            "amx_int8",
            "amx_bf16",
            "asimd",
            "asimddp",
            "i8mm",
            "bf16",
            "sve");
    private static final Pattern NAMED_CLOCK = Pattern.compile("@\\s*([0-9.]+)\\s*GHz");
    private static final Pattern BYTES = Pattern.compile("([0-9]+)([KMG]?)");
    private static final String CPUS = "sys/devices/system/cpu/";
    private static final double KILO = 1e3, MEGA = 1e6, GIGA = 1e9;

    private final SystemFiles files;

    private CpuFiles(Path root) {
        this.files = new SystemFiles(root);
    }

    /** {@return what this machine tells} */
    public static CpuFacts read() {
        return read(Path.of("/"), Runtime.getRuntime().availableProcessors());
    }

    /**
     * {@return what a tree of system files tells}
     *
     * @param root holds proc and sys
     * @param usable processors that this process may use
     */
    public static CpuFacts read(Path root, int usable) {
        return new CpuFiles(root).facts(usable);
    }

    private CpuFacts facts(int usable) {
        Map<String, String> info = first(files.text("proc/cpuinfo").orElse(""));
        List<String> flags = List.of(
                info.getOrDefault("flags", info.getOrDefault("Features", "")).split(" "));
        String model = info.getOrDefault("model name", System.getProperty("os.arch"));
        List<String> cpus = files.names(CPUS, "cpu[0-9]+");
        int logical = Math.max(usable, cpus.size());
        return new CpuFacts(
                model,
                info.getOrDefault("vendor_id", ""),
                logical,
                physical(cpus, logical),
                usable,
                ISA.stream().filter(flags::contains).toList(),
                nominal(model, info),
                scaled(files.number(CPUS + "cpu0/cpufreq/cpuinfo_max_freq"), KILO),
                caches(),
                (info.getOrDefault("microcode", "") + " "
                                + files.text("proc/sys/kernel/osrelease").orElse(""))
                        .strip());
    }

    /** {@return the first processor's values by key} */
    private static Map<String, String> first(String cpuinfo) {
        Map<String, String> values = new TreeMap<>();
        for (String line : cpuinfo.split("\n", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0)
                values.putIfAbsent(
                        line.substring(0, colon).strip(),
                        line.substring(colon + 1).strip());
        }
        return values;
    }

    /** Hardware threads of one core list the same siblings. */
    private int physical(List<String> cpus, int logical) {
        Set<String> cores = new HashSet<>();
        for (String cpu : cpus) {
            String topology = CPUS + cpu + "/topology/";
            files.text(topology + "core_cpus_list")
                    .or(() -> files.text(topology + "thread_siblings_list"))
                    .ifPresent(cores::add);
        }
        return cores.isEmpty() ? logical : Math.min(logical, cores.size());
    }

    private OptionalDouble nominal(String model, Map<String, String> info) {
        OptionalDouble base = scaled(files.number(CPUS + "cpu0/cpufreq/base_frequency"), KILO);
        if (base.isPresent()) return base;
        Matcher named = NAMED_CLOCK.matcher(model);
        if (named.find()) return decimal(named.group(1), GIGA);
        return decimal(info.getOrDefault("cpu MHz", ""), MEGA);
    }

    private List<CpuFacts.Cache> caches() {
        List<CpuFacts.Cache> caches = new ArrayList<>();
        for (String index : files.names(CPUS + "cpu0/cache", "index[0-9]+")) {
            String folder = CPUS + "cpu0/cache/" + index + "/";
            OptionalLong level = files.number(folder + "level");
            long bytes = bytes(files.text(folder + "size").orElse(""));
            if (level.isEmpty()
                    || bytes == 0
                    || files.text(folder + "type").orElse("").equals("Instruction")) continue;
            caches.add(new CpuFacts.Cache(
                    (int) level.getAsLong(),
                    bytes,
                    listed(files.text(folder + "shared_cpu_list").orElse(""))));
        }
        caches.sort((a, b) -> Integer.compare(a.level(), b.level()));
        return caches;
    }

    private static long bytes(String size) {
        Matcher m = BYTES.matcher(size);
        if (!m.matches() || m.group(1).length() > 9) return 0;
        int shift = switch (m.group(2)) {
            case "K" -> 10;
            case "M" -> 20;
            case "G" -> 30;
            default -> 0;
        };
        return Long.parseLong(m.group(1)) << shift;
    }

    /** {@return how many a list such as {@code 0-3,8} names; at least 1} */
    static int listed(String list) {
        int count = 0;
        for (String part : list.split(",", -1)) {
            String[] ends = part.strip().split("-", -1);
            try {
                count += ends.length == 2 ? Integer.parseInt(ends[1]) - Integer.parseInt(ends[0]) + 1 : 1;
            } catch (NumberFormatException unread) {
                count++;
            }
        }
        return Math.max(1, count);
    }

    private static OptionalDouble scaled(OptionalLong value, double unit) {
        return value.isPresent() && value.getAsLong() > 0
                ? OptionalDouble.of(value.getAsLong() * unit)
                : OptionalDouble.empty();
    }

    private static OptionalDouble decimal(String text, double unit) {
        try {
            double value = Double.parseDouble(text);
            return value > 0 && Double.isFinite(value) ? OptionalDouble.of(value * unit) : OptionalDouble.empty();
        } catch (NumberFormatException none) {
            return OptionalDouble.empty();
        }
    }
}
