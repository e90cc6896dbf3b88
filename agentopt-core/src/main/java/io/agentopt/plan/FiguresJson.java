package io.agentopt.plan;

import io.agentopt.internal.JsonValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** The figures of a plan as JSON, a part of {@link PlanJson}. */
final class FiguresJson {
    private FiguresJson() {}

    static Map<String, Object> write(Figures figures) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("objective", figures.objective().id());
        if (figures.objective() instanceof Objective.Latency l) out.put("budgetDollarsPerHour", l.dollarsPerHour());
        out.put("value", figures.value());
        out.put("provedBound", figures.provedBound());
        figures.worstCaseSeconds().ifPresent(v -> out.put("worstCaseSeconds", v));
        figures.perTokenSeconds().ifPresent(v -> out.put("perTokenSeconds", v));
        figures.watts().ifPresent(v -> out.put("watts", v));
        if (!figures.endpoints().isEmpty())
            out.put(
                    "endpoints",
                    figures.endpoints().stream().map(FiguresJson::endpoint).toList());
        return out;
    }

    private static Map<String, Object> endpoint(PlannedEndpoint e) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("name", e.name());
        out.put("dollarsPerHour", e.dollarsPerHour());
        out.put("requestsPerSecond", e.requestsPerSecond());
        out.put("tokensPerMinute", e.tokensPerMinute());
        return out;
    }

    static Figures read(JsonValue v) {
        v.only(
                "objective",
                "budgetDollarsPerHour",
                "value",
                "provedBound",
                "worstCaseSeconds",
                "perTokenSeconds",
                "watts",
                "endpoints");
        Objective objective = objective(v);
        if (v.maybe("budgetDollarsPerHour").isPresent() && !(objective instanceof Objective.Latency)) {
            throw v.at("budgetDollarsPerHour").wrong("limits no other objective than endToEndSeconds", "Leave it out.");
        }
        return new Figures(
                objective,
                v.at("value").notNegative(),
                v.at("provedBound").notNegative(),
                maybe(v, "worstCaseSeconds"),
                maybe(v, "perTokenSeconds"),
                maybe(v, "watts"),
                v.maybe("endpoints").map(JsonValue::items).orElse(List.of()).stream()
                        .map(FiguresJson::endpoint)
                        .toList());
    }

    private static Objective objective(JsonValue v) {
        String id = v.at("objective").text();
        List<Objective> plain =
                List.of(new Objective.DollarsPerHour(), new Objective.DollarsPerRequest(), new Objective.Joules());
        for (Objective o : plain) if (o.id().equals(id)) return o;
        if (!id.equals("endToEndSeconds")) {
            throw v.at("objective")
                    .wrong(
                            "is no objective",
                            "Use dollarsPerHour, dollarsPerRequest, joulesPerRequest or endToEndSeconds.");
        }
        return new Objective.Latency(v.at("budgetDollarsPerHour").notNegative());
    }

    private static OptionalDouble maybe(JsonValue v, String field) {
        Optional<JsonValue> value = v.maybe(field);
        return value.isPresent() ? OptionalDouble.of(value.get().notNegative()) : OptionalDouble.empty();
    }

    private static PlannedEndpoint endpoint(JsonValue v) {
        v.only("name", "dollarsPerHour", "requestsPerSecond", "tokensPerMinute");
        return new PlannedEndpoint(
                v.at("name").text(),
                v.at("dollarsPerHour").notNegative(),
                v.at("requestsPerSecond").notNegative(),
                v.at("tokensPerMinute").notNegative());
    }
}
