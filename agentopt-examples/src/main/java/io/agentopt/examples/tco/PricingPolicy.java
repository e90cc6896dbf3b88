package io.agentopt.examples.tco;

import io.agentopt.hardware.Dollars;
import io.agentopt.hardware.Price;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What an hour of a device costs.
 *
 * @param id short name, used in tables
 * @param about one line
 * @param dollarsPerHour of one device, or why it is unknown
 */
record PricingPolicy(String id, String about, Function<StudyDevice, Dollars> dollarsPerHour) {
    /** The column "operating cost" of Table 5, $/h. H100's does not follow from the formula that explains the others. */
    private static final Map<String, Double> PRINTED_OPEX =
            Map.of("A40", .15, "A100", .25, "Gaudi3", .49, "MI300x", .52, "H100", .60, "B200", .83);

    /** The policy that tables show where they show one: principal, interest and power are all in it. */
    static final String MAIN = "annuity";

    /** {@return every policy of the study} */
    static List<PricingPolicy> all() {
        return List.of(
                new PricingPolicy(
                        "opex-printed",
                        "operating cost as printed in Table 5, principal left out",
                        PricingPolicy::printed),
                of("opex-formula", Price.paperOpex()),
                of("straight-line", Price.straightLine()),
                of(MAIN, Price.annuity()),
                new PricingPolicy(
                        "annuity-listed",
                        Price.annuity().describe() + ", purchase prices of the packaged catalog in place of Table 5",
                        d -> Price.annuity().dollarsPerHour(d.listing())),
                of("rent-low", Price.rented(Price.Rate.LOW)),
                of("rent-mid", Price.rented(Price.Rate.MID)),
                of("rent-high", Price.rented(Price.Rate.HIGH)));
    }

    /** {@return the policy of that id} */
    static PricingPolicy find(String id) {
        return all().stream().filter(p -> p.id.equals(id)).findFirst().orElseThrow();
    }

    private static PricingPolicy of(String id, Price price) {
        return new PricingPolicy(id, price.describe(), d -> price.dollarsPerHour(d.rates()));
    }

    private static Dollars printed(StudyDevice device) {
        Double printed = PRINTED_OPEX.get(device.name());
        return printed == null
                ? new Dollars.Unknown("Table 5 prints no operating cost of device '" + device.name() + "'.")
                : new Dollars.Known(printed);
    }
}
