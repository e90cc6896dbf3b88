package io.agentopt.cost;

import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * How long a model takes until it can answer: its weights pass the stages (disk or network, host memory, device), then it is compiled and
 * warmed up. With n_i = bytes through stage i (all weights, or one device's share), r_i its rate, c = chunk / all bytes in (0, 1]:
 *
 * <pre>
 * transfer = sum latency_i + c sum n_i / r_i + (1 - c) max n_i / r_i
 * </pre>
 *
 * The first chunk passes one stage after the other, the rest flows at the pace of the slowest. A chunk of all bytes (c = 1) is a loader that
 * finishes each stage before the next: the sum. Small chunks approach the maximum. First principles; rates are declared, not measured.
 *
 * @param transferSeconds until the weights are on the devices, s
 * @param preparation compile and warm-up
 */
public record LoadTime(double transferSeconds, Preparation preparation) {
    /** How far declared rates are from what a loader reaches, as a share: an assumption. */
    private static final double SPREAD = 0.5;

    /** Compilation and warm-up of a model, which no shape predicts. */
    public sealed interface Preparation {
        /** So long, declared or measured, s. */
        record Takes(double seconds) implements Preparation {
            public Takes {
                if (!(seconds >= 0 && Double.isFinite(seconds))) {
                    throw new IllegalArgumentException(
                            "A preparation of " + seconds + " s must be finite and at least 0. Use Unknown instead.");
                }
            }
        }

        /** Nobody said. */
        record Unknown(String reason) implements Preparation {}
    }

    public LoadTime {
        Objects.requireNonNull(preparation, "preparation");
        if (!(transferSeconds >= 0 && Double.isFinite(transferSeconds))) {
            throw new IllegalArgumentException(
                    "A transfer of " + transferSeconds + " s must be finite and at least 0.");
        }
    }

    /** {@return the time of a loader that finishes each stage before the next} */
    public static LoadTime staged(double bytes, int devices, List<LoadStage> stages, Preparation preparation) {
        return streamed(bytes, devices, stages, bytes, preparation);
    }

    /**
     * {@return the time of a loader that passes chunks on as they arrive}
     *
     * @param bytes of all weights
     * @param devices that share them, at least 1
     * @param stages in order; none where the weights are there already
     * @param chunkBytes size of a chunk; more than {@code bytes} is one chunk
     */
    public static LoadTime streamed(
            double bytes, int devices, List<LoadStage> stages, double chunkBytes, Preparation preparation) {
        if (!(bytes >= 0 && Double.isFinite(bytes)) || devices < 1 || !(chunkBytes > 0 || bytes == 0)) {
            throw new IllegalArgumentException(
                    "A load of " + bytes + " bytes in chunks of " + chunkBytes + " onto " + devices
                            + " devices is none: bytes must be finite and at least 0, chunks above 0 bytes, devices at least 1.");
        }
        double latency = 0, sum = 0, most = 0;
        for (LoadStage stage : stages) {
            double seconds = bytes / (stage.perDevice() ? devices : 1) / stage.bytesPerSecond();
            latency += stage.latencySeconds();
            sum += seconds;
            most = Math.max(most, seconds);
        }
        double chunk = bytes == 0 ? 1 : Math.min(1, chunkBytes / bytes);
        return new LoadTime(latency + chunk * sum + (1 - chunk) * most, preparation);
    }

    /** {@return all of it; unknown where the preparation is, and then the reason gives the part that is known} */
    public Estimate total() {
        return switch (preparation) {
            case Preparation.Takes p ->
                new Estimate.Known(
                        transferSeconds + p.seconds(),
                        SPREAD,
                        Confidence.GENERIC,
                        new Estimate.Breakdown(0, transferSeconds, p.seconds(), 0));
            case Preparation.Unknown u ->
                new Estimate.Unknown(String.format(
                        Locale.ROOT,
                        "The weights arrive after %.3g s, but how long the model then takes to compile and warm up is unknown (%s)."
                                + " Declare it with Preparation.Takes.",
                        transferSeconds,
                        u.reason()));
        };
    }
}
