package io.agentopt.hardware;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;

/**
 * What a device costs in public listings. Figures come from verified listings only; without one they are absent, which is unknown.
 *
 * @param rents what an hour costs, by provider
 * @param purchases what one device costs to buy, by provider
 */
public record ListPrice(List<PriceListing> rents, List<PriceListing> purchases) {
    /** No listing is known. */
    public static final ListPrice UNKNOWN = new ListPrice(List.of(), List.of());

    private static final String STATED = "stated by the user";

    public ListPrice {
        rents = List.copyOf(rents);
        purchases = List.copyOf(purchases);
    }

    /** {@return cheapest verified rent, $/h} */
    public OptionalDouble rentLow() {
        return verified(rents).min();
    }

    /** {@return dearest verified rent, $/h} */
    public OptionalDouble rentHigh() {
        return verified(rents).max();
    }

    /** {@return price to buy one, $: the middle between the cheapest and the dearest verified listing} */
    public OptionalDouble street() {
        OptionalDouble low = verified(purchases).min(),
                high = verified(purchases).max();
        return low.isEmpty() ? low : OptionalDouble.of((low.getAsDouble() + high.getAsDouble()) / 2);
    }

    /** {@return a listing with a rent range that the caller states, in $/h} */
    public static ListPrice rent(double low, double high) {
        return stated(OptionalDouble.of(low), OptionalDouble.of(high), OptionalDouble.empty());
    }

    /**
     * {@return a listing that the caller states, without provider or date}
     *
     * @param rentLow cheapest rent, $/h
     * @param rentHigh dearest rent, $/h; present if and only if the lowest is
     * @param street price to buy one, $
     */
    public static ListPrice stated(OptionalDouble rentLow, OptionalDouble rentHigh, OptionalDouble street) {
        if (rentLow.isPresent() != rentHigh.isPresent()) {
            throw new IllegalArgumentException(
                    "A rent needs both ends of its range; give the same number twice for a single price.");
        }
        List<PriceListing> rents = new ArrayList<>();
        if (rentLow.isPresent()) {
            double low = rentLow.getAsDouble(), high = rentHigh.getAsDouble();
            if (low > high) {
                throw new IllegalArgumentException(
                        "The lowest rent (" + low + " $/h) is above the highest (" + high + " $/h). Swap them.");
            }
            rents.add(stated(low));
            if (high > low) rents.add(stated(high));
        }
        return new ListPrice(rents, street.isPresent() ? List.of(stated(street.getAsDouble())) : List.of());
    }

    private static PriceListing stated(double dollars) {
        return new PriceListing(STATED, dollars, "", STATED, true);
    }

    private static DoubleStream verified(List<PriceListing> listings) {
        return listings.stream().filter(PriceListing::verified).mapToDouble(PriceListing::dollars);
    }
}
