package io.agentopt.plan;

import io.agentopt.internal.JsonValue;
import io.agentopt.plan.PlanDetails.Limit;
import io.agentopt.plan.PlanDetails.RunnerUp;
import io.agentopt.plan.PlanDetails.Worth;
import io.agentopt.plan.granular.OperatorId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The details of a plan as the object {@code details} of a plan file. */
final class DetailsJson {
    private DetailsJson() {}

    static Map<String, Object> write(PlanDetails details) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put(
                "runnersUp",
                details.runnersUp().stream().map(DetailsJson::write).toList());
        out.put("limits", details.limits().stream().map(DetailsJson::write).toList());
        out.put("worth", details.worth().stream().map(DetailsJson::write).toList());
        return out;
    }

    private static Map<String, Object> write(RunnerUp r) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("operator", r.operator().toString());
        r.place().ifPresent(p -> {
            out.put("deviceClass", p.deviceClass());
            out.put("mode", p.mode());
        });
        out.put("dollarsPerHour", r.dollarsPerHour());
        out.put("seconds", r.seconds());
        out.put("exact", r.exact());
        out.put("reason", r.reason());
        return out;
    }

    private static Map<String, Object> write(Limit l) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("name", l.name());
        out.put("used", l.used());
        out.put("allowed", l.allowed());
        out.put("unit", l.unit());
        out.put("text", l.text());
        return out;
    }

    private static Map<String, Object> write(Worth w) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("change", w.change());
        out.put("dollarsPerHour", w.dollarsPerHour());
        out.put("possible", w.possible());
        out.put("exact", w.exact());
        out.put("text", w.text());
        return out;
    }

    static PlanDetails read(JsonValue v) {
        v.only("runnersUp", "limits", "worth");
        return new PlanDetails(
                each(v.at("runnersUp"), DetailsJson::runnerUp),
                each(v.at("limits"), DetailsJson::limit),
                each(v.at("worth"), DetailsJson::worth));
    }

    private static RunnerUp runnerUp(JsonValue v) {
        v.only("operator", "deviceClass", "mode", "dollarsPerHour", "seconds", "exact", "reason");
        Optional<JsonValue> deviceClass = v.maybe("deviceClass");
        return new RunnerUp(
                OperatorId.parse(v.at("operator").text()),
                deviceClass.map(c -> new Move.Place(c.text(), v.at("mode").text())),
                v.at("dollarsPerHour").number(),
                v.at("seconds").number(),
                v.at("exact").flag(),
                v.at("reason").text());
    }

    private static Limit limit(JsonValue v) {
        v.only("name", "used", "allowed", "unit", "text");
        return new Limit(
                v.at("name").text(),
                v.at("used").notNegative(),
                v.at("allowed").notNegative(),
                v.at("unit").text(),
                v.at("text").text());
    }

    private static Worth worth(JsonValue v) {
        v.only("change", "dollarsPerHour", "possible", "exact", "text");
        return new Worth(
                v.at("change").text(),
                v.at("dollarsPerHour").number(),
                v.at("possible").flag(),
                v.at("exact").flag(),
                v.at("text").text());
    }

    private static <T> List<T> each(JsonValue list, Function<JsonValue, T> read) {
        List<T> values = new ArrayList<>();
        for (JsonValue v : list.items()) values.add(read.apply(v));
        return values;
    }
}
