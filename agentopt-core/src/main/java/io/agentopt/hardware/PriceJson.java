package io.agentopt.hardware;

import io.agentopt.internal.JsonValue;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** A pricing policy as JSON: {@code {"policy": "rented" | "fixed" | "straight-line" | "annuity" | "paper-opex", ...}}. */
final class PriceJson {
    private PriceJson() {}

    static Price read(JsonValue json) {
        JsonValue policy = json.at("policy");
        return switch (policy.text()) {
            case "rented" ->
                new Price.Rented(json.only("policy", "rate")
                        .maybe("rate")
                        .map(PriceJson::rate)
                        .orElse(Price.Rate.MID));
            case "fixed" ->
                new Price.Fixed(json.only("policy", "dollarsPerHour")
                        .at("dollarsPerHour")
                        .notNegative());
            case "straight-line" ->
                new Price.StraightLine(ownership(json.only("policy", "capexDollars", "years", "powerDollarsPerKwh")));
            case "annuity" -> valid(json, Price.Annuity::new);
            case "paper-opex" -> valid(json, Price.PaperOpex::new);
            default ->
                throw policy.wrong("is no pricing policy", "Use rented, fixed, straight-line, annuity or paper-opex.");
        };
    }

    static Map<String, Object> write(Price price) {
        return switch (price) {
            case Price.Rented r -> entry("rented", "rate", r.rate().name().toLowerCase(Locale.ROOT));
            case Price.Fixed f -> entry("fixed", "dollarsPerHour", f.perHour());
            case Price.StraightLine s -> write("straight-line", s.ownership());
            case Price.Annuity a -> write("annuity", a.ownership(), a.interestPerYear());
            case Price.PaperOpex p -> write("paper-opex", p.ownership(), p.interestPerYear());
        };
    }

    private interface Financing {
        Price of(Price.Ownership ownership, double interestPerYear);
    }

    private static Price valid(JsonValue json, Financing financing) {
        json.only("policy", "capexDollars", "years", "powerDollarsPerKwh", "interestPerYear");
        try {
            return financing.of(
                    ownership(json),
                    json.maybe("interestPerYear").map(JsonValue::notNegative).orElse(0.08));
        } catch (IllegalArgumentException e) {
            throw json.wrong(e);
        }
    }

    private static Price.Ownership ownership(JsonValue json) {
        var capex = json.maybe("capexDollars").map(JsonValue::notNegative);
        double years = json.maybe("years").map(JsonValue::positive).orElse(Price.Ownership.DEFAULT.years());
        double power = json.maybe("powerDollarsPerKwh")
                .map(JsonValue::notNegative)
                .orElse(Price.Ownership.DEFAULT.powerDollarsPerKwh());
        try {
            return new Price.Ownership(
                    capex.isPresent() ? OptionalDouble.of(capex.get()) : OptionalDouble.empty(), years, power);
        } catch (IllegalArgumentException e) {
            throw json.wrong(e);
        }
    }

    private static Price.Rate rate(JsonValue json) {
        for (Price.Rate rate : Price.Rate.values()) {
            if (rate.name().toLowerCase(Locale.ROOT).equals(json.text())) return rate;
        }
        throw json.wrong("is no rate", "Use low, mid or high.");
    }

    private static Map<String, Object> write(String policy, Price.Ownership o, double interest) {
        Map<String, Object> json = write(policy, o);
        json.put("interestPerYear", interest);
        return json;
    }

    private static Map<String, Object> write(String policy, Price.Ownership o) {
        Map<String, Object> json = entry(policy, "years", o.years());
        json.put("powerDollarsPerKwh", o.powerDollarsPerKwh());
        if (o.capexDollars().isPresent())
            json.put("capexDollars", o.capexDollars().getAsDouble());
        return json;
    }

    private static Map<String, Object> entry(String policy, String field, Object value) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("policy", policy);
        json.put(field, value);
        return json;
    }
}
