package io.agentopt.runtime.device.fact;

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
 * What was found out once, one file each in a folder. A file says in {@code key} what it counts for; one that is damaged, or of
 * another key, counts for nothing and is written again.
 */
public final class KeptJson {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String KEY = "key";

    private final Path folder;

    public KeptJson(Path folder) {
        this.folder = folder;
    }

    /** {@return where the answer for a key is kept} */
    public Path file(String key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
            return folder.resolve(HexFormat.of().formatHex(hash, 0, 12) + ".json");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }

    /** {@return the answer kept for a key; empty if there is none that can be read} */
    public Optional<JsonNode> read(String key) {
        Path file = file(key);
        try {
            if (!Files.isRegularFile(file)) return Optional.empty();
            JsonNode kept = JSON.readTree(file.toFile());
            return kept != null && kept.path(KEY).asText().equals(key) ? Optional.of(kept) : Optional.empty();
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    /** {@return an answer to be filled in} */
    public static ObjectNode answer() {
        return JSON.createObjectNode();
    }

    /** Keeps an answer. Where that cannot be written, it is found out again. */
    public void write(String key, ObjectNode answer) {
        try {
            Files.createDirectories(folder);
            Path part = Files.createTempFile(folder, "part", ".tmp");
            try {
                Files.writeString(part, answer.put(KEY, key).toPrettyString());
                Files.move(part, file(key), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException unwritable) {
            // only costs time
        }
    }
}
