package io.agentopt.cost;

import io.agentopt.hardware.Dollars;

/** Turns device time into money. */
public final class MoneyCost {
    private static final double SECONDS_PER_HOUR = 3600;

    private MoneyCost() {}

    /**
     * What a request costs that keeps devices busy: {@code $/h / 3600 * devices * seconds / utilisation}. Idle time is paid too, so a
     * device that is busy half of the time doubles the cost of each second.
     *
     * @param dollarsPerHour of one device
     * @param deviceSeconds time that the request occupies each device, s; of a batch, its share
     * @param devices how many it occupies
     * @param utilisation share of the time that the devices are busy, in (0, 1]
     */
    public static Dollars perRequest(Dollars dollarsPerHour, double deviceSeconds, int devices, double utilisation) {
        if (!(deviceSeconds >= 0 && Double.isFinite(deviceSeconds))
                || devices < 1
                || !(utilisation > 0 && utilisation <= 1)) {
            throw new IllegalArgumentException(
                    "A request of " + deviceSeconds + " s on " + devices + " devices at utilisation " + utilisation
                            + " has no price: seconds must be at least 0, devices at least 1, utilisation in (0, 1].");
        }
        return dollarsPerHour.times(deviceSeconds * devices / utilisation / SECONDS_PER_HOUR);
    }

    /** What a request costs on one device that is always busy. */
    public static Dollars perRequest(Dollars dollarsPerHour, double deviceSeconds) {
        return perRequest(dollarsPerHour, deviceSeconds, 1, 1);
    }

    /**
     * {@return what a million tokens cost}
     *
     * @param dollarsPerHour of one device
     * @param tokensPerSecond of all devices together while they are busy, above 0
     * @param devices how many
     * @param utilisation share of the time that the devices are busy, in (0, 1]
     */
    public static Dollars perMillionTokens(
            Dollars dollarsPerHour, double tokensPerSecond, int devices, double utilisation) {
        if (!(tokensPerSecond > 0)) {
            throw new IllegalArgumentException("A rate of " + tokensPerSecond + " tokens/s must be above 0.");
        }
        return perRequest(dollarsPerHour, 1e6 / tokensPerSecond, devices, utilisation);
    }
}
