package io.agentopt.operator;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;

/** Reads the one-line form of a {@link Sampling}. */
final class SamplingReader {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String STOP = ",stop=", FORMAT = ",format=";

    private final ArrayDeque<String> fields;

    private SamplingReader(String numbers) {
        fields = new ArrayDeque<>(List.of(numbers.split(",", -1)));
    }

    static Sampling read(String text) {
        try {
            int stop = text.indexOf(STOP), format = text.indexOf(FORMAT);
            if (format < stop && format >= 0) stop = -1; // it belongs to the format
            int end = stop >= 0 ? stop : format >= 0 ? format : text.length();
            List<String> stops = List.of();
            String rest = text.substring(end);
            if (stop >= 0) {
                String from = rest.substring(STOP.length());
                try (JsonParser parser = JSON.createParser(from)) {
                    stops = JSON.readValue(parser, new TypeReference<List<String>>() {});
                    rest = from.substring((int) parser.currentLocation().getCharOffset());
                }
            }
            if (!rest.isEmpty() && !rest.startsWith(FORMAT)) throw new NumberFormatException(rest);
            OutputFormat output =
                    rest.isEmpty() ? OutputFormat.free() : OutputFormat.parse(rest.substring(FORMAT.length()));
            return new SamplingReader(text.substring(0, end)).numbers(stops, output);
        } catch (IOException | NumberFormatException e) {
            throw new IllegalArgumentException(
                    "The sampling \"" + text
                            + "\" is neither \"greedy\" nor \"temperature=..,top_k=..,top_p=..,seed=..\".",
                    e);
        }
    }

    private Sampling numbers(List<String> stops, OutputFormat output) {
        double temperature = Double.parseDouble(needed("temperature"));
        int topK = Integer.parseInt(needed("top_k"));
        double topP = Double.parseDouble(needed("top_p"));
        long seed = Long.parseLong(needed("seed"));
        double minP = number("min_p", 0);
        Penalties penalties = new Penalties(
                number("repetition_penalty", 1), number("frequency_penalty", 0), number("presence_penalty", 0));
        if (!fields.isEmpty()) throw new NumberFormatException(fields.getFirst());
        return new Sampling(temperature, topK, topP, minP, penalties, seed, stops, output);
    }

    private double number(String name, double otherwise) {
        return field(name).map(Double::parseDouble).orElse(otherwise);
    }

    private String needed(String name) {
        return field(name).orElseThrow(() -> new NumberFormatException("no " + name));
    }

    private Optional<String> field(String name) {
        if (fields.isEmpty() || !fields.getFirst().startsWith(name + "=")) return Optional.empty();
        return Optional.of(fields.removeFirst().substring(name.length() + 1));
    }

    static String json(List<String> texts) {
        ArrayNode array = JSON.createArrayNode();
        texts.forEach(array::add);
        return array.toString();
    }
}
