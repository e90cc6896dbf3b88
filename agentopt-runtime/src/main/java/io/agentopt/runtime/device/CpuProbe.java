package io.agentopt.runtime.device;

import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.backend.ort.OrtException;
import io.agentopt.runtime.backend.ort.SessionSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The CPU: cores, instruction sets, memory, and whether ONNX Runtime computes on it. */
final class CpuProbe {
    private static final List<String> ISA = List.of(
            "avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile", "amx_int8", "amx_bf16", "asimd", "sve");

    private CpuProbe() {}

    static DetectedDevice probe() {
        Map<String, String> cpuinfo = cpuinfo(Path.of("/proc/cpuinfo"));
        Map<String, String> details = new TreeMap<>();
        details.put("cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
        details.put("arch", System.getProperty("os.arch"));
        List<String> flags = List.of(cpuinfo.getOrDefault("flags", cpuinfo.getOrDefault("Features", ""))
                .split(" "));
        details.put("isa", String.join(" ", ISA.stream().filter(flags::contains).toList()));
        String vendor = cpuinfo.getOrDefault("vendor_id", "");
        String name = cpuinfo.getOrDefault("model name", System.getProperty("os.arch"));
        Rung rung;
        String reason;
        try {
            OrtEnvironment ort = OrtEnvironment.get();
            details.put("onnxruntime", ort.version());
            Optional<String> failure = SmokeTest.failure(SessionSettings.cpu(1));
            rung = failure.isPresent() ? Rung.SMOKE_FAILED : Rung.READY;
            reason = failure.orElse("ONNX Runtime " + ort.version() + " ran a model and the numbers were right.");
        } catch (OrtException e) {
            rung = Rung.LIBRARY_MISSING;
            reason = e.getMessage();
        }
        return new DetectedDevice(
                "cpu",
                vendor,
                DetectedDevice.Kind.CPU,
                name,
                rung,
                reason,
                HostMemory.bytes(),
                details,
                Optional.empty());
    }

    /** {@return the first value of each key; empty where the file is not there} */
    static Map<String, String> cpuinfo(Path file) {
        Map<String, String> values = new TreeMap<>();
        if (!Files.isReadable(file)) return values;
        try (Stream<String> lines = Files.lines(file)) {
            for (String line : new ArrayList<>(lines.limit(200).toList())) {
                int colon = line.indexOf(':');
                if (colon > 0)
                    values.putIfAbsent(
                            line.substring(0, colon).strip(),
                            line.substring(colon + 1).strip());
            }
        } catch (IOException | java.io.UncheckedIOException e) {
            return values; // what was read so far; the facts are optional
        }
        return values;
    }
}
