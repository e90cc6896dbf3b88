package io.agentopt.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.OptionalInt;

/** Where a value stands in its file. A tree of JSON values does not know, so the file is read once more when somebody asks. */
final class JsonLines {
    private static final JsonFactory FACTORY = new JsonFactory();

    private JsonLines() {}

    /**
     * {@return the line that a value begins on, from 1; empty where it is not there}
     *
     * @param path as of {@link JsonValue}: {@code $.devices[2].id}
     */
    static OptionalInt line(byte[] json, String path) {
        try (JsonParser parser = FACTORY.createParser(json)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.FIELD_NAME || token.isStructEnd()) continue;
                JsonStreamContext at = parser.getParsingContext();
                if (path(token.isStructStart() ? at.getParent() : at).equals(path))
                    return OptionalInt.of(parser.currentTokenLocation().getLineNr());
            }
        } catch (IOException e) {
            return OptionalInt.empty(); // it was valid before; the complaint about the value matters more
        }
        return OptionalInt.empty();
    }

    private static String path(JsonStreamContext context) {
        if (context.inRoot()) return "$";
        String parent = path(context.getParent());
        return context.inArray()
                ? parent + "[" + context.getCurrentIndex() + "]"
                : parent + "." + context.getCurrentName();
    }
}
