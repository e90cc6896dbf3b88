package io.agentopt.examples;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agentopt.hardware.DeviceJson;
import io.agentopt.runtime.device.DetectedDevice;
import io.agentopt.runtime.device.fact.CpuFacts;
import io.agentopt.runtime.device.fact.DeviceFacts;
import io.agentopt.runtime.device.fact.GpuFacts;
import io.agentopt.runtime.device.spec.Description;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;

/** The doctor's report for programs: what nobody tells is left out, {@code spec} is as device files have it. */
final class DoctorJson {
    private DoctorJson() {}

    static String of(String compiler, String kernels, Detection detection) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("java", Runtime.version().toString());
        json.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        json.put("compiler", compiler);
        json.put("kernels", kernels);
        json.put("detectionProcessorSeconds", detection.processorSeconds());
        json.put("detectionSeconds", detection.seconds());
        json.put("devices", detection.devices().stream().map(DoctorJson::device).toList());
        try {
            return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The report cannot be written as JSON: " + e.getMessage(), e);
        }
    }

    private static Map<String, Object> device(Description description) {
        DetectedDevice d = description.device();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", d.id());
        json.put("vendor", d.vendor());
        json.put("kind", d.kind().name().toLowerCase(Locale.ROOT));
        json.put("name", d.name());
        json.put("rung", d.rung().name());
        json.put("reason", d.reason());
        if (d.memoryBytes() > 0) json.put("memoryBytes", d.memoryBytes());
        json.put("details", d.details());
        d.facts().ifPresent(f -> json.put("facts", facts(f)));
        switch (description) {
            case Description.Described k -> {
                json.put("spec", DeviceJson.write(k.spec()));
                Map<String, String> origins = new TreeMap<>();
                k.origins().forEach((field, origin) -> origins.put(field, origin.name()));
                json.put("origins", origins);
                if (!k.remark().isEmpty()) json.put("remark", k.remark().replaceFirst("^; ", ""));
            }
            case Description.Undescribed u -> json.put("undescribed", u.reason());
        }
        return json;
    }

    private static Map<String, Object> facts(DeviceFacts facts) {
        Map<String, Object> json = new LinkedHashMap<>();
        switch (facts) {
            case CpuFacts c -> {
                json.put("usable", c.usable());
                json.put("physical", c.physical());
                json.put("logical", c.logical());
                json.put("isa", c.isa());
                put(json, "nominalHertz", c.nominalHertz());
                put(json, "maxHertz", c.maxHertz());
                json.put("largestCacheBytes", c.largestCacheBytes());
                json.put("build", c.build());
            }
            case GpuFacts g -> gpu(json, g);
        }
        return json;
    }

    private static void gpu(Map<String, Object> json, GpuFacts g) {
        json.put("source", g.source());
        json.put("uuid", g.uuid());
        json.put("busId", g.busId());
        json.put("driver", g.driver());
        json.put("architecture", g.architecture());
        put(json, "memoryBytes", g.memoryBytes());
        put(json, "freeBytes", g.freeBytes());
        put(json, "processors", g.processors());
        put(json, "clockHertz", g.clockHertz());
        put(json, "memoryClockHertz", g.memoryClockHertz());
        put(json, "memoryBusBits", g.memoryBusBits());
        put(json, "powerWatts", g.powerWatts());
        put(json, "pcieGeneration", g.pcieGeneration());
        put(json, "pcieLanes", g.pcieLanes());
        put(json, "hostBytesPerSecond", g.hostBytesPerSecond());
        put(json, "linkBytesPerSecond", g.linkBytesPerSecond());
        json.put("links", g.links().size());
        put(json, "ecc", g.ecc());
        put(json, "partitioned", g.partitioned());
        json.put("missing", List.copyOf(g.missing()));
    }

    private static void put(Map<String, Object> json, String name, OptionalDouble value) {
        if (value.isPresent()) json.put(name, value.getAsDouble());
    }

    private static void put(Map<String, Object> json, String name, OptionalLong value) {
        if (value.isPresent()) json.put(name, value.getAsLong());
    }

    private static void put(Map<String, Object> json, String name, OptionalInt value) {
        if (value.isPresent()) json.put(name, value.getAsInt());
    }

    private static void put(Map<String, Object> json, String name, Optional<Boolean> value) {
        value.ifPresent(v -> json.put(name, v));
    }
}
