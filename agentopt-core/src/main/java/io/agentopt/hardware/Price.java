package io.agentopt.hardware;

import java.util.Objects;
import java.util.OptionalDouble;

/**
 * A pricing policy: what one device costs per hour of being there, used or not. Rankings of devices change with the policy, so a
 * plan always names it.
 *
 * <pre>
 * symbols      P = rated power in kW * $/kWh; C = capex in $; n = years * 12 months; i = interest / 12; H = years * 8760 h
 * Rented       low, middle or high end of the listed range
 * StraightLine C / H + P
 * Annuity      C * i / (1 - (1+i)^-n) * 12 / 8760 + P
 * PaperOpex    P + C * ((1+i)^n - 1) / H      (arXiv 2507.19635: power and compounded interest, principal left out)
 * </pre>
 */
public sealed interface Price {
    double HOURS_PER_YEAR = 8760;
    double MONTHS_PER_YEAR = 12;

    /** Which end of a listed range counts. */
    enum Rate {
        LOW,
        MID,
        HIGH
    }

    /** {@return $/h of one device, or why it is unknown} */
    Dollars dollarsPerHour(DeviceSpec device);

    /** {@return one line for reports} */
    String describe();

    /** {@return rent at the middle of the listed range} */
    static Price rented() {
        return new Rented(Rate.MID);
    }

    /** {@return rent at an end of the listed range} */
    static Price rented(Rate rate) {
        return new Rented(rate);
    }

    /** {@return a price that the user knows, $/h} */
    static Price fixed(double dollarsPerHour) {
        return new Fixed(dollarsPerHour);
    }

    /** {@return the device's street price over 4 years, and power at 0.40 $/kWh} */
    static Price straightLine() {
        return new StraightLine(Ownership.DEFAULT);
    }

    /** {@return an annuity of the device's street price over 4 years at 8 % interest, and power at 0.40 $/kWh} */
    static Price annuity() {
        return new Annuity(Ownership.DEFAULT, 0.08);
    }

    /** {@return the paper's operating cost: power and compounded interest, without the principal} */
    static Price paperOpex() {
        return new PaperOpex(Ownership.DEFAULT, 0.08);
    }

    /** Rent from the device's listing. */
    record Rented(Rate rate) implements Price {
        public Rented {
            Objects.requireNonNull(rate, "rate");
        }

        @Override
        public Dollars dollarsPerHour(DeviceSpec device) {
            ListPrice listed = device.listPrice();
            if (listed.rentLow().isEmpty() || listed.rentHigh().isEmpty()) {
                return new Dollars.Unknown("No rent is listed for device '" + device.id()
                        + "'. Give its class a fixed price, or a price from capex.");
            }
            double low = listed.rentLow().getAsDouble(),
                    high = listed.rentHigh().getAsDouble();
            return new Dollars.Known(
                    switch (rate) {
                        case LOW -> low;
                        case MID -> (low + high) / 2;
                        case HIGH -> high;
                    });
        }

        @Override
        public String describe() {
            return switch (rate) {
                case LOW -> "rented, lowest listing";
                case MID -> "rented, middle of the listings";
                case HIGH -> "rented, highest listing";
            };
        }
    }

    /** A price that the user states, $/h. */
    record Fixed(double perHour) implements Price {
        public Fixed {
            if (!(perHour >= 0 && Double.isFinite(perHour))) {
                throw new IllegalArgumentException(
                        "A fixed price of " + perHour + " $/h must be a finite number of at least 0.");
            }
        }

        @Override
        public Dollars dollarsPerHour(DeviceSpec device) {
            return new Dollars.Known(perHour);
        }

        @Override
        public String describe() {
            return "fixed at " + perHour + " $/h";
        }
    }

    /**
     * What owning rests on.
     *
     * @param capexDollars price of one device, $; absent means its street price
     * @param years service life
     * @param powerDollarsPerKwh price of electricity, $/kWh, at rated power all the time
     */
    record Ownership(OptionalDouble capexDollars, double years, double powerDollarsPerKwh) {
        /** Street price, 4 years, 0.40 $/kWh (arXiv 2507.19635 section 5.1). */
        public static final Ownership DEFAULT = new Ownership(OptionalDouble.empty(), 4, 0.40);

