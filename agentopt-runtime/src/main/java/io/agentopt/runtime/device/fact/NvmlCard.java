package io.agentopt.runtime.device.fact;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Asks NVML about one card. What it refuses is noted, with its reason, and absent. */
final class NvmlCard {
    private static final int TEXT_BYTES = 96, PCI_BYTES = 256;
    private static final long PCI_TEXT = 36,
            PCI_TEXT_BYTES = 32; // nvmlPciInfo_t's busId, behind the short one and five numbers
    private static final int CLOCK_SM = 1, CLOCK_MEMORY = 2;
    private static final int MOST_LINKS = 64;
    private static final int DEVICE_GPU = 0, DEVICE_CPU = 1, DEVICE_SWITCH = 2;
    private static final double MEGA = 1e6, MILLI = 1e-3;

    /** One-way bytes per second of an NVLink by NVML's number of its version (1.0, 2.0, 2.2, 3.0, 3.1, 4.0, 5.0). */
    private static final double[] LINK = {0, 20e9, 25e9, 25e9, 25e9, 25e9, 25e9, 50e9};

    private final NvmlLibrary nvml;
    private final long card;
    private final MemorySegment first, second, text, pci, memory;
    private final List<String> missing = new ArrayList<>();

    NvmlCard(NvmlLibrary nvml, Arena scratch, long card) {
        this.nvml = nvml;
        this.card = card;
        this.first = scratch.allocate(JAVA_INT);
        this.second = scratch.allocate(JAVA_INT);
        this.text = scratch.allocate(TEXT_BYTES);
        this.pci = scratch.allocate(PCI_BYTES, JAVA_LONG.byteAlignment());
        this.memory = scratch.allocate(JAVA_LONG, 3);
    }

    GpuFacts facts(String driver) {
        String uuid = told("uuid", nvml.call("nvmlDeviceGetUUID", card, text.address(), TEXT_BYTES - 1))
                ? NvmlLibrary.text(text)
                : "";
        String bus = told("bus id", nvml.call("nvmlDeviceGetPciInfo_v3", card, pci.address())) ? busId() : "";
        boolean sized = told("memory", nvml.call("nvmlDeviceGetMemoryInfo", card, memory.address()));
        return new GpuFacts(
                "NVML",
                uuid,
                bus,
                driver,
                "",
                sized ? OptionalLong.of(memory.getAtIndex(JAVA_LONG, 0)) : OptionalLong.empty(),
                sized ? OptionalLong.of(memory.getAtIndex(JAVA_LONG, 1)) : OptionalLong.empty(),
                OptionalInt.empty(),
                clock("processor clock", CLOCK_SM),
                clock("memory clock", CLOCK_MEMORY),
                number("memory bus", "nvmlDeviceGetMemoryBusWidth"),
                scaled(number("power limit", "nvmlDeviceGetEnforcedPowerLimit"), MILLI),
                number("PCIe generation", "nvmlDeviceGetMaxPcieLinkGeneration"),
                number("PCIe lanes", "nvmlDeviceGetMaxPcieLinkWidth"),
                links(),
                mode("ECC", "nvmlDeviceGetEccMode"),
                mode("MIG", "nvmlDeviceGetMigMode"),
                missing);
    }

    private List<GpuLink> links() {
        List<GpuLink> links = new ArrayList<>();
        for (int link = 0; link < MOST_LINKS; link++) {
            int error = nvml.call("nvmlDeviceGetNvLinkState", card, link, first.address());
            if (error != 0) { // the number after the last link is an invalid argument
                if (link == 0) told("NVLink", error);
                break;
            }
            if (first.get(JAVA_INT, 0) != 1) continue;
            OptionalInt version = nvml.call("nvmlDeviceGetNvLinkVersion", card, link, first.address()) == 0
                    ? OptionalInt.of(first.get(JAVA_INT, 0))
                    : OptionalInt.empty();
            String remote = nvml.call("nvmlDeviceGetNvLinkRemoteDeviceType", card, link, first.address()) == 0
                    ? remote(first.get(JAVA_INT, 0))
                    : "";
            String bus =
                    nvml.call("nvmlDeviceGetNvLinkRemotePciInfo_v2", card, link, pci.address()) == 0 ? busId() : "";
            links.add(new GpuLink(link, remote, bus, rate(version)));
        }
        return links;
    }

    private static String remote(int type) {
        return switch (type) {
            case DEVICE_GPU -> "gpu";
            case DEVICE_CPU -> "cpu";
            case DEVICE_SWITCH -> "switch";
            default -> "";
        };
    }

    private static OptionalDouble rate(OptionalInt version) {
        return version.isPresent() && version.getAsInt() > 0 && version.getAsInt() < LINK.length
                ? OptionalDouble.of(LINK[version.getAsInt()])
                : OptionalDouble.empty();
    }

    /** {@return the place that was just read, with the domain of four digits that the driver writes} */
    private String busId() {
        String id = NvmlLibrary.text(pci.asSlice(PCI_TEXT, PCI_TEXT_BYTES)).toLowerCase(Locale.ROOT);
        return id.matches("0000[0-9a-f]{4}:.*") ? id.substring(4) : id;
    }

    private OptionalDouble clock(String what, int type) {
        return scaled(positive(what, nvml.call("nvmlDeviceGetMaxClockInfo", card, type, first.address())), MEGA);
    }

    private OptionalInt number(String what, String function) {
        return positive(what, nvml.call(function, card, first.address()));
    }

    private OptionalInt positive(String what, int error) {
        return told(what, error) && first.get(JAVA_INT, 0) > 0
                ? OptionalInt.of(first.get(JAVA_INT, 0))
                : OptionalInt.empty();
    }

    private Optional<Boolean> mode(String what, String function) {
        return told(what, nvml.call(function, card, first.address(), second.address()))
                ? Optional.of(first.get(JAVA_INT, 0) == 1)
                : Optional.empty();
    }

    private boolean told(String what, int error) {
        if (error != 0) missing.add(what + ": " + nvml.describe(error));
        return error == 0;
    }

    private static OptionalDouble scaled(OptionalInt value, double unit) {
        return value.isPresent() ? OptionalDouble.of(value.getAsInt() * unit) : OptionalDouble.empty();
    }
}
