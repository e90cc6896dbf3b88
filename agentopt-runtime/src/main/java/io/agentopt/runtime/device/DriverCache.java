package io.agentopt.runtime.device;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentopt.mlir.ffi.UserCache;
import io.agentopt.mlir.gpu.GpuApi;
import io.agentopt.mlir.gpu.GpuDevice;
import io.agentopt.mlir.gpu.GpuProperties;
import io.agentopt.runtime.device.fact.KeptJson;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What a driver said, so that it need not be started (some 200 ms) to say it again. It counts for the same cards, split in the same
 * way, the same version of the driver, and the same variables that choose and order its devices.
 */
final class DriverCache {
    private static final List<String> CHOOSING = List.of("CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER", "NVIDIA_VISIBLE_DEVICES");

    private final KeptJson kept;

    DriverCache(Path folder) {
        this.kept = new KeptJson(folder);
    }

    DriverCache() {
        this(UserCache.folder().resolve("drivers"));
    }

    /** {@return what an answer counts for} */
    static String key(GpuFamily family, String cards) {
        List<String> parts = new ArrayList<>(List.of("driver 1", family.driverLibrary(), cards));
        for (String variable : CHOOSING) parts.add(variable + "=" + System.getenv(variable));
        return String.join("\n", parts);
    }

    Optional<List<GpuDevice>> read(String key, GpuApi api) {
        return kept.read(key).flatMap(answer -> devices(answer.path("devices"), api));
    }

    void write(String key, List<GpuDevice> devices) {
        ObjectNode answer = KeptJson.answer();
        ArrayNode all = answer.putArray("devices");
        for (GpuDevice d : devices) {
            GpuProperties p = d.properties();
            ObjectNode one = all.addObject()
                    .put("number", d.number())
                    .put("name", d.name())
                    .put("memoryBytes", d.memoryBytes())
                    .put("architecture", d.architecture())
                    .put("pciBusId", p.pciBusId());
            p.processors().ifPresent(v -> one.put("processors", v));
            p.clockHertz().ifPresent(v -> one.put("clockHertz", v));
            p.memoryClockHertz().ifPresent(v -> one.put("memoryClockHertz", v));
            p.memoryBusBits().ifPresent(v -> one.put("memoryBusBits", v));
        }
        kept.write(key, answer);
    }

    /** {@return devices as they were kept; empty where an entry is damaged} */
    private static Optional<List<GpuDevice>> devices(JsonNode all, GpuApi api) {
        List<GpuDevice> devices = new ArrayList<>();
        for (JsonNode d : all) {
            boolean whole = d.path("number").asInt(-1) == devices.size()
                    && d.path("name").isTextual()
                    && d.path("memoryBytes").asLong() > 0
                    && d.path("architecture").isTextual()
                    && d.path("pciBusId").isTextual();
            if (!whole) return Optional.empty();
            devices.add(new GpuDevice(
                    api,
                    d.path("number").asInt(),
                    d.path("name").asText(),
                    d.path("memoryBytes").asLong(),
                    d.path("architecture").asText(),
                    new GpuProperties(
                            d.path("pciBusId").asText(),
                            count(d.path("processors")),
                            rate(d.path("clockHertz")),
                            rate(d.path("memoryClockHertz")),
                            count(d.path("memoryBusBits")))));
        }
        return devices.isEmpty() ? Optional.empty() : Optional.of(List.copyOf(devices));
    }

    private static OptionalInt count(JsonNode value) {
        return value.asInt() > 0 ? OptionalInt.of(value.asInt()) : OptionalInt.empty();
    }

    private static OptionalDouble rate(JsonNode value) {
        double found = value.asDouble();
        return found > 0 && Double.isFinite(found) ? OptionalDouble.of(found) : OptionalDouble.empty();
    }
}
