package io.agentopt.hardware;

import java.util.OptionalDouble;

/**
 * What a device costs in public listings. An absent number is unknown.
 *
 * @param rentLow cheapest listed rent, $/h
 * @param rentHigh dearest listed rent, $/h
 * @param street price to buy one, $
 */
public record ListPrice(OptionalDouble rentLow, OptionalDouble rentHigh, OptionalDouble street) {
    /** No listing is known. */
    public static final ListPrice UNKNOWN =
            new ListPrice(OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.empty());

    public ListPrice {
        check("rent", rentLow);
        check("rent", rentHigh);
        check("street price", street);
        if (rentLow.isPresent() != rentHigh.isPresent()) {
            throw new IllegalArgumentException(
                    "A rent needs both ends of its range; give the same number twice for a single price.");
        }
        if (rentLow.isPresent() && rentLow.getAsDouble() > rentHigh.getAsDouble()) {
            throw new IllegalArgumentException("The lowest rent (" + rentLow.getAsDouble()
                    + " $/h) is above the highest (" + rentHigh.getAsDouble() + " $/h). Swap them.");
        }
    }

    /** {@return a listing with a rent range, in $/h} */
    public static ListPrice rent(double low, double high) {
        return new ListPrice(OptionalDouble.of(low), OptionalDouble.of(high), OptionalDouble.empty());
    }

    private static void check(String name, OptionalDouble dollars) {
        if (dollars.isPresent() && !(dollars.getAsDouble() >= 0 && Double.isFinite(dollars.getAsDouble()))) {
            throw new IllegalArgumentException(
                    "A " + name + " of " + dollars.getAsDouble() + " $ must be a finite number of at least 0.");
        }
    }
}
