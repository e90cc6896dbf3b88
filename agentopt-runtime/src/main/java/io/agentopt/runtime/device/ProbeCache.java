package io.agentopt.runtime.device;

import io.agentopt.runtime.device.fact.KeptAnswers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Verdicts on provider libraries, one file each. A verdict counts for the same file (path, size, time of change), driver, search
 * path of libraries and version of ONNX Runtime.
 */
final class ProbeCache {
    private final KeptAnswers kept;

    ProbeCache(Path folder) {
        this.kept = new KeptAnswers(folder);
    }

    /** {@return what a verdict counts for} */
    static String key(Path library, String surroundings, String runtime) throws IOException {
        return String.join(
                "\n",
                library.toString(),
                Long.toString(Files.size(library)),
                Files.getLastModifiedTime(library).toString(),
                surroundings,
                String.valueOf(System.getenv("LD_LIBRARY_PATH")),
                runtime);
    }

    /** {@return where the verdict is kept} */
    Path file(String key) {
        return kept.file(key);
    }

    /** {@return a kept verdict; empty if there is none that can be read} */
    Optional<ProbeVerdict> read(String key) {
        return kept.read(key)
                .filter(a -> a.getOrDefault("cameBack", "").matches("true|false"))
                .map(a -> new ProbeVerdict(
                        a.getOrDefault("cameBack", "").equals("true"),
                        a.getOrDefault("ready", "").equals("true"),
                        a.getOrDefault("reason", ""),
                        true));
    }

    /** Keeps a verdict; where that cannot be written, the next start probes again. */
    void write(String key, ProbeVerdict verdict) {
        kept.write(
                key,
                Map.of(
                        "cameBack", Boolean.toString(verdict.cameBack()),
                        "ready", Boolean.toString(verdict.ready()),
                        "reason", verdict.reason()));
    }
}
