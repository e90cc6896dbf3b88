package io.agentopt.plan;

import io.agentopt.graph.AgentGraph;
import io.agentopt.internal.JsonText;
import io.agentopt.internal.JsonValue;
import io.agentopt.plan.granular.GranularGraph;
import io.agentopt.plan.granular.GranularOperator;
import io.agentopt.plan.granular.OperatorId;
import io.agentopt.workload.Margins;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A plan as JSON, format 1: plain data, no code. Reading needs the graph that was planned, and refuses a plan of another one.
 */
public final class PlanJson {
    private static final int FORMAT = 1;

    private PlanJson() {}

    /** {@return the plan as indented JSON} */
    public static String write(Plan<?, ?> plan) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("format", FORMAT);
        out.put("graph", plan.graph().name());
        out.put("fleet", plan.fleet());
        out.put("requestsPerSecond", plan.workload().requestsPerSecond());
        out.put("sla", sla(plan.sla()));
        out.put("home", plan.placement().home());
        out.put("operators", plan.operators().stream().map(PlanJson::operator).toList());
        out.put("devices", plan.devices().stream().map(PlanJson::devices).toList());
        out.put("endToEndSeconds", plan.endToEndSeconds());
        plan.firstTokenSeconds().ifPresent(t -> out.put("firstTokenSeconds", t));
        out.put(
                "criticalPath",
                plan.criticalPath().stream().map(OperatorId::toString).toList());
        out.put("dollarsPerHour", plan.dollarsPerHour());
        Map<String, Object> bound = new LinkedHashMap<>();
        bound.put("dollarsPerHour", plan.bound().dollarsPerHour());
        bound.put("gap", plan.bound().gap());
        bound.put("optimal", plan.bound().optimal());
        out.put("bound", bound);
        out.put("notes", plan.notes());
        if (!plan.figures().equals(Figures.ofCost(plan.dollarsPerHour(), plan.bound())))
            out.put("figures", FiguresJson.write(plan.figures()));
        plan.check().ifPresent(c -> out.put("check", check(c)));
        return JsonText.of(out);
    }

    private static Map<String, Object> sla(Sla sla) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("percentile", sla.percentile().id());
        out.put("endToEndSeconds", Explanation.seconds(sla.endToEnd()));
        sla.firstToken().ifPresent(t -> out.put("firstTokenSeconds", Explanation.seconds(t)));
        sla.perToken().ifPresent(t -> out.put("perTokenSeconds", Explanation.seconds(t)));
        sla.worstCase().ifPresent(t -> out.put("worstCaseSeconds", Explanation.seconds(t)));
        if (!sla.margins().equals(Margins.of(sla.percentile()))) {
            out.put("endToEndMargin", sla.margins().endToEnd());
            out.put("firstTokenMargin", sla.margins().firstToken());
        }
        return out;
    }

    private static Map<String, Object> check(SimulatedCheck c) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("seconds", c.seconds());
        c.firstTokenSeconds().ifPresent(t -> out.put("firstTokenSeconds", t));
        out.put("modelSeconds", c.modelSeconds());
        out.put("attainment", c.attainment());
        out.put("requests", c.requests());
        out.put("seed", Long.toString(c.seed()));
        out.put("rounds", c.rounds());
        return out;
    }

    private static Map<String, Object> operator(PlannedOperator o) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("id", o.id().toString());
        out.put("deviceClass", o.deviceClass());
        out.put("mode", o.mode());
        out.put("seconds", o.seconds());
        out.put("relativeSpread", o.relativeSpread());
        out.put("confidence", o.confidence());
        out.put("visits", o.visits());
        out.put("pathVisits", o.pathVisits());
        out.put("load", o.load());
        if (o.waitSeconds() > 0) out.put("waitSeconds", o.waitSeconds());
        return out;
    }

    private static Map<String, Object> devices(PlannedDevices d) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("deviceClass", d.deviceClass());
        out.put("device", d.device());
        out.put("kind", d.kind());
        if (!d.vendor().isBlank()) out.put("vendor", d.vendor());
        out.put("count", d.count());
        out.put("dollarsPerHour", d.dollarsPerHour());
        out.put("utilisation", d.utilisation());
        out.put("memoryBytes", d.memoryBytes());
        out.put("decidedBy", d.decidedBy());
        return out;
    }

    /**
     * Reads a plan.
     *
     * @param json what {@link #write} wrote
     * @param file what it was read from, for errors
     * @param graph the graph that was planned
     * @throws IllegalArgumentException if the file is malformed, of another format, or the plan of another graph
     */
    public static <I, O> Plan<I, O> read(String json, String file, AgentGraph<I, O> graph) {
        JsonValue root = JsonValue.parse(file, json.getBytes(StandardCharsets.UTF_8))
                .format(FORMAT)
                .only(
                        "format",
                        "graph",
                        "fleet",
                        "requestsPerSecond",
                        "sla",
                        "home",
                        "operators",
                        "devices",
                        "endToEndSeconds",
                        "firstTokenSeconds",
                        "criticalPath",
                        "dollarsPerHour",
                        "bound",
                        "notes",
                        "figures",
                        "check");
        JsonValue name = root.at("graph");
        if (!name.text().equals(graph.name())) {
            throw name.wrong("is not the graph that it is read for, '" + graph.name() + "'", "Read it with its own.");
        }
        List<PlannedOperator> operators = each(root.at("operators"), PlanJson::operator);
        Map<OperatorId, String> classes = placed(root.at("operators"), operators);
        sameOperators(root.at("operators"), graph, classes);
        Optional<JsonValue> firstToken = root.maybe("firstTokenSeconds");
        double dollars = root.at("dollarsPerHour").notNegative();
        Bound bound = bound(root.at("bound"));
        return new Plan<>(
                graph,
                root.at("fleet").text(),
                checked(
                        root.at("requestsPerSecond"),
                        () -> new Workload(root.at("requestsPerSecond").number())),
                sla(root.at("sla")),
                new Placement(root.at("home").text(), classes),
                operators,
                each(root.at("devices"), PlanJson::devices),
                root.at("endToEndSeconds").notNegative(),
                firstToken.isPresent() ? OptionalDouble.of(firstToken.get().notNegative()) : OptionalDouble.empty(),
                each(root.at("criticalPath"), v -> onPath(v, classes)),
                dollars,
                bound,
                each(root.at("notes"), JsonValue::text),
                root.maybe("figures").map(FiguresJson::read).orElseGet(() -> Figures.ofCost(dollars, bound)),
                root.maybe("check").map(PlanJson::check));
    }

    private static Sla sla(JsonValue v) {
        v.only(
                "percentile",
                "endToEndSeconds",
                "firstTokenSeconds",
                "perTokenSeconds",
                "worstCaseSeconds",
                "endToEndMargin",
                "firstTokenMargin");
        Percentile percentile = checked(
                v.at("percentile"), () -> Percentile.of(v.at("percentile").text()));
        return new Sla(
                percentile,
                duration(v.at("endToEndSeconds")),
                v.maybe("firstTokenSeconds").map(PlanJson::duration),
                v.maybe("perTokenSeconds").map(PlanJson::duration),
                v.maybe("worstCaseSeconds").map(PlanJson::duration),
                new Margins(
                        v.maybePositive("endToEndMargin").orElse(percentile.margin()),
                        v.maybePositive("firstTokenMargin").orElse(percentile.margin())));
    }

    private static SimulatedCheck check(JsonValue v) {
        v.only("seconds", "firstTokenSeconds", "modelSeconds", "attainment", "requests", "seed", "rounds");
        Optional<JsonValue> firstToken = v.maybe("firstTokenSeconds");
        return new SimulatedCheck(
                v.at("seconds").notNegative(),
                firstToken.isPresent() ? OptionalDouble.of(firstToken.get().notNegative()) : OptionalDouble.empty(),
                v.at("modelSeconds").notNegative(),
                v.at("attainment").notNegative(),
                v.at("requests").integer(),
                checked(v.at("seed"), () -> Long.parseLong(v.at("seed").text())),
                v.at("rounds").integer());
    }

    private static Duration duration(JsonValue v) {
        double seconds = v.positive();
        double whole = Math.floor(seconds);
        Duration duration = Duration.ofSeconds((long) whole, Math.round((seconds - whole) * 1e9));
        if (!duration.isPositive()) throw v.wrong("is shorter than a nanosecond", "Write seconds, such as 0.5.");
        return duration;
    }

    private static PlannedOperator operator(JsonValue v) {
        v.only(
                "id",
                "deviceClass",
                "mode",
                "seconds",
                "relativeSpread",
                "confidence",
                "visits",
                "pathVisits",
                "load",
                "waitSeconds");
        return new PlannedOperator(
                OperatorId.parse(v.at("id").text()),
                v.at("deviceClass").text(),
                v.at("mode").text(),
                v.at("seconds").notNegative(),
                v.at("relativeSpread").notNegative(),
                v.at("confidence").text(),
                v.at("visits").notNegative(),
                v.at("pathVisits").notNegative(),
                v.at("load").notNegative(),
                v.maybe("waitSeconds").map(JsonValue::notNegative).orElse(0.0));
    }

    private static PlannedDevices devices(JsonValue v) {
        v.only(
                "deviceClass",
                "device",
                "kind",
                "vendor",
                "count",
                "dollarsPerHour",
                "utilisation",
                "memoryBytes",
                "decidedBy");
        return new PlannedDevices(
                v.at("deviceClass").text(),
                v.at("device").text(),
                v.at("kind").text(),
                v.maybe("vendor").map(JsonValue::text).orElse(""),
                count(v.at("count")),
                v.at("dollarsPerHour").notNegative(),
                v.at("utilisation").notNegative(),
                v.at("memoryBytes").notNegative(),
                v.at("decidedBy").text());
    }

    private static int count(JsonValue v) {
        if (v.integer() < 1) throw v.wrong("is no number of devices", "Leave the class out if it has none.");
        return v.integer();
    }

    private static Bound bound(JsonValue v) {
        v.only("dollarsPerHour", "gap", "optimal");
        return new Bound(
                v.at("dollarsPerHour").notNegative(),
                v.at("gap").notNegative(),
                v.at("optimal").flag());
    }

    private static Map<OperatorId, String> placed(JsonValue list, List<PlannedOperator> operators) {
        Map<OperatorId, String> classes = new TreeMap<>();
        List<JsonValue> items = list.items();
        for (int i = 0; i < operators.size(); i++) {
            OperatorId id = operators.get(i).id();
            if (classes.put(id, operators.get(i).deviceClass()) != null) {
                throw items.get(i).at("id").wrong("is placed twice", "Place each operator once, or plan again.");
            }
        }
        return classes;
    }

    private static OperatorId onPath(JsonValue v, Map<OperatorId, String> classes) {
        OperatorId id = OperatorId.parse(v.text());
        if (!classes.containsKey(id)) throw v.wrong("is not an operator of the plan", "Plan again.");
        return id;
    }

    private static void sameOperators(JsonValue list, AgentGraph<?, ?> graph, Map<OperatorId, String> classes) {
        TreeSet<OperatorId> lacks = new TreeSet<>();
        for (GranularOperator o : GranularGraph.of(graph).operators())
            if (o.call().isPresent()) lacks.add(o.id());
        TreeSet<OperatorId> beside = new TreeSet<>(classes.keySet());
        beside.removeAll(lacks);
        lacks.removeAll(classes.keySet());
        if (!lacks.isEmpty() || !beside.isEmpty()) {
            throw list.wrong(
                    new IllegalArgumentException("The plan does not fit graph '" + graph.name() + "': it lacks " + lacks
                            + " and has " + beside + " beside. The graph changed since; plan it again."));
        }
    }

    private static <T> List<T> each(JsonValue list, Function<JsonValue, T> read) {
        List<T> values = new ArrayList<>();
        for (JsonValue v : list.items()) values.add(read.apply(v));
        return values;
    }

    private static <T> T checked(JsonValue v, Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw v.wrong(e);
        }
    }
}
