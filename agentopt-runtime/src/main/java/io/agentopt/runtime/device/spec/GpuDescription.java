package io.agentopt.runtime.device.spec;

import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceKind;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.hardware.ListPrice;
import io.agentopt.hardware.Provenance;
import io.agentopt.model.Precision;
import io.agentopt.runtime.device.DetectedDevice;
import io.agentopt.runtime.device.fact.CardRates;
import io.agentopt.runtime.device.fact.GpuFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * A GPU as a device. One that the catalog knows by the driver's name, with about the memory it should have, keeps the catalog's rates,
 * prices and id, so that what was calibrated for it counts; memory, power limit and links are those of this card. Any other is built
 * from what the driver tells and {@link TensorRates}.
 */
final class GpuDescription {
    /** Catalogs give the maker's gigabytes, drivers the bytes there are: 141 and 151 of an H200. A part of a card differs by more. */
    private static final double SAME_MEMORY = 0.15;

    private static final double FULL_RATE =
            2; // transfers a cycle, where the driver's clock is that of the memory's commands
    private static final int HBM_BITS = 1024;
    private static final double GDDR6_RATE =
            16; // amdgpu tells an eighth of the clock that GDDR6 transfers twice a cycle at

    private static final CardRates NOT_MEASURED =
            new CardRates(OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.empty(), Map.of(), List.of());
    private static final double GIGA = 1e9, TERA = 1e12;

    private final DetectedDevice device;
    private final GpuFacts gpu;
    private final CardRates rates;
    private final Map<String, Origin> origins = new TreeMap<>();

    private GpuDescription(DetectedDevice device, GpuFacts gpu, CardRates rates) {
        this.device = device;
        this.gpu = gpu;
        this.rates = rates;
    }

    static Description of(DetectedDevice device, GpuFacts gpu, DeviceCatalog catalog, Optional<CardRates> measured) {
        Optional<DeviceSpec> known = catalog.known(device.name())
                .filter(c -> gpu.memoryBytes().isEmpty()
                        || Math.abs(gpu.memoryBytes().getAsLong() / c.memoryBytes() - 1) < SAME_MEMORY);
        GpuDescription d = new GpuDescription(device, gpu, measured.orElse(NOT_MEASURED));
        return known.isPresent() ? d.known(known.get()) : d.built();
    }

    private Description known(DeviceSpec c) {
        origins.put(Field.PEAKS, Origin.CATALOG);
        origins.put(Field.BANDWIDTH, Origin.CATALOG);
        if (!c.listPrice().rents().isEmpty()) origins.put(Field.RENTS, Origin.CATALOG);
        fromCatalog(Field.SCALE_OUT, c.scaleOutBytesPerSecond().isPresent());
        fromCatalog(Field.CLOCK, c.boostHertz().isPresent());
        OptionalDouble host = host(c.hostLinkBytesPerSecond());
        OptionalDouble inside = linksAreTold()
                ? either(Field.INTRA_NODE, linked(), OptionalDouble.empty())
                : either(Field.INTRA_NODE, OptionalDouble.empty(), c.intraNodeBytesPerSecond());
        return described(
                c.id(),
                c.vendor(),
                c.densePeakFlops(),
                c.memoryBytesPerSecond(),
                inside,
                c.scaleOutBytesPerSecond(),
                either(Field.POWER, gpu.powerWatts(), c.tdpWatts()),
                share(c.densePeakFlops(), c.maxMatmulEfficiency()),
                host,
                gpu.processors().isPresent() ? told(gpu.processors()) : catalogued(c.processors()),
                c.boostHertz(),
                c.listPrice(),
                c.memoryBytes(),
                c.provenance().source());
    }

