package io.agentopt.hardware;

/** An amount of money, or the reason why it is not known. */
public sealed interface Dollars {
    /**
     * A known amount.
     *
     * @param amount dollars (per hour, per request: the method that returns it says); finite, at least 0
     */
    record Known(double amount) implements Dollars {
        public Known {
            if (!(amount >= 0 && Double.isFinite(amount))) {
                throw new IllegalArgumentException(
                        "An amount of " + amount + " $ must be a finite number of at least 0.");
            }
        }
    }

    /** An amount that does not follow from what is known. */
    record Unknown(String reason) implements Dollars {}

    /** {@return this amount multiplied, unknown if it is unknown} */
    default Dollars times(double factor) {
        return switch (this) {
            case Known k -> new Known(k.amount * factor);
            case Unknown u -> u;
        };
    }

    /** {@return the sum, unknown if either is} */
    default Dollars plus(Dollars other) {
        return switch (this) {
            case Known a ->
                switch (other) {
                    case Known b -> new Known(a.amount + b.amount);
                    case Unknown u -> u;
                };
            case Unknown u -> u;
        };
    }
}
