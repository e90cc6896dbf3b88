package io.agentopt.plan.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentopt.internal.JsonValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The JSON file of a {@link PlacementProblem}, version 1. Operators and classes refer to each other by name; transfer
 * tables are matrices by (class of the producer, class of the consumer), with {@code null} where there is no link.
 */
public final class PlacementProblemJson {
    private static final int VERSION = 1;
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private PlacementProblemJson() {}

    /**
     * Reads a problem.
     *
     * @param json the text of the file
     * @param owner what the text is called in messages, usually the file name
     * @throws IllegalArgumentException naming owner, path and value when anything is wrong
     */
    public static PlacementProblem read(String json, String owner) {
        JsonCursor root;
        try {
            root = new JsonCursor(MAPPER.readTree(json), owner, "");
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    owner + ": not JSON" + JsonValue.place(e) + ": " + e.getOriginalMessage() + ".", e);
        }
        root.object(Set.of(
                "version",
                "name",
                "requestsPerHour",
                "deadlineSeconds",
                "classes",
                "operators",
                "edges",
                "milestones",
                "colocated",
                "links"));
        if (root.field("version").smallWhole() != VERSION) {
            throw root.field("version")
                    .wrong("is not a version that this release reads. It reads version " + VERSION + ".");
        }
        List<DeviceClass> classes = list(root.field("classes"), PlacementProblemJson::readClass);
        Map<String, Integer> classNames =
                indices(classes.stream().map(DeviceClass::name).toList());
        List<OperatorModes> operators = list(root.field("operators"), each -> readOperator(each, classNames));
        Map<String, Integer> names =
                indices(operators.stream().map(OperatorModes::name).toList());
        List<PlacementEdge> edges = new ArrayList<>();
        for (JsonCursor each : root.optionalItems("edges")) edges.add(readEdge(each, names, classes.size()));
        List<Milestone> milestones = new ArrayList<>();
        for (JsonCursor each : root.optionalItems("milestones")) milestones.add(readMilestone(each, names));
        List<List<Integer>> colocated = new ArrayList<>();
        for (JsonCursor each : root.optionalItems("colocated")) colocated.add(operators(each, names));
        List<LinkCapacity> links = new ArrayList<>();
        for (JsonCursor each : root.optionalItems("links")) links.add(readLink(each, classNames));
        double requests = root.field("requestsPerHour").number();
        OptionalDouble deadline = root.has("deadlineSeconds")
                ? OptionalDouble.of(root.field("deadlineSeconds").number())
                : OptionalDouble.empty();
        String name = root.field("name").text();
        return located(
                root,
                () -> new PlacementProblem(
                        name, classes, operators, edges, requests, deadline, milestones, colocated, links));
    }

    /** {@return the JSON text of a problem; {@link #read} gives an equal one back} */
    public static String write(PlacementProblem problem) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("version", VERSION).put("name", problem.name()).put("requestsPerHour", problem.requestsPerHour());
        problem.deadlineSeconds().ifPresent(seconds -> root.put("deadlineSeconds", seconds));
        ArrayNode classes = root.putArray("classes");
        for (DeviceClass each : problem.classes()) {
            classes.addObject()
                    .put("name", each.name())
                    .put("dollarsPerHour", each.dollarsPerHour())
                    .put("capacityLoad", each.capacityLoad())
                    .put("memoryBytes", each.memoryBytes())
                    .put("inventory", each.inventory())
                    .put("minimumDevices", each.minimumDevices());
        }
        ArrayNode operators = root.putArray("operators");
        for (OperatorModes each : problem.operators()) {
            ArrayNode modes = operators.addObject().put("name", each.name()).putArray("modes");
            for (Mode mode : each.modes()) writeMode(modes.addObject(), mode, problem.classes());
        }
        ArrayNode edges = root.putArray("edges");
        for (PlacementEdge each : problem.edges()) writeEdge(edges.addObject(), each, problem);
        ArrayNode milestones = root.putArray("milestones");
        for (Milestone each : problem.milestones()) {
            ObjectNode node = milestones.addObject().put("name", each.name()).put("seconds", each.seconds());
            writeNames(node.putArray("operators"), each.operators(), problem);
        }
        ArrayNode colocated = root.putArray("colocated");
        for (List<Integer> group : problem.colocated()) writeNames(colocated.addArray(), group, problem);
        if (!problem.links().isEmpty()) {
            ArrayNode links = root.putArray("links");
            for (LinkCapacity each : problem.links()) {
                links.addObject()
                        .put("from", problem.classes().get(each.fromClass()).name())
                        .put("to", problem.classes().get(each.toClass()).name())
                        .put("bothWays", each.bothWays())
                        .put("bytesPerSecond", each.bytesPerSecond());
            }
        }
        return root.toPrettyString();
    }

    private static DeviceClass readClass(JsonCursor at) {
        at.object(Set.of("name", "dollarsPerHour", "capacityLoad", "memoryBytes", "inventory", "minimumDevices"));
        return located(
                at,
                () -> new DeviceClass(
                        at.field("name").text(),
                        at.field("dollarsPerHour").number(),
                        at.field("capacityLoad").number(),
                        at.field("memoryBytes").whole(),
                        at.whole("inventory", DeviceClass.AS_MANY_AS_NEEDED),
                        at.whole("minimumDevices", 0)));
    }

    private static OperatorModes readOperator(JsonCursor at, Map<String, Integer> classes) {
        at.object(Set.of("name", "modes"));
        List<Mode> modes = list(at.field("modes"), each -> readMode(each, classes));
        return located(at, () -> new OperatorModes(at.field("name").text(), modes));
    }

    private static Mode readMode(JsonCursor at, Map<String, Integer> classes) {
        at.object(Set.of(
                "class",
                "label",
                "seconds",
                "dollarsPerRequest",
                "load",
                "memoryBytes",
                "sharedGroup",
                "sharedBytes",
                "devices"));
        return located(
                at,
                () -> new Mode(
                        at.field("class").nameIn(classes, "device class"),
                        at.field("label").text(),
                        at.field("seconds").number(),
                        at.number("dollarsPerRequest", 0),
                        at.number("load", 0),
                        at.whole("memoryBytes", 0),
                        at.smallWhole("sharedGroup", Mode.NOTHING_SHARED),
                        at.whole("sharedBytes", 0),
                        at.smallWhole("devices", 1)));
    }

    private static void writeMode(ObjectNode node, Mode mode, List<DeviceClass> classes) {
        node.put("class", classes.get(mode.deviceClass()).name());
        node.put("label", mode.label()).put("seconds", mode.seconds());
        if (mode.dollarsPerRequest() != 0) node.put("dollarsPerRequest", mode.dollarsPerRequest());
        if (mode.load() != 0) node.put("load", mode.load());
        if (mode.memoryBytes() != 0) node.put("memoryBytes", mode.memoryBytes());
        if (mode.sharedGroup() != Mode.NOTHING_SHARED) node.put("sharedGroup", mode.sharedGroup());
        if (mode.sharedBytes() != 0) node.put("sharedBytes", mode.sharedBytes());
        if (mode.devices() != 1) node.put("devices", mode.devices());
    }

    private static PlacementEdge readEdge(JsonCursor at, Map<String, Integer> names, int classes) {
        at.object(Set.of("from", "to", "seconds", "dollarsPerRequest", "bytesPerRequest"));
        PairCosts.Builder costs = PairCosts.builder(classes);
        List<JsonCursor> seconds = square(at, "seconds", classes);
        List<JsonCursor> dollars = square(at, "dollarsPerRequest", classes);
        if (seconds.isEmpty() && !dollars.isEmpty()) {
            throw at.field("dollarsPerRequest").wrong("needs the field 'seconds' beside it.");
        }
        for (int pair = 0; pair < seconds.size(); pair++) {
            int from = pair / classes;
            int to = pair % classes;
            JsonCursor cell = seconds.get(pair);
            if (cell.node().isNull()) {
                costs.forbid(from, to);
                continue;
            }
            double price = dollars.isEmpty() ? 0 : dollars.get(pair).number();
            located(cell, () -> costs.set(from, to, cell.number(), price));
        }
        return located(
                at,
                () -> new PlacementEdge(
                        at.field("from").nameIn(names, "operator"),
                        at.field("to").nameIn(names, "operator"),
                        costs.build(),
                        at.number("bytesPerRequest", 0)));
    }

    private static LinkCapacity readLink(JsonCursor at, Map<String, Integer> classes) {
        at.object(Set.of("from", "to", "bothWays", "bytesPerSecond"));
        return located(
                at,
                () -> new LinkCapacity(
                        at.field("from").nameIn(classes, "device class"),
                        at.field("to").nameIn(classes, "device class"),
                        at.has("bothWays") && at.field("bothWays").flag(),
                        at.field("bytesPerSecond").whole()));
    }

    /** The cells of a square matrix, row by row; empty when the field is absent and the transfer free. */
    private static List<JsonCursor> square(JsonCursor at, String field, int classes) {
        if (!at.has(field)) return List.of();
        List<JsonCursor> cells = new ArrayList<>();
        List<JsonCursor> rows = at.field(field).items();
        if (rows.size() != classes)
            throw at.field(field).wrong("must have one row for each of the " + classes + " device classes.");
        for (JsonCursor row : rows) {
            List<JsonCursor> items = row.items();
            if (items.size() != classes)
                throw row.wrong("must have one cell for each of the " + classes + " device classes.");
            cells.addAll(items);
        }
        return cells;
    }

    private static void writeEdge(ObjectNode node, PlacementEdge edge, PlacementProblem problem) {
        node.put("from", problem.operators().get(edge.from()).name());
        node.put("to", problem.operators().get(edge.to()).name());
        if (edge.bytesPerRequest() != 0) node.put("bytesPerRequest", edge.bytesPerRequest());
        ArrayNode seconds = node.putArray("seconds");
        ArrayNode dollars = node.putArray("dollarsPerRequest");
        int classes = problem.classes().size();
        for (int from = 0; from < classes; from++) {
            ArrayNode secondsRow = seconds.addArray();
            ArrayNode dollarsRow = dollars.addArray();
            for (int to = 0; to < classes; to++) {
                if (edge.costs().linked(from, to)) {
                    secondsRow.add(edge.costs().seconds(from, to));
                    dollarsRow.add(edge.costs().dollarsPerRequest(from, to));
                } else {
                    secondsRow.addNull();
                    dollarsRow.addNull();
                }
            }
        }
    }

    private static Milestone readMilestone(JsonCursor at, Map<String, Integer> names) {
        at.object(Set.of("name", "operators", "seconds"));
        List<Integer> operators = operators(at.field("operators"), names);
        return located(
                at,
                () -> new Milestone(
                        at.field("name").text(), operators, at.field("seconds").number()));
    }

    private static List<Integer> operators(JsonCursor at, Map<String, Integer> names) {
        return at.items().stream().map(each -> each.nameIn(names, "operator")).toList();
    }

    private static void writeNames(ArrayNode node, List<Integer> operators, PlacementProblem problem) {
        for (int operator : operators)
            node.add(problem.operators().get(operator).name());
    }

    private static <T> List<T> list(JsonCursor at, Function<JsonCursor, T> reader) {
        return at.items().stream().map(reader).toList();
    }

    private static Map<String, Integer> indices(List<String> names) {
        Map<String, Integer> indices = new HashMap<>();
        for (int i = 0; i < names.size(); i++) indices.putIfAbsent(names.get(i), i);
        return indices;
    }

    /** Adds file and path to a complaint of a validating constructor. */
    private static <T> T located(JsonCursor at, Supplier<T> build) {
        try {
            return build.get();
        } catch (IllegalArgumentException e) {
            if (String.valueOf(e.getMessage()).startsWith(at.owner() + ": ")) throw e;
            throw new IllegalArgumentException(
                    at.owner() + ": at " + (at.path().isEmpty() ? "/" : at.path()) + ": " + e.getMessage(), e);
        }
    }
}
