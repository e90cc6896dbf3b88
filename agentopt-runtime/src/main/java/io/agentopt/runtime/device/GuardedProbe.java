package io.agentopt.runtime.device;

import io.agentopt.mlir.ffi.UserCache;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Loads a provider's library into this process only after another process came back from doing the same. The verdict is kept, so
 * that this costs a process once for each library and driver; one that came back without a ready device is not kept, since what
 * it lacked may come. The property {@value #PROPERTY} with the value {@value #IN_PROCESS} turns the precaution off, and
 * {@value #SECONDS} says how long a stage may take.
 */
final class GuardedProbe {
    static final String PROPERTY = "agentopt.probe", IN_PROCESS = "inprocess", SECONDS = "agentopt.probe.seconds";

    private static final int DEFAULT_SECONDS = 60;

    private final ProbeCache cache;

    GuardedProbe(ProbeCache cache) {
        this.cache = cache;
    }

    GuardedProbe() {
        this(new ProbeCache(UserCache.folder().resolve("probes")));
    }

    /** {@return the devices of a probe, or the place of one that was not safe to reach} */
    List<DetectedDevice> devices(Probe probe) {
        Optional<ProviderConfig> config = probe.config();
        if (config.isEmpty()
                || System.getProperty(PROPERTY, "").equals(IN_PROCESS)
                || (config.get().isLibrary()
                        && !Files.isRegularFile(config.get().library()))) {
            return climb(probe);
        }
        ProviderConfig c = config.get();
        if (!c.isLibrary()) return climb(probe); // inside ONNX Runtime, which is loaded already
        String key;
        try {
            key = ProbeCache.key(
                    c.library(), probe.surroundings(), OrtEnvironment.get().version());
        } catch (IOException e) {
            return List.of(probe.stopped(
                    Rung.LIBRARY_MISSING,
                    "The provider library '" + c.value() + "' cannot be read: " + e.getMessage()));
        }
        Optional<ProbeVerdict> known = cache.read(key);
        ProbeVerdict verdict = known.orElseGet(() -> new ProbeProcess(perStage()).run(probe.id()));
        boolean kept = known.isPresent();
        if (!kept && verdict.lasting() && (verdict.ready() || !verdict.cameBack())) {
            cache.write(key, verdict);
            kept = true;
        }
        if (verdict.cameBack()) return climb(probe);
        return List.of(probe.stopped(
                Rung.INIT_FAILED,
                "The provider library '" + c.library() + "' (property " + c.property()
                        + ") was probed in another process: " + verdict.reason() + ". So it is not loaded here. "
                        + (kept ? "To try again delete " + cache.file(key) + "; to" : "To")
                        + " load it without this precaution set " + PROPERTY + "=" + IN_PROCESS + "."));
    }

    private static List<DetectedDevice> climb(Probe probe) {
        return probe.climb(stage -> {});
    }

    private static Duration perStage() {
        return Duration.ofSeconds(Math.max(1, Integer.getInteger(SECONDS, DEFAULT_SECONDS)));
    }
}
