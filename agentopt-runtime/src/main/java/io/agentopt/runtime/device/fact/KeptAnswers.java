package io.agentopt.runtime.device.fact;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;

/**
 * What was found out once, one file each in a folder, as lines of {@code name=value} (reading JSON would cost a fresh process more than
 * the rest of detection). A file says in {@code key} what it counts for and ends with {@code end=}; one that is damaged, cut off, or of
 * another key counts for nothing and is written again.
 */
public final class KeptAnswers {
    private static final String KEY = "key", END = "end";
    private static final long OFFSET = 0xcbf29ce484222325L, PRIME = 0x100000001b3L, BYTE = 0xff;

    private final Path folder;

    public KeptAnswers(Path folder) {
        this.folder = folder;
    }

    /** {@return where the answer for a key is kept} */
    public Path file(String key) {
        long hash =
                OFFSET; // FNV-1a of 64 bits: two keys of one name only push each other out, and SHA-256 would load its
        // providers
        for (byte b : key.getBytes(StandardCharsets.UTF_8)) hash = (hash ^ (b & BYTE)) * PRIME;
        return folder.resolve(Long.toHexString(hash) + ".properties");
    }

    /** {@return the answer kept for a key, by names; empty if there is none that can be read} */
    public Optional<Map<String, String>> read(String key) {
        Properties kept = new Properties();
        try (Reader in = Files.newBufferedReader(file(key), StandardCharsets.UTF_8)) {
            kept.load(in);
        } catch (IOException | IllegalArgumentException unreadable) {
            return Optional.empty();
        }
        if (!key.equals(kept.getProperty(KEY)) || kept.getProperty(END) == null) return Optional.empty();
        Map<String, String> answer = new TreeMap<>();
        for (String name : kept.stringPropertyNames()) answer.put(name, kept.getProperty(name));
        return Optional.of(answer);
    }

    /**
     * Keeps an answer. Where that cannot be written, it is found out again.
     *
     * @param answer values by names of letters, digits and dots
     */
    public void write(String key, Map<String, String> answer) {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(answer).forEach((name, value) -> line(text, name, value));
        line(text, KEY, key);
        line(text, END, "");
        try {
            Files.createDirectories(folder);
            Path part = Files.createTempFile(folder, "part", ".tmp");
            try {
                Files.writeString(part, text);
                Files.move(part, file(key), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException unwritable) {
            // only costs time
        }
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(name).append('=');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\f' -> text.append("\\f");
                case '\t' -> text.append("\\t");
                case '\\' -> text.append("\\\\");
                case ' ' -> text.append(i == 0 ? "\\ " : " ");
                default -> text.append(c);
            }
        }
        text.append('\n');
    }

    /** {@return a number above zero that an answer has under a name; empty if it has none} */
    public static Optional<Double> positive(Map<String, String> answer, String name) {
        try {
            double value = Double.parseDouble(answer.getOrDefault(name, ""));
            return value > 0 && Double.isFinite(value) ? Optional.of(value) : Optional.empty();
        } catch (NumberFormatException none) {
            return Optional.empty();
        }
    }
}
