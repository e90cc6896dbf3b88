package io.agentopt.runtime.device;

import io.agentopt.mlir.ffi.UserCache;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.backend.ort.OrtException;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.device.fact.CpuFacts;
import io.agentopt.runtime.device.fact.CpuFiles;
import io.agentopt.runtime.device.fact.KeptAnswers;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The CPU: cores, instruction sets, memory, and whether ONNX Runtime computes on it. */
final class CpuProbe {
    private static final String VERSION = "onnxruntime";
    private static final double GIGA = 1e9;

    private CpuProbe() {}

    static DetectedDevice probe() {
        return probe(CpuFiles.read(), new KeptAnswers(UserCache.folder().resolve("cpu")));
    }

    /** That ONNX Runtime computed is kept for this processor and that library, so that it need not be loaded to say so again. */
    static DetectedDevice probe(CpuFacts cpu, KeptAnswers kept) {
        Map<String, String> details = details(cpu);
        Optional<String> key = OrtEnvironment.identity().map(ort -> "computes 1\n" + cpu.identity() + "\n" + ort);
        Optional<String> known = key.flatMap(kept::read).map(a -> a.get(VERSION));
        Rung rung;
        String reason;
        try {
            String version =
                    known.isPresent() ? known.get() : OrtEnvironment.get().version();
            details.put(VERSION, version);
            Optional<String> failure = known.isPresent() ? Optional.empty() : SmokeTest.failure(SessionSettings.cpu(1));
            rung = failure.isPresent() ? Rung.SMOKE_FAILED : Rung.READY;
            reason = failure.orElse("ONNX Runtime " + version + " ran a model and the numbers were right.");
            if (rung == Rung.READY && known.isEmpty()) key.ifPresent(k -> kept.write(k, Map.of(VERSION, version)));
        } catch (OrtException e) {
            rung = Rung.LIBRARY_MISSING;
            reason = e.getMessage();
        }
        return new DetectedDevice(
                "cpu",
                cpu.vendor(),
                DetectedDevice.Kind.CPU,
                cpu.model(),
                rung,
                reason,
                HostMemory.bytes(),
                details,
                Optional.empty(),
                Optional.of(cpu));
    }

    private static Map<String, String> details(CpuFacts cpu) {
        Map<String, String> details = new TreeMap<>();
        details.put("cores", Integer.toString(cpu.usable()));
        details.put("cores.physical", Integer.toString(cpu.physical()));
        details.put("cores.logical", Integer.toString(cpu.logical()));
        details.put("arch", System.getProperty("os.arch"));
        details.put("isa", String.join(" ", cpu.isa()));
        cpu.nominalHertz().ifPresent(c -> details.put("clock", gigahertz(c)));
        cpu.maxHertz().ifPresent(c -> details.put("clock.max", gigahertz(c)));
        if (!cpu.caches().isEmpty()) {
            details.put(
                    "caches",
                    cpu.caches().stream()
                            .map(c -> "L" + c.level() + " " + (c.bytes() >> 10) + " KiB")
                            .collect(Collectors.joining(", ")));
        }
        return details;
    }

    private static String gigahertz(double hertz) {
        long hundredths = Math.round(hertz / GIGA * 100); // a formatter would cost a fresh process 20 ms
        return hundredths / 100 + "." + hundredths / 10 % 10 + hundredths % 10 + " GHz";
    }
}
