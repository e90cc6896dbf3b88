package io.agentopt.plan;

/** What a plan makes least, among the plans that keep the SLA. */
public sealed interface Objective {
    /** Dollars per hour: devices by the hour, and what is paid by use. */
    record DollarsPerHour() implements Objective {}

    /**
     * Dollars per request. At a fixed rate these are dollars per hour divided by the requests of an hour, so the same plans are optimal; devices
     * that are there in any case, such as that of the host, are shared by all requests.
     */
    record DollarsPerRequest() implements Objective {}

    /** Energy per request: idle power of all devices in use and what their busy time adds. Hosted endpoints have no known energy. */
    record Joules() implements Objective {}

    /**
     * Mean time from request to answer, within a budget.
     *
     * @param dollarsPerHour most that a plan may cost
     */
    record Latency(double dollarsPerHour) implements Objective {
        public Latency {
            if (!(dollarsPerHour >= 0 && Double.isFinite(dollarsPerHour))) {
                throw new IllegalArgumentException(
                        "The budget (" + dollarsPerHour + " $/h) must be finite and at least 0.");
            }
        }
    }

    /** {@return the name used in files} */
    default String id() {
        return switch (this) {
            case DollarsPerHour o -> "dollarsPerHour";
            case DollarsPerRequest o -> "dollarsPerRequest";
            case Joules o -> "joulesPerRequest";
            case Latency o -> "endToEndSeconds";
        };
    }

    /** {@return whether it is least for the plan that costs least per hour} */
    static boolean money(Objective objective) {
        return switch (objective) {
            case DollarsPerHour o -> true;
            case DollarsPerRequest o -> true;
            case Joules o -> false;
            case Latency o -> false;
        };
    }
}
