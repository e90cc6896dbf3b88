package io.agentopt.runtime.device;

import io.agentopt.mlir.ffi.UserCache;
import io.agentopt.mlir.gpu.GpuApi;
import io.agentopt.mlir.gpu.GpuDevice;
import io.agentopt.mlir.gpu.GpuProperties;
import io.agentopt.runtime.device.fact.KeptAnswers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What a driver said, so that it need not be started (some 200 ms) to say it again. It counts for the same cards, split in the same
 * way, the same version of the driver, and the same variables that choose and order its devices.
 */
final class DriverCache {
    private static final List<String> CHOOSING =
            List.of("CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER", "NVIDIA_VISIBLE_DEVICES");

    private static final String COUNT = "devices", NAME = "name", MEMORY = "memoryBytes", ARCHITECTURE = "architecture";
    private static final String BUS = "pciBusId", PROCESSORS = "processors", CLOCK = "clockHertz";
    private static final String MEMORY_CLOCK = "memoryClockHertz", MEMORY_BUS = "memoryBusBits";

    private final KeptAnswers kept;

    DriverCache(Path folder) {
        this.kept = new KeptAnswers(folder);
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
        return kept.read(key).flatMap(answer -> devices(answer, api));
    }

    void write(String key, List<GpuDevice> devices) {
        Map<String, String> answer = new HashMap<>();
        answer.put(COUNT, Integer.toString(devices.size()));
        for (GpuDevice d : devices) {
            String of = d.number() + ".";
            GpuProperties p = d.properties();
            answer.put(of + NAME, d.name());
            answer.put(of + MEMORY, Long.toString(d.memoryBytes()));
            answer.put(of + ARCHITECTURE, d.architecture());
            answer.put(of + BUS, p.pciBusId());
            p.processors().ifPresent(v -> answer.put(of + PROCESSORS, Integer.toString(v)));
            p.clockHertz().ifPresent(v -> answer.put(of + CLOCK, Double.toString(v)));
            p.memoryClockHertz().ifPresent(v -> answer.put(of + MEMORY_CLOCK, Double.toString(v)));
            p.memoryBusBits().ifPresent(v -> answer.put(of + MEMORY_BUS, Integer.toString(v)));
        }
        kept.write(key, answer);
    }

    /** {@return devices as they were kept; empty where an entry is damaged} */
    private static Optional<List<GpuDevice>> devices(Map<String, String> answer, GpuApi api) {
        List<GpuDevice> devices = new ArrayList<>();
        int count = count(answer, COUNT).orElse(0);
        for (int i = 0; i < count; i++) {
            String of = i + ".";
            String name = answer.get(of + NAME),
                    architecture = answer.get(of + ARCHITECTURE),
                    bus = answer.get(of + BUS);
            Optional<Double> memory = KeptAnswers.positive(answer, of + MEMORY);
            if (name == null || architecture == null || bus == null || memory.isEmpty()) return Optional.empty();
            devices.add(new GpuDevice(
                    api,
                    i,
                    name,
                    memory.get().longValue(),
                    architecture,
                    new GpuProperties(
                            bus,
                            count(answer, of + PROCESSORS),
                            rate(answer, of + CLOCK),
                            rate(answer, of + MEMORY_CLOCK),
                            count(answer, of + MEMORY_BUS))));
        }
        return devices.isEmpty() ? Optional.empty() : Optional.of(List.copyOf(devices));
    }

    private static OptionalInt count(Map<String, String> answer, String name) {
        return KeptAnswers.positive(answer, name)
                .filter(v -> v <= Integer.MAX_VALUE)
                .map(v -> OptionalInt.of(v.intValue()))
                .orElse(OptionalInt.empty());
    }

    private static OptionalDouble rate(Map<String, String> answer, String name) {
        return KeptAnswers.positive(answer, name).map(OptionalDouble::of).orElse(OptionalDouble.empty());
    }
}
