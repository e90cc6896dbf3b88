package io.agentopt.hardware;

import io.agentopt.internal.JsonValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Listings of a device as JSON: {@code "rents": [{"provider", "dollarsPerHour", "date", "source", "verified"}]} and {@code "purchases"} with
 * {@code "dollars"}; or the short form of three numbers that the user vouches for.
 */
final class ListPriceJson {
    private static final String[] SHORT = {"rentLowDollarsPerHour", "rentHighDollarsPerHour", "streetPriceDollars"};

    private ListPriceJson() {}

    static ListPrice read(JsonValue json) {
        List<PriceListing> rents = listings(json, "rents", "dollarsPerHour");
        List<PriceListing> purchases = listings(json, "purchases", "dollars");
        OptionalDouble low = price(json, SHORT[0]), high = price(json, SHORT[1]), street = price(json, SHORT[2]);
        boolean stated = low.isPresent() || high.isPresent() || street.isPresent();
        if (!stated) return new ListPrice(rents, purchases);
        if (json.maybe("rents").isPresent() || json.maybe("purchases").isPresent()) {
            throw json.wrong(
                    "has prices in both forms", "Use rents and purchases, or " + String.join(", ", SHORT) + ".");
        }
        try {
            return ListPrice.stated(low, high, street);
        } catch (IllegalArgumentException e) {
            throw json.wrong(e);
        }
    }

    static void write(ListPrice price, Map<String, Object> json) {
        if (!price.rents().isEmpty()) json.put("rents", write(price.rents(), "dollarsPerHour"));
        if (!price.purchases().isEmpty()) json.put("purchases", write(price.purchases(), "dollars"));
    }

    private static List<PriceListing> listings(JsonValue json, String field, String unit) {
        List<PriceListing> listings = new ArrayList<>();
        for (JsonValue entry : json.maybe(field).map(JsonValue::items).orElse(List.of())) {
            entry.only("provider", unit, "date", "source", "verified");
            String provider = entry.at("provider").text(),
                    source = entry.at("source").text();
            String date = entry.maybe("date").map(JsonValue::text).orElse("");
            double dollars = entry.at(unit).notNegative();
            boolean verified = entry.maybe("verified").map(JsonValue::flag).orElse(true);
            try {
                listings.add(new PriceListing(provider, dollars, date, source, verified));
            } catch (IllegalArgumentException e) {
                throw entry.wrong(e);
            }
        }
        return listings;
    }

    private static List<Object> write(List<PriceListing> listings, String unit) {
        List<Object> list = new ArrayList<>();
        for (PriceListing listing : listings) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("provider", listing.provider());
            json.put(unit, listing.dollars());
            if (!listing.date().isEmpty()) json.put("date", listing.date());
            json.put("source", listing.source());
            if (!listing.verified()) json.put("verified", false);
            list.add(json);
        }
        return list;
    }

    private static OptionalDouble price(JsonValue json, String field) {
        var value = json.maybe(field);
        return value.isPresent() ? OptionalDouble.of(value.get().notNegative()) : OptionalDouble.empty();
    }
}
