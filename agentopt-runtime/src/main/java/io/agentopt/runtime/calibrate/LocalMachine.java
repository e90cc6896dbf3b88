package io.agentopt.runtime.calibrate;

import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceClass;
import io.agentopt.hardware.DeviceKind;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.hardware.Dollars;
import io.agentopt.hardware.Fleet;
import io.agentopt.hardware.Link;
import io.agentopt.hardware.Price;
import io.agentopt.runtime.device.DetectedDevice;
import io.agentopt.runtime.device.Devices;
import io.agentopt.runtime.device.spec.Description;
import io.agentopt.runtime.device.spec.DeviceDescriber;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * This machine as devices of the catalog's kind, and as a fleet. Arithmetic and memory of the CPU are measured once, in some 300 ms, and
 * kept on disk; GPUs are those of the packaged catalog where it knows them, otherwise built from what the driver tells.
 */
public final class LocalMachine {
    /** Id of the CPU and name of its class. */
    public static final String CPU = "cpu";

    private static final double DOLLARS_PER_KILOWATT_HOUR = 0.40, KILO = 1e3;

    private LocalMachine() {}

    /** {@return this machine's CPU; see {@link #describe}} */
    public static DeviceSpec detect() {
        return describe(Devices.detect().getFirst());
    }

    /**
     * {@return the CPU: memory bandwidth and rates of matrix products as measured, the peak from cores, clock and instruction set}
     *
     * @param cpu as detected
     */
    public static DeviceSpec describe(DetectedDevice cpu) {
        return DeviceDescriber.usual().cpu(CPU, cpu).spec();
    }

    /** {@return every device that was found, described or with the reason why not} */
    public static List<Description> devices() {
        return devices(Devices.detect(), DeviceDescriber.usual());
    }

    /** {@return detected devices, described or with the reason why not} */
    public static List<Description> devices(List<DetectedDevice> detected, DeviceDescriber describer) {
        return detected.stream().map(describer::describe).toList();
    }

    /** {@return the packaged catalog and the devices of this machine; one of both is as it is here} */
    public static DeviceCatalog catalog() {
        DeviceCatalog catalog = DeviceCatalog.packaged();
        for (Description d : devices()) if (d instanceof Description.Described k) catalog = catalog.plus(k.spec());
        return catalog;
    }

    /** {@return this machine as a fleet: the devices that are ready to run models; see {@link #fleet(List)}} */
    public static Fleet fleet() {
        return fleet(devices().stream().filter(d -> d.device().isReady()).toList());
    }

    /**
     * {@return one host with these devices}  Equal ones are one class, which is named after its specification. Each is priced at the
     * middle of its listed rent; one that nobody lists at its power, 0.40 $/kWh. Undescribed devices are left out.
     *
     * @throws IllegalArgumentException if none is described
     */
    public static Fleet fleet(List<Description> devices) {
        Map<DeviceSpec, Integer> counts = new LinkedHashMap<>();
        for (Description d : devices) if (d instanceof Description.Described k) counts.merge(k.spec(), 1, Integer::sum);
        Fleet.Builder fleet = Fleet.rented("local");
        List<DeviceClass> classes = new ArrayList<>();
        counts.forEach((spec, count) -> {
            DeviceClass c = new DeviceClass(name(spec, classes), spec, count, price(spec));
            classes.add(c);
            fleet.add(c);
        });
        for (int i = 0; i < classes.size(); i++) {
            for (int j = i + 1; j < classes.size(); j++) {
                DeviceClass a = classes.get(i), b = classes.get(j);
                fleet.link(
                        a.name(),
                        b.name(),
                        Link.intraNode(between(a.device(), b.device()), Fleet.INTRA_NODE_LATENCY_SECONDS));
            }
        }
        return fleet.build();
    }

    private static String name(DeviceSpec spec, List<DeviceClass> others) {
        long same =
                others.stream().filter(c -> c.device().id().equals(spec.id())).count();
        return same == 0 ? spec.id() : spec.id() + "#" + (same + 1);
    }

    private static Price price(DeviceSpec spec) {
        return switch (Price.rented().dollarsPerHour(spec)) {
            case Dollars.Known _ -> Price.rented();
            case Dollars.Unknown _ -> Price.fixed(spec.tdpWatts().orElse(0) / KILO * DOLLARS_PER_KILOWATT_HOUR);
        };
    }

    /** {@return one-way bytes per second between two devices of different kinds: through PCIe, at the rate of the slower} */
    private static double between(DeviceSpec a, DeviceSpec b) {
        return Math.min(host(a), host(b));
    }

    private static double host(DeviceSpec d) {
        return d.hostLinkBytesPerSecond()
                .orElse(d.kind() == DeviceKind.CPU ? Double.MAX_VALUE : Fleet.PCIE_BYTES_PER_SECOND);
    }
}
