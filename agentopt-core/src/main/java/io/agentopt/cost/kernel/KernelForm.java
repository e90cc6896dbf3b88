package io.agentopt.cost.kernel;

import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.Precision;
import java.util.List;
import java.util.Optional;

/** The equation of a kernel's time on one device. Immutable; {@link #seconds} allocates nothing. */
public sealed interface KernelForm<S extends KernelShape> permits ArithmeticForm, CollectiveForm, ElementwiseForm {
    /** Largest number of {@link #features}. */
    int MOST_FEATURES = 6;

    /** {@return the terms, in the order that {@link #seconds} takes them} */
    List<Term> terms();

    /** {@return the time of a kernel with these terms, s} */
    double seconds(S shape, double[] terms);

    /** {@return the time at the device's peaks without any floor, s; nothing measured can be shorter by more than 5 %} */
    double idealSeconds(S shape);

    /** {@return how many coordinates place a kernel among others, at most {@link #MOST_FEATURES}} */
    int features();

    /** {@return how many of them, the first ones, vary with batch and sequence} */
    int sizeFeatures();

    /** {@return how many of them, the last ones, say where in its last tile and wave a kernel ends} */
    default int phaseFeatures() {
        return 0;
    }

    /** {@return a coordinate of a kernel, log2 of a size or a flag times two} */
    double feature(S shape, int index);

    /** {@return the same form for another device} */
    KernelForm<S> on(DeviceSpec other);

    /** {@return the device} */
    DeviceSpec device();

    /** {@return number format of the arithmetic; empty where there is none} */
    default Optional<Precision> precision() {
        return Optional.empty();
    }

    /**
     * {@return terms of this device as another's: shares of peaks are the same, the compute share in proportion to what matrix products
     * reach at most where the catalog says so of both; times of launches and of single steps go with the clock}
     */
    default double[] transferred(double[] terms, DeviceSpec other) {
        List<Term> names = terms();
        double slower = Multiprocessors.clock(device(), other);
        double[] result = terms.clone();
        for (int i = 0; i < result.length; i++) {
            Term t = names.get(i);
            if (t.name().equals("compute")
                    && device().maxMatmulEfficiency().isPresent()
                    && other.maxMatmulEfficiency().isPresent()) {
                double most = other.maxMatmulEfficiency().getAsDouble();
                result[i] = Math.min(
                        t.high(),
                        terms[i] * most / device().maxMatmulEfficiency().getAsDouble());
            }
            if (t.unit().startsWith("s")) result[i] = Math.clamp(result[i] * slower, t.low(), t.high());
        }
        return result;
    }

    /** {@return the terms where nothing was measured} */
    default double[] generic() {
        return terms().stream().mapToDouble(Term::generic).toArray();
    }

    /** {@return (a^p + b^p)^(1/p)} */
    static double norm(double a, double b, double p) {
        double large = Math.max(a, b);
        double ratio = Math.min(a, b) / large;
        return ratio < 1e-4 || large == 0 ? large : large * Math.pow(1 + Math.pow(ratio, p), 1 / p);
    }

    /** {@return log2} */
    static double log2(double x) {
        return Math.log(x) * 1.4426950408889634;
    }
}
