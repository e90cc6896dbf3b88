package io.agentopt.examples.tco;

import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.hardware.ListPrice;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The six devices of Table 5 under one reading of their rates.
 *
 * @param name {@code paper} or {@code dense}
 * @param about what the rates are
 * @param devices in the order of Table 5
 */
record DeviceSet(String name, String about, List<StudyDevice> devices) {
    DeviceSet {
        devices = List.copyOf(devices);
    }

    /** {@return Table 5 as printed; links, which it does not print, are those of the packaged catalog} */
    static DeviceSet paper() {
        return of(
                "paper",
                "Rates, memory and prices of Table 5 as printed (FP16 only, dense and with-sparsity rates mixed). The table prints no"
                        + " links: those of the packaged catalog stand in.",
                StudyDevice::rates);
    }

    /** {@return the packaged catalog's dense rates and memory at the prices of Table 5} */
    static DeviceSet dense() {
        return of(
                "dense",
                "Dense rates, FP8 included, memory and links of the packaged catalog; purchase prices of Table 5.",
                StudyDevice::listing);
    }

    /** {@return the device with a name, which the caller knows to be there} */
    StudyDevice find(String device) {
        return devices.stream()
                .filter(d -> d.name().equals(device))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("The device set '" + name + "' has no '" + device
                        + "'. It has " + devices.stream().map(StudyDevice::name).toList() + "."));
    }

    /** {@return this set with one device changed} */
    DeviceSet with(StudyDevice changed) {
        return new DeviceSet(
                name,
                about,
                devices.stream()
                        .map(d -> d.name().equals(changed.name()) ? changed : d)
                        .collect(Collectors.toList()));
    }

    private static DeviceSet of(String name, String about, Function<StudyDevice, DeviceSpec> rates) {
        List<StudyDevice> devices = DeviceCatalog.paper().devices().stream()
                .map(printed -> {
                    DeviceSpec listing = DeviceCatalog.packaged().find(packagedName(printed.id()));
                    DeviceSpec linked = linkedLike(printed, listing);
                    DeviceSpec chosen = rates.apply(new StudyDevice(printed.id(), linked, listing));
                    ListPrice prices = ListPrice.stated(
                            listing.listPrice().rentLow(),
                            listing.listPrice().rentHigh(),
                            printed.listPrice().street());
                    return new StudyDevice(printed.id(), chosen.withListPrice(prices), listing);
                })
                .toList();
        return new DeviceSet(name, about, devices);
    }

    private static String packagedName(String printed) {
        return printed.equals("MI300x") ? "MI300X" : printed;
    }

    private static DeviceSpec linkedLike(DeviceSpec printed, DeviceSpec listing) {
        return new DeviceSpec(
                printed.id(),
                printed.vendor(),
                printed.kind(),
                printed.densePeakFlops(),
                printed.memoryBytes(),
                printed.memoryBytesPerSecond(),
                listing.intraNodeBytesPerSecond(),
                listing.scaleOutBytesPerSecond(),
                printed.tdpWatts(),
                printed.maxMatmulEfficiency(),
                printed.listPrice(),
                printed.provenance());
    }
}
