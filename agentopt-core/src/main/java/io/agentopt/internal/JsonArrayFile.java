package io.agentopt.internal;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Reads a file that is one JSON array, of any size, element by element. */
public final class JsonArrayFile {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private JsonArrayFile() {}

    /**
     * Hands each element to a reader.
     *
     * @throws UncheckedIOException if the file cannot be read
     * @throws IllegalArgumentException if it is not one JSON array
     */
    public static void read(Path file, Consumer<JsonValue> reader) {
        try (JsonParser json = MAPPER.createParser(file.toFile())) {
            if (json.nextToken() != JsonToken.START_ARRAY) {
                throw new IllegalArgumentException(
                        "The file " + file + " does not hold a JSON list. Is it the file you meant?");
            }
            for (int i = 0; json.nextToken() != JsonToken.END_ARRAY; i++) {
                JsonNode element = MAPPER.readTree(json);
                if (element == null) throw cut(file);
                reader.accept(new JsonValue(file.toString(), "$[" + i + "]", element));
            }
            if (json.nextToken() != null) {
                throw new IllegalArgumentException(
                        "The file " + file + " goes on after its list. Remove what follows.");
            }
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "The file " + file + " is not valid JSON: " + e.getOriginalMessage() + " at line "
                            + (e.getLocation() == null ? "?" : e.getLocation().getLineNr())
                            + ". Was it written to its end?",
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException("The file " + file + " cannot be read: " + e, e);
        }
    }

    private static IllegalArgumentException cut(Path file) {
        return new IllegalArgumentException("The file " + file + " ends within its list. Was it written to its end?");
    }
}
