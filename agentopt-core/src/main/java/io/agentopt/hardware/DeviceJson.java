package io.agentopt.hardware;

import io.agentopt.internal.JsonValue;
import io.agentopt.model.Precision;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** A device as JSON, in files of devices, fleets and calibrations. Units are decimal (1 GB = 1e9 bytes) and stand in the field names. */
public final class DeviceJson {
    private static final double GIGA = 1e9;
    private static final double TERA = 1e12;

    private DeviceJson() {}

    static DeviceSpec read(JsonValue json) {
        json.only(
                "id",
                "aliases",
                "vendor",
                "kind",
                "peakTeraflops",
                "memoryGigabytes",
                "memoryGigabytesPerSecond",
                "intraNodeGigabytesPerSecond",
                "scaleOutGigabytesPerSecond",
                "tdpWatts",
                "maxMatmulEfficiency",
                "hostLinkGigabytesPerSecond",
                "processors",
                "boostGigahertz",
                "rents",
                "purchases",
                "rentLowDollarsPerHour",
                "rentHighDollarsPerHour",
                "streetPriceDollars",
                "verified",
                "unverified",
                "source",
                "note");
        JsonValue rates = json.at("peakTeraflops");
        Map<Precision, Double> peaks = new EnumMap<>(Precision.class);
        for (String name : rates.names()) {
            Precision precision;
            try {
                precision = Precision.of(name, "a peak rate");
            } catch (IllegalArgumentException e) {
                throw rates.wrong(e);
            }
            peaks.put(precision, rates.at(name).positive() * TERA);
        }
        String id = json.at("id").text();
        String vendor = json.at("vendor").text();
        DeviceKind kind = kind(json.at("kind"));
        double memory = json.at("memoryGigabytes").positive() * GIGA;
        double bandwidth = json.at("memoryGigabytesPerSecond").positive() * GIGA;
        boolean verified = json.maybe("verified").map(JsonValue::flag).orElse(true);
        String source = json.at("source").text();
        String note = json.maybe("note").map(JsonValue::text).orElse("");
        List<String> unverified = new ArrayList<>();
        for (JsonValue field : json.maybe("unverified").map(JsonValue::items).orElse(List.of())) {
            if (json.maybe(field.text()).isEmpty())
                throw field.wrong("is no field of this device", "Name fields that stand here.");
            unverified.add(field.text());
        }
        ListPrice prices = ListPriceJson.read(json);
        OptionalDouble hostLink = times(json.maybePositive("hostLinkGigabytesPerSecond"), GIGA);
        OptionalDouble clock = times(json.maybePositive("boostGigahertz"), GIGA);
        Optional<JsonValue> count = json.maybe("processors");
        OptionalInt processors = count.isPresent() ? OptionalInt.of(count.get().integer()) : OptionalInt.empty();
        OptionalDouble intraNode = times(json.maybePositive("intraNodeGigabytesPerSecond"), GIGA);
        OptionalDouble scaleOut = times(json.maybePositive("scaleOutGigabytesPerSecond"), GIGA);
        OptionalDouble tdp = json.maybePositive("tdpWatts"), matmul = json.maybePositive("maxMatmulEfficiency");
        try {
            return new DeviceSpec(
                    id,
                    vendor,
                    kind,
                    peaks,
                    memory,
                    bandwidth,
                    intraNode,
                    scaleOut,
                    tdp,
                    matmul,
                    hostLink,
                    processors,
                    clock,
                    prices,
                    new Provenance(source, verified, note, unverified));
        } catch (IllegalArgumentException e) {
            throw json.wrong(e);
        }
    }

    /** {@return the fields of a device; read back, its numbers are the same but for their last digit} */
    public static Map<String, Object> write(DeviceSpec device) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", device.id());
        json.put("vendor", device.vendor());
        json.put("kind", device.kind().id());
        Map<String, Object> peaks = new LinkedHashMap<>();
        device.densePeakFlops().forEach((p, flops) -> peaks.put(p.id(), flops / TERA));
        json.put("peakTeraflops", peaks);
        json.put("memoryGigabytes", device.memoryBytes() / GIGA);
        json.put("memoryGigabytesPerSecond", device.memoryBytesPerSecond() / GIGA);
        put(json, "intraNodeGigabytesPerSecond", device.intraNodeBytesPerSecond(), GIGA);
        put(json, "scaleOutGigabytesPerSecond", device.scaleOutBytesPerSecond(), GIGA);
        put(json, "tdpWatts", device.tdpWatts(), 1);
        put(json, "maxMatmulEfficiency", device.maxMatmulEfficiency(), 1);
        put(json, "hostLinkGigabytesPerSecond", device.hostLinkBytesPerSecond(), GIGA);
        if (device.processors().isPresent())
            json.put("processors", device.processors().getAsInt());
        put(json, "boostGigahertz", device.boostHertz(), GIGA);
        ListPriceJson.write(device.listPrice(), json);
        if (!device.provenance().verified()) json.put("verified", false);
        if (!device.provenance().unverified().isEmpty())
            json.put("unverified", device.provenance().unverified());
        json.put("source", device.provenance().source());
        if (!device.provenance().note().isEmpty())
            json.put("note", device.provenance().note());
        return json;
    }

    private static DeviceKind kind(JsonValue json) {
        for (DeviceKind kind : DeviceKind.values()) {
            if (kind.id().equals(json.text())) return kind;
        }
        throw json.wrong("is no kind of device", "Use cpu, gpu or accelerator.");
    }

    private static OptionalDouble times(OptionalDouble value, double factor) {
        return value.isPresent() ? OptionalDouble.of(value.getAsDouble() * factor) : value;
    }

    private static void put(Map<String, Object> json, String field, OptionalDouble value, double unit) {
        if (value.isPresent()) json.put(field, value.getAsDouble() / unit);
    }
}
