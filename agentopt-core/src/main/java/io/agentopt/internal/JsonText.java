package io.agentopt.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.UUID;

/** Writes maps, lists, texts, numbers and flags as JSON. */
public final class JsonText {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private static final DefaultPrettyPrinter LINES = new DefaultPrettyPrinter()
            .withObjectIndenter(new DefaultIndenter("  ", "\n")); // the same on every platform

    private JsonText() {}

    /** {@return the text of an object whose values are maps, lists, texts, numbers and flags} */
    public static String of(Map<String, Object> object) {
        try {
            return MAPPER.writer(LINES).writeValueAsString(object) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(
                    "The object " + object.keySet() + " cannot be written as JSON: " + e.getOriginalMessage(), e);
        }
    }

    /** Replaces a file as a whole: a reader sees the old text or the new one, never half of it. */
    public static void write(Path file, Map<String, Object> object) {
        try {
            Path whole = file.toAbsolutePath();
            // Not createTempFile: its files are their owner's alone, and the move would keep it so.
            Path half = whole.resolveSibling(whole.getFileName() + "." + UUID.randomUUID() + ".tmp");
            try {
                Files.writeString(half, of(object), StandardOpenOption.CREATE_NEW);
                Files.move(half, file, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(half);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "The file " + file + " cannot be written (" + e + "). Check the folder and its permissions.", e);
        }
    }
}