    private Description built() {
        List<String> lacking = new ArrayList<>();
        if (gpu.memoryBytes().isEmpty()) lacking.add("memory");
        if (gpu.processors().isEmpty()) lacking.add("processors");
        if (gpu.clockHertz().isEmpty()) lacking.add("clock");
        if (gpu.memoryClockHertz().isEmpty() || gpu.memoryBusBits().isEmpty()) lacking.add("memory clock and bus");
        Optional<Map<Precision, Double>> peaks = lacking.isEmpty()
                ? TensorRates.of(
                        gpu.architecture(),
                        gpu.processors().getAsInt(),
                        gpu.clockHertz().getAsDouble())
                : Optional.empty();
        if (lacking.isEmpty() && peaks.isEmpty()) lacking.add("rates of its architecture '" + gpu.architecture() + "'");
        if (peaks.isEmpty() && isMeasured()) return reached();
        if (peaks.isEmpty()) {
            return new Description.Undescribed(
                    device,
                    "Device " + device.id() + " ('" + device.name() + "') is in no catalog, and nobody tells its "
                            + String.join(", ", lacking)
                            + ". Calibrate it, which measures them, or describe it in a device file and read that with"
                            + " DeviceCatalog.read.");
        }
        origins.put(Field.PEAKS, Origin.DERIVED);
        origins.put(Field.BANDWIDTH, Origin.DERIVED);
        return unlisted(peaks.get(), bandwidth(), share(peaks.get(), OptionalDouble.empty()));
    }

    /** Whether enough was measured to describe a card that nobody knows. */
    private boolean isMeasured() {
        return gpu.memoryBytes().isPresent()
                && rates.copyBytesPerSecond().isPresent()
                && !rates.productFlops().isEmpty();
    }

    /** A card that nobody knows: what it reached is the least that it can. */
    private Description reached() {
        origins.put(Field.PEAKS, Origin.MEASURED);
        origins.put(Field.BANDWIDTH, Origin.MEASURED);
        return unlisted(rates.productFlops(), rates.copyBytesPerSecond().getAsDouble(), OptionalDouble.empty());
    }

    private Description unlisted(Map<Precision, Double> peaks, double bandwidth, OptionalDouble share) {
        OptionalDouble none = OptionalDouble.empty();
        return described(
                id(device.name().isBlank() ? gpu.architecture() : device.name()),
                device.vendor(),
                peaks,
                bandwidth,
                either(Field.INTRA_NODE, linked(), none),
                none,
                either(Field.POWER, gpu.powerWatts(), none),
                share,
                host(none),
                gpu.processors().isPresent() ? told(gpu.processors()) : gpu.processors(),
                either(Field.CLOCK, gpu.clockHertz(), none),
                ListPrice.UNKNOWN,
                0,
                "this machine");
    }

    /** The host link: the slower way of what was measured, otherwise what the driver tells. */
    private OptionalDouble host(OptionalDouble listed) {
        if (rates.toCardBytesPerSecond().isEmpty()
                || rates.fromCardBytesPerSecond().isEmpty())
            return either(Field.HOST_LINK, gpu.hostBytesPerSecond(), listed);
        origins.put(Field.HOST_LINK, Origin.MEASURED);
        return OptionalDouble.of(Math.min(
                rates.toCardBytesPerSecond().getAsDouble(),
                rates.fromCardBytesPerSecond().getAsDouble()));
    }

    /** The largest share of the peak that a product of 16 bits reached: here, or where the catalog's was measured. */
    private OptionalDouble share(Map<Precision, Double> peaks, OptionalDouble listed) {
        Double peak = peaks.get(Precision.FP16), reached = rates.productFlops().get(Precision.FP16);
        double here = peak == null || reached == null ? 0 : Math.min(1, reached / peak);
        if (here <= listed.orElse(0)) {
            fromCatalog(Field.MATMUL, listed.isPresent());
            return listed;
        }
        origins.put(Field.MATMUL, Origin.MEASURED);
        return OptionalDouble.of(here);
    }

