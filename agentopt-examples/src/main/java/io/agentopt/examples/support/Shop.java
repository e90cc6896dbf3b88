package io.agentopt.examples.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import io.agentopt.message.ToolCall;
import io.agentopt.operator.Tool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The shop behind the tools: orders and parcels by id, read from a {@code shop.json}. Tools answer with one JSON object whose keys
 * have a fixed order, as the model saw them in training; models/support-1/README.md says which.
 */
public final class Shop {
    /** Keys of each tool's result, in order; each is an argument of the call or a field of the order or parcel. */
    private static final Map<String, List<String>> RESULTS = Map.of(
            "order_status", List.of("order", "status", "carrier", "date"),
            "track_parcel", List.of("parcel", "location", "carrier", "date"),
            "refund_quote", List.of("order", "amount", "fee", "refund_date"),
            "change_address", List.of("order", "city", "date"),
            "return_label", List.of("order", "label", "label_date"),
            "send_invoice", List.of("order", "invoice", "total"),
            "cancel_order", List.of());

    private final Map<String, Map<String, String>> orders;
    private final Map<String, Map<String, String>> parcels;

    private Shop(Map<String, Map<String, String>> orders, Map<String, Map<String, String>> parcels) {
        this.orders = orders;
        this.parcels = parcels;
    }

    /** {@return the shop of a file} */
    public static Shop read(Path file) {
        try {
            JsonNode tree = new ObjectMapper().readTree(file.toFile());
            return new Shop(table(tree.path("orders")), table(tree.path("parcels")));
        } catch (IOException e) {
            throw new UncheckedIOException("The shop file '" + file + "' cannot be read: " + e.getMessage(), e);
        }
    }

    private static Map<String, Map<String, String>> table(JsonNode tree) {
        Map<String, Map<String, String>> rows = new TreeMap<>();
        tree.properties().forEach(row -> {
            Map<String, String> fields = new TreeMap<>();
            row.getValue()
                    .properties()
                    .forEach(f -> fields.put(f.getKey(), f.getValue().asText()));
            rows.put(row.getKey(), fields);
        });
        return rows;
    }

    /** {@return the tools that a model may call, free and idempotent: this shop only looks things up} */
    public List<Tool<ToolCall, String>> tools() {
        List<Tool<ToolCall, String>> tools = new ArrayList<>();
        RESULTS.keySet().stream()
                .sorted()
                .forEach(name -> tools.add(new Tool<ToolCall, String>(name, this::answer).asIdempotent()));
        return tools;
    }

    private String answer(ToolCall call) {
        String noun = call.name().equals("track_parcel") ? "parcel" : "order";
        String id = call.arguments().getOrDefault(noun, "");
        Map<String, String> entry = (noun.equals("parcel") ? parcels : orders).get(id);
        Map<String, String> result = new LinkedHashMap<>();
        if (entry == null) {
            result.put("error", "not found");
            result.put(noun, id);
        } else if (call.name().equals("cancel_order")) {
            boolean possible = entry.getOrDefault("cancellable", "no").equals("yes");
            result.put("order", id);
            result.put("cancelled", possible ? "yes" : "no");
            result.put(possible ? "refund" : "status", entry.getOrDefault(possible ? "total" : "status", ""));
        } else {
            for (String key : RESULTS.getOrDefault(call.name(), List.of())) {
                result.put(key, call.arguments().getOrDefault(key, entry.getOrDefault(key, "")));
            }
        }
        return json(result);
    }

    /** {@return an object with a space after each colon and comma} */
    private static String json(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(f -> TextNode.valueOf(f.getKey()) + ": " + TextNode.valueOf(f.getValue()))
                .collect(Collectors.joining(", ", "{", "}"));
    }
}
