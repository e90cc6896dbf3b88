package io.agentopt.cost.engine;

import io.agentopt.cost.Confidence;
import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.internal.JsonValue;
import io.agentopt.model.Precision;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** What both kinds of entry of a {@link CalibrationFile} have: a device, who measured, and how sure it is. */
final class CalibrationJson {
    private static final double MOST_SPREAD = 1000;
    private static final double MOST = 1e9; // of a coordinate or weight: far beyond any fit, and sums stay finite
    private static final String BANDWIDTH = "memoryBytesPerSecond";
    private static final String LINK = "intraNodeBytesPerSecond";
    private static final String SCALE_OUT = "scaleOutBytesPerSecond";

    private CalibrationJson() {}

    static void putDevice(DeviceSpec device, Map<String, Object> json) {
        Map<String, Object> peaks = new LinkedHashMap<>();
        new TreeMap<>(device.densePeakFlops()).forEach((format, peak) -> peaks.put(format.id(), peak));
        Map<String, Object> rates = new LinkedHashMap<>();
        rates.put("peakFlops", peaks);
        rates.put(BANDWIDTH, device.memoryBytesPerSecond());
        device.intraNodeBytesPerSecond().ifPresent(v -> rates.put(LINK, v));
        device.scaleOutBytesPerSecond().ifPresent(v -> rates.put(SCALE_OUT, v));
        json.put("device", device.id());
        json.put("rates", rates);
    }

    static DeviceSpec device(JsonValue json, DeviceCatalog devices) {
        JsonValue id = json.at("device");
        DeviceSpec device;
        try {
            device = devices.find(id.text());
        } catch (IllegalArgumentException e) {
            throw id.wrong(e);
        }
        JsonValue rates = json.at("rates").only("peakFlops", BANDWIDTH, LINK, SCALE_OUT);
        JsonValue peaks = rates.at("peakFlops");
        for (String format : peaks.names()) {
            same(peaks.at(format), device.peakFlops(precision(peaks.at(format), format)), device);
        }
        same(rates.at(BANDWIDTH), OptionalDouble.of(device.memoryBytesPerSecond()), device);
        rates.maybe(LINK).ifPresent(v -> same(v, device.intraNodeBytesPerSecond(), device));
        rates.maybe(SCALE_OUT).ifPresent(v -> same(v, device.scaleOutBytesPerSecond(), device));
        return device;
    }

    private static void same(JsonValue rate, OptionalDouble known, DeviceSpec device) {
        if (known.isEmpty() || known.getAsDouble() != rate.positive()) {
            throw rate.wrong(
                    "is not the rate of device '" + device.id() + "' in the catalog ("
                            + (known.isEmpty() ? "none" : Double.toString(known.getAsDouble())) + ")",
                    "The terms are shares of it: use the catalog they were fitted with, or calibrate again.");
        }
    }

    static void putSource(Confidence confidence, double spread, Attribution attribution, Map<String, Object> json) {
        json.put("confidence", confidence.name().toLowerCase(Locale.ROOT));
        json.put("relativeSpread", spread);
        json.put("source", attribution.source());
        json.put("date", attribution.date().toString());
    }

    static Attribution attribution(JsonValue json) {
        String source = json.at("source").text();
        JsonValue date = json.at("date");
        try {
            return new Attribution(source, LocalDate.parse(date.text()));
        } catch (DateTimeException e) {
            throw date.wrong("is not a date", "Write it as \"2026-01-31\".");
        }
    }

    static Confidence confidence(JsonValue json) {
        return constant(json.at("confidence"), Confidence.values());
    }

    static Precision precision(JsonValue json) {
        return precision(json, json.text());
    }

    static Precision precision(JsonValue json, String id) {
        try {
            return Precision.of(id, "a calibration");
        } catch (IllegalArgumentException e) {
            throw json.wrong(e);
        }
    }

    static double spread(JsonValue json) {
        return atMost(json.at("relativeSpread"), 0, MOST_SPREAD);
    }

    /** {@return a number between bounds} */
    static double atMost(JsonValue json, double low, double high) {
        double value = json.number();
        if (!(value >= low && value <= high)) {
            throw json.wrong("is out of bounds", "Give one in [" + low + ", " + high + "].");
        }
        return value;
    }

    static <E extends Enum<E>> E constant(JsonValue json, E[] constants) {
        for (E c : constants) {
            if (c.name().toLowerCase(Locale.ROOT).equals(json.text())) return c;
        }
        throw json.wrong(
                "is unknown", "Use one of " + List.of(constants).toString().toLowerCase(Locale.ROOT) + ".");
    }

    static List<Double> numbers(JsonValue json) {
        List<Double> numbers = new ArrayList<>();
        for (JsonValue item : json.items()) numbers.add(atMost(item, -MOST, MOST));
        return numbers;
    }

    static List<List<Double>> rows(JsonValue json) {
        List<List<Double>> rows = new ArrayList<>();
        for (JsonValue item : json.items()) rows.add(numbers(item));
        return rows;
    }

    static List<Double> boxed(double[] values) {
        return java.util.Arrays.stream(values).boxed().toList();
    }
}
