package io.agentopt.cost;

import io.agentopt.hardware.DeviceSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Power of a device by how busy its memory or its arithmetic is, whichever is busier:
 *
 * <pre>
 * watts = min(mostWatts, idleWatts + slopeWatts * utilisation)        utilisation = time at peak rates / time taken, in [0, 1]
 * joules of a request = watts * devices * seconds
 * </pre>
 *
 * @param idleWatts while it waits for work, W
 * @param slopeWatts what full use adds, W
 * @param mostWatts rated power, W
 * @param confidence where the numbers come from
 */
public record PowerModel(double idleWatts, double slopeWatts, double mostWatts, Confidence confidence) {
    /** Shares of the rated power, rounded from Llama-2-70B on A100 at three degrees of parallelism (Mutinifni/splitwise-sim, MIT). */
    private static final double GENERIC_IDLE = 0.3;

    private static final double GENERIC_SLOPE = 0.7;

    public PowerModel {
        Objects.requireNonNull(confidence, "confidence");
        if (!(idleWatts >= 0 && slopeWatts >= 0 && mostWatts > 0 && idleWatts <= mostWatts)
                || !Double.isFinite(slopeWatts + mostWatts)) {
            throw new IllegalArgumentException("A power model of " + idleWatts + " W idle, " + slopeWatts
                    + " W slope and at most " + mostWatts
                    + " W is inconsistent: none may be negative, and idle is at most the rated power.");
        }
    }

    /**
     * A measured power.
     *
     * @param utilisation time at peak rates / time taken, in [0, 1.1]
     * @param watts of one device
     */
    public record Sample(double utilisation, double watts) {
        public Sample {
            if (!(utilisation >= 0 && utilisation <= 1.1) || !(watts > 0 && Double.isFinite(watts))) {
                throw new IllegalArgumentException("A power of " + watts + " W at utilisation " + utilisation
                        + " is impossible: watts must be above 0, utilisation in [0, 1.1]. Drop the row.");
            }
        }
    }

    /** {@return power by a device's rated power alone; nothing where that is unknown} */
    public static Optional<PowerModel> generic(DeviceSpec device) {
        return device.tdpWatts().isEmpty()
                ? Optional.empty()
                : Optional.of(new PowerModel(
                        GENERIC_IDLE * device.tdpWatts().getAsDouble(),
                        GENERIC_SLOPE * device.tdpWatts().getAsDouble(),
                        device.tdpWatts().getAsDouble(),
                        Confidence.GENERIC));
    }

    /**
     * Fits the line through the medians of pairwise slopes (Theil and Sen), which a fifth of outliers does not move. Samples of one
     * utilisation move the idle power only.
     *
     * @throws IllegalArgumentException if there is no sample, or the device's rated power is unknown
     */
    public static PowerModel fit(DeviceSpec device, List<Sample> samples) {
        if (samples.isEmpty()) {
            throw new IllegalArgumentException("No power of device '" + device.id() + "' was measured. Use generic.");
        }
        PowerModel prior = generic(device)
                .orElseThrow(() -> new IllegalArgumentException("The rated power of device '" + device.id()
                        + "' is unknown, so nothing bounds a fit. Add tdpWatts in a device file."));
        double[] slopes = new double[samples.size() * samples.size()];
        int n = 0;
        for (Sample a : samples) {
            for (Sample b : samples) {
                double apart = b.utilisation - a.utilisation;
                if (apart > 0.02) slopes[n++] = (b.watts - a.watts) / apart;
            }
        }
        double slope = n == 0 ? prior.slopeWatts : median(Arrays.copyOf(slopes, n));
        double bounded = Math.clamp(slope, 0, 2 * prior.mostWatts);
        double idle = median(samples.stream()
                .mapToDouble(s -> s.watts - bounded * s.utilisation)
                .toArray());
        return new PowerModel(Math.clamp(idle, 0, prior.mostWatts), bounded, prior.mostWatts, Confidence.IMPORTED);
    }

    /** {@return power of one device, W} */
    public double watts(double utilisation) {
        if (!(utilisation >= 0)) {
            throw new IllegalArgumentException("The utilisation (" + utilisation + ") must be at least 0.");
        }
        return Math.min(mostWatts, idleWatts + slopeWatts * Math.min(1, utilisation));
    }

    /** {@return energy of a request that occupies devices so long, or its share of a batch's time, J} */
    public double joulesPerRequest(double deviceSeconds, int devices, double utilisation) {
        if (!(deviceSeconds >= 0 && Double.isFinite(deviceSeconds)) || devices < 1) {
            throw new IllegalArgumentException("A request of " + deviceSeconds + " s on " + devices
                    + " devices has no energy: seconds must be at least 0, devices at least 1.");
        }
        return watts(utilisation) * devices * deviceSeconds;
    }

    /** {@return energy of a million tokens at a rate of all devices together, J} */
    public double joulesPerMillionTokens(double tokensPerSecond, int devices, double utilisation) {
        if (!(tokensPerSecond > 0)) {
            throw new IllegalArgumentException("A rate of " + tokensPerSecond + " tokens/s must be above 0.");
        }
        return joulesPerRequest(1e6 / tokensPerSecond, devices, utilisation);
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        int half = values.length / 2;
        return values.length % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
    }
}