    private String remark() {
        StringBuilder text = new StringBuilder();
        rates.copyBytesPerSecond()
                .ifPresent(v -> text.append(String.format(
                        Locale.ROOT, "; measured here: copy within the card %.0f GB/s read and written", v / GIGA)));
        rates.toCardBytesPerSecond()
                .ifPresent(v -> text.append(String.format(Locale.ROOT, ", to it %.1f GB/s", v / GIGA)));
        rates.fromCardBytesPerSecond()
                .ifPresent(v -> text.append(String.format(Locale.ROOT, ", from it %.1f GB/s", v / GIGA)));
        new TreeMap<>(rates.productFlops())
                .forEach((p, v) -> text.append(
                        String.format(Locale.ROOT, "; products of %s reach %.1f TFLOP/s", p.id(), v / TERA)));
        for (String m : rates.missing()) text.append("; not measured: ").append(m);
        return text.toString();
    }

    private Description described(
            String id,
            String vendor,
            Map<Precision, Double> peaks,
            double bandwidth,
            OptionalDouble inside,
            OptionalDouble outside,
            OptionalDouble power,
            OptionalDouble matmul,
            OptionalDouble host,
            OptionalInt processors,
            OptionalDouble clock,
            ListPrice prices,
            double otherMemory,
            String source) {
        boolean told = gpu.memoryBytes().isPresent();
        origins.put(Field.MEMORY, told ? teller() : Origin.CATALOG);
        DeviceSpec spec = new DeviceSpec(
                id,
                vendor,
                DeviceKind.GPU,
                peaks,
                told ? gpu.memoryBytes().getAsLong() : otherMemory,
                bandwidth,
                inside,
                outside,
                power,
                matmul,
                host,
                processors,
                clock,
                prices,
                new Provenance(source, false, "told by " + gpu.source() + "; " + Description.told(origins) + remark()));
        return new Description.Described(device, spec, origins, remark());
    }

    /** {@return one-way rate between cards: all links together, or through PCIe where none is up} */
    private OptionalDouble linked() {
        OptionalDouble links = gpu.linkBytesPerSecond();
        return links.isPresent() ? links : gpu.hostBytesPerSecond();
    }

    /** Whether the driver knows about links: that none is up is an answer, that it was not told is none. */
    private boolean linksAreTold() {
        return gpu.linkBytesPerSecond().isPresent()
                || (gpu.source().contains("NVML")
                        && gpu.hostBytesPerSecond().isPresent()
                        && gpu.links().isEmpty()
                        && gpu.missing().stream().noneMatch(m -> m.startsWith("NVLink")));
    }

    private double bandwidth() {
        int bits = gpu.memoryBusBits().getAsInt();
        boolean slow = device.vendor().equals("AMD") && bits < HBM_BITS;
        double perCycle = slow ? GDDR6_RATE : gpu.architecture().matches("gfx94.|gfx95.") ? 2 * FULL_RATE : FULL_RATE;
        return gpu.memoryClockHertz().getAsDouble() * perCycle * bits / Byte.SIZE;
    }

    private Origin teller() {
        return gpu.source().equals("sysfs") ? Origin.SYSTEM : Origin.DRIVER;
    }

    private OptionalDouble either(String field, OptionalDouble told, OptionalDouble other) {
        if (told.isPresent()) origins.put(field, teller());
        else if (other.isPresent()) origins.put(field, Origin.CATALOG);
        return told.isPresent() ? told : other;
    }

    private OptionalInt told(OptionalInt processors) {
        origins.put(Field.PROCESSORS, teller());
        return processors;
    }

    private OptionalInt catalogued(OptionalInt processors) {
        fromCatalog(Field.PROCESSORS, processors.isPresent());
        return processors;
    }

    private void fromCatalog(String field, boolean there) {
        if (there) origins.put(field, Origin.CATALOG);
    }

    /** {@return a name as catalogs spell them: without the maker and without spaces} */
    private static String id(String name) {
        return name.replaceFirst("^(NVIDIA|AMD) ", "").strip().replaceAll("[^A-Za-z0-9.+]+", "-");
    }
}
