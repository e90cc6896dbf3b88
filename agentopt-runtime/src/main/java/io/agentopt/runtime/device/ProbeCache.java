package io.agentopt.runtime.device;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Verdicts on provider libraries, one file each. A verdict counts for the same file (path, size, time of change), driver, search
 * path of libraries and version of ONNX Runtime.
 */
final class ProbeCache {
    private final Path folder;

    ProbeCache(Path folder) {
        this.folder = folder;
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
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
            return folder.resolve(HexFormat.of().formatHex(hash, 0, 12) + ".json");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }

    /** {@return a kept verdict; empty if there is none that can be read} */
    Optional<ProbeVerdict> read(String key) {
        Path file = file(key);
        try {
            if (!Files.isRegularFile(file)) return Optional.empty();
            JsonNode n = new ObjectMapper().readTree(file.toFile());
            if (n == null
                    || !n.path("key").asText().equals(key)
                    || !n.path("cameBack").isBoolean()) {
                return Optional.empty();
            }
            return Optional.of(new ProbeVerdict(
                    n.path("cameBack").asBoolean(),
                    n.path("ready").asBoolean(),
                    n.path("reason").asText(),
                    true));
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    /** Keeps a verdict; where that cannot be written, the next start probes again. */
    void write(String key, ProbeVerdict verdict) {
        ObjectNode n = new ObjectMapper()
                .createObjectNode()
                .put("key", key)
                .put("cameBack", verdict.cameBack())
                .put("ready", verdict.ready())
                .put("reason", verdict.reason());
        try {
            Files.createDirectories(folder);
            Path part = Files.createTempFile(folder, "part", ".tmp");
            try {
                Files.writeString(part, n.toPrettyString());
                Files.move(part, file(key), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException unwritable) {
            // only costs time
        }
    }
}
