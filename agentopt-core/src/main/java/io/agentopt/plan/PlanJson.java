package io.agentopt.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentopt.graph.AgentGraph;
import io.agentopt.plan.granular.GranularGraph;
import io.agentopt.plan.granular.GranularOperator;
import io.agentopt.plan.granular.OperatorId;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A plan as JSON, format 1: plain data, no code. Reading needs the graph that was planned, and refuses a plan of another one.
 */
public final class PlanJson {
    private static final int FORMAT = 1;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private PlanJson() {}

    /** {@return the plan as indented JSON} */
    public static String write(Plan<?, ?> plan) {
        ObjectNode out = MAPPER.createObjectNode();
        out.put("format", FORMAT).put("graph", plan.graph().name()).put("fleet", plan.fleet());
        out.put("requestsPerSecond", plan.workload().requestsPerSecond());
        ObjectNode sla = out.putObject("sla");
        sla.put("percentile", plan.sla().percentile().id())
                .put("endToEndSeconds", seconds(plan.sla().endToEnd()));
        plan.sla().firstToken().ifPresent(t -> sla.put("firstTokenSeconds", seconds(t)));
        out.put("home", plan.placement().home());
        ArrayNode operators = out.putArray("operators");
        for (PlannedOperator o : plan.operators()) {
            operators
                    .addObject()
                    .put("id", o.id().toString())
                    .put("deviceClass", o.deviceClass())
                    .put("mode", o.mode())
                    .put("seconds", o.seconds())
                    .put("relativeSpread", o.relativeSpread())
                    .put("confidence", o.confidence())
                    .put("visits", o.visits())
                    .put("pathVisits", o.pathVisits())
                    .put("load", o.load());
        }
        ArrayNode devices = out.putArray("devices");
        for (PlannedDevices d : plan.devices()) {
            devices.addObject()
                    .put("deviceClass", d.deviceClass())
                    .put("device", d.device())
                    .put("kind", d.kind())
                    .put("vendor", d.vendor())
                    .put("count", d.count())
                    .put("dollarsPerHour", d.dollarsPerHour())
                    .put("utilisation", d.utilisation())
                    .put("memoryBytes", d.memoryBytes())
                    .put("decidedBy", d.decidedBy());
        }
        out.put("endToEndSeconds", plan.endToEndSeconds());
        plan.firstTokenSeconds().ifPresent(t -> out.put("firstTokenSeconds", t));
        ArrayNode path = out.putArray("criticalPath");
        plan.criticalPath().forEach(id -> path.add(id.toString()));
        out.put("dollarsPerHour", plan.dollarsPerHour());
        out.putObject("bound")
                .put("dollarsPerHour", plan.bound().dollarsPerHour())
                .put("gap", plan.bound().gap())
                .put("optimal", plan.bound().optimal());
        ArrayNode notes = out.putArray("notes");
        plan.notes().forEach(notes::add);
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(out);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(
                    "The plan of graph '" + plan.graph().name() + "' could not be written as JSON", e);
        }
    }

    /**
     * Reads a plan.
     *
     * @param json what {@link #write} wrote
     * @param owner what it was read from, for errors
     * @param graph the graph that was planned
     * @throws IllegalArgumentException if the file is malformed, of another format, or the plan of another graph
     */
    public static <I, O> Plan<I, O> read(String json, String owner, AgentGraph<I, O> graph) {
        JsonNode tree;
        try {
            tree = MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "The plan file '" + owner + "' is not JSON: " + e.getOriginalMessage() + " at line "
                            + e.getLocation().getLineNr() + ". Write the plan again.",
                    e);
        }
        return new Reader(owner, tree).plan(graph);
    }

    private static double seconds(Duration d) {
        return d.toNanos() / 1e9;
    }

    private record Reader(String owner, JsonNode tree) {
        <I, O> Plan<I, O> plan(AgentGraph<I, O> graph) {
            if (tree.path("format").asInt(-1) != FORMAT) {
                throw error("has format " + tree.path("format") + "; this version reads format " + FORMAT
                        + ". Plan again.");
            }
            String name = text(tree, "graph");
            if (!name.equals(graph.name())) throw error("is of graph '" + name + "', not of '" + graph.name() + "'.");
            try {
                JsonNode s = field(tree, "sla");
                Sla sla = new Sla(
                        Percentile.of(text(s, "percentile")),
                        duration(s, "endToEndSeconds"),
                        s.has("firstTokenSeconds") ? Optional.of(duration(s, "firstTokenSeconds")) : Optional.empty());
                List<PlannedOperator> operators = new ArrayList<>();
                Map<OperatorId, String> classes = new TreeMap<>();
                for (JsonNode o : list(tree, "operators")) {
                    OperatorId id = OperatorId.parse(text(o, "id"));
                    operators.add(new PlannedOperator(
                            id,
                            text(o, "deviceClass"),
                            text(o, "mode"),
                            number(o, "seconds"),
                            number(o, "relativeSpread"),
                            text(o, "confidence"),
                            number(o, "visits"),
                            number(o, "pathVisits"),
                            number(o, "load")));
                    if (classes.put(id, text(o, "deviceClass")) != null)
                        throw error("places the operator '" + id + "' twice.");
                }
                sameOperators(graph, classes);
                List<PlannedDevices> devices = new ArrayList<>();
                for (JsonNode d : list(tree, "devices")) {
                    devices.add(new PlannedDevices(
                            text(d, "deviceClass"),
                            text(d, "device"),
                            text(d, "kind"),
                            text(d, "vendor"),
                            (long) number(d, "count"),
                            number(d, "dollarsPerHour"),
                            number(d, "utilisation"),
                            number(d, "memoryBytes"),
                            text(d, "decidedBy")));
                }
                List<OperatorId> path = new ArrayList<>();
                list(tree, "criticalPath").forEach(p -> path.add(OperatorId.parse(p.asText())));
                List<String> notes = new ArrayList<>();
                list(tree, "notes").forEach(n -> notes.add(n.asText()));
                JsonNode b = field(tree, "bound");
                OptionalDouble first = tree.has("firstTokenSeconds")
                        ? OptionalDouble.of(number(tree, "firstTokenSeconds"))
                        : OptionalDouble.empty();
                return new Plan<>(
                        graph,
                        text(tree, "fleet"),
                        new Workload(number(tree, "requestsPerSecond")),
                        sla,
                        new Placement(text(tree, "home"), classes),
                        operators,
                        devices,
                        number(tree, "endToEndSeconds"),
                        first,
                        path,
                        number(tree, "dollarsPerHour"),
                        new Bound(
                                number(b, "dollarsPerHour"),
                                number(b, "gap"),
                                b.path("optimal").asBoolean()),
                        notes);
            } catch (PlanFileException e) {
                throw e;
            } catch (IllegalArgumentException e) {
                throw new PlanFileException("The plan file '" + owner + "' is wrong: " + e.getMessage(), e);
            }
        }

        private void sameOperators(AgentGraph<?, ?> graph, Map<OperatorId, String> classes) {
            TreeSet<OperatorId> expected = new TreeSet<>();
            for (GranularOperator o : GranularGraph.of(graph).operators())
                if (o.call().isPresent()) expected.add(o.id());
            if (!expected.equals(classes.keySet())) {
                TreeSet<OperatorId> missing = new TreeSet<>(expected);
                missing.removeAll(classes.keySet());
                TreeSet<OperatorId> extra = new TreeSet<>(classes.keySet());
                extra.removeAll(expected);
                throw error("does not fit graph '" + graph.name() + "': it lacks " + missing + " and has " + extra
                        + " beside. The graph changed since; plan it again.");
            }
        }

        private JsonNode field(JsonNode n, String name) {
            if (!n.path(name).isObject()) throw error("lacks the object \"" + name + "\".");
            return n.path(name);
        }

        private JsonNode list(JsonNode n, String name) {
            if (!n.path(name).isArray()) throw error("lacks the list \"" + name + "\".");
            return n.path(name);
        }

        private String text(JsonNode n, String name) {
            if (!n.path(name).isTextual()) throw error("lacks the text \"" + name + "\".");
            return n.path(name).textValue();
        }

        private double number(JsonNode n, String name) {
            if (!n.path(name).isNumber()) throw error("lacks the number \"" + name + "\".");
            double value = n.path(name).doubleValue();
            if (!Double.isFinite(value))
                throw error("has \"" + name + "\" = " + value + ", which is no finite number.");
            return value;
        }

        private Duration duration(JsonNode n, String name) {
            double value = number(n, name);
            if (!(value > 0 && value < 1e9)) throw error("has \"" + name + "\" = " + value + "; give seconds above 0.");
            return Duration.ofNanos(Math.round(value * 1e9));
        }

        private PlanFileException error(String problem) {
            return new PlanFileException("The plan file '" + owner + "' " + problem, null);
        }
    }

    /** Tells errors of this reader, which are complete, from those of the values that it builds. */
    private static final class PlanFileException extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        PlanFileException(String message, @org.jspecify.annotations.Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