        public Ownership {
            if (capexDollars.isPresent()) notNegative(capexDollars.getAsDouble(), "capex", "$");
            notNegative(powerDollarsPerKwh, "power price", "$/kWh");
            if (!(years > 0 && years <= 100)) {
                throw new IllegalArgumentException(
                        "A service life of " + years + " years must be above 0 and at most 100.");
            }
        }

        /** {@return this with a known price of one device, $} */
        public Ownership withCapex(double dollars) {
            return new Ownership(OptionalDouble.of(dollars), years, powerDollarsPerKwh);
        }

        private double hours() {
            return years * HOURS_PER_YEAR;
        }

        private double months() {
            return years * MONTHS_PER_YEAR;
        }

        /** Capex times a factor plus power, or what is missing. */
        private Dollars hourly(DeviceSpec device, double capexFactor) {
            OptionalDouble capex =
                    capexDollars.isPresent() ? capexDollars : device.listPrice().street();
            if (capex.isEmpty()) {
                return new Dollars.Unknown(
                        "The street price of device '" + device.id() + "' is unknown. State its capex.");
            }
            if (device.tdpWatts().isEmpty() && powerDollarsPerKwh > 0) {
                return new Dollars.Unknown("The rated power of device '" + device.id()
                        + "' is unknown. Give it in a device file, or set the power price to 0.");
            }
            return new Dollars.Known(
                    device.tdpWatts().orElse(0) / 1000 * powerDollarsPerKwh + capex.getAsDouble() * capexFactor);
        }

        private static void notNegative(double value, String name, String unit) {
            if (!(value >= 0 && Double.isFinite(value))) {
                throw new IllegalArgumentException(
                        "A " + name + " of " + value + " " + unit + " must be a finite number of at least 0.");
            }
        }
    }

    /** Capex spread evenly over the service life, and power. */
    record StraightLine(Ownership ownership) implements Price {
        @Override
        public Dollars dollarsPerHour(DeviceSpec device) {
            return ownership.hourly(device, 1 / ownership.hours());
        }

        @Override
        public String describe() {
            return "owned, straight line over " + ownership.years + " years, power " + ownership.powerDollarsPerKwh
                    + " $/kWh";
        }
    }

    /** Capex financed by equal monthly payments, and power. */
    record Annuity(Ownership ownership, double interestPerYear) implements Price {
        public Annuity {
            interest(interestPerYear);
        }

        @Override
        public Dollars dollarsPerHour(DeviceSpec device) {
            double i = interestPerYear / MONTHS_PER_YEAR;
            double payment = i == 0 ? 1 / ownership.months() : i / -Math.expm1(-ownership.months() * Math.log1p(i));
            return ownership.hourly(device, payment * MONTHS_PER_YEAR / HOURS_PER_YEAR);
        }

        @Override
        public String describe() {
            return "owned, annuity over " + ownership.years + " years at " + interestPerYear + " interest, power "
                    + ownership.powerDollarsPerKwh + " $/kWh";
        }
    }

    /** The operating cost of arXiv 2507.19635: power and compounded interest, principal left out. */
    record PaperOpex(Ownership ownership, double interestPerYear) implements Price {
        public PaperOpex {
            interest(interestPerYear);
        }

        @Override
        public Dollars dollarsPerHour(DeviceSpec device) {
            double i = interestPerYear / MONTHS_PER_YEAR;
            return ownership.hourly(device, Math.expm1(ownership.months() * Math.log1p(i)) / ownership.hours());
        }

        @Override
        public String describe() {
            return "operating cost as in arXiv 2507.19635 (power and compounded interest, no principal)";
        }
    }

    private static void interest(double perYear) {
        if (!(perYear >= 0 && perYear <= 1)) {
            throw new IllegalArgumentException(
                    "An interest of " + perYear + " per year must lie in 0..1 (0.08 is 8 %).");
        }
    }
}
