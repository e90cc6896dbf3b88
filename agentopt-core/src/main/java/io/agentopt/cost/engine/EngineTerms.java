package io.agentopt.cost.engine;

import io.agentopt.cost.Confidence;
import io.agentopt.cost.kernel.KernelModel;
import io.agentopt.cost.kernel.KernelShape.Gemm;
import io.agentopt.hardware.DeviceSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** A value for every {@link EngineTerm}, each within its bounds, and where they come from. Immutable. */
public final class EngineTerms {
    private static final EngineTerm[] TERMS = EngineTerm.values();
    private static final double SLOW_LINK = 100e9; // PCIe class below this one-way rate, bytes/s

    private final double[] values;
    private final Confidence confidence;
    private final double relativeSpread;

    private EngineTerms(double[] values, Confidence confidence, double relativeSpread) {
        this.values = values;
        this.confidence = confidence;
        this.relativeSpread = relativeSpread;
    }

    /** {@return the terms of an engine nobody measured on a device: its kernels', with PCIe-class collectives where links are slow} */
    public static EngineTerms generic(DeviceSpec device) {
        double[] values = new double[TERMS.length];
        for (EngineTerm term : TERMS) values[term.index()] = term.generic();
        if (slow(device)) {
            values[EngineTerm.HOP_SECONDS.index()] = 30e-6;
            values[EngineTerm.LINK.index()] = 0.5;
        }
        return new EngineTerms(values, Confidence.GENERIC, 0.35);
    }

    /**
     * {@return generic terms, moved by models of one device's kernels: rates, the fixed time of a layer and all-reduces; iterations and
     * sequences stay generic; as sure as the least sure of them}
     *
     * @param kernels matrix products, and where there are, attention of prompts, of decode steps, and all-reduces that say between how many
     *     devices; the surest of each kind counts, others say nothing
     * @throws IllegalArgumentException if there is no matrix product, or the kernels are of several devices
     */
    public static EngineTerms from(List<? extends KernelModel<?>> kernels) {
        KernelModel<Gemm> gemm = KernelModels.product(kernels);
        return KernelStart.of(gemm.device(), KernelModels.around(gemm, kernels));
    }

    /** {@return whether two devices' links are of one class, switched or PCIe} */
    static boolean linkedAlike(DeviceSpec a, DeviceSpec b) {
        return slow(a) == slow(b);
    }

    private static boolean slow(DeviceSpec device) {
        return device.intraNodeBytesPerSecond().orElse(SLOW_LINK) < SLOW_LINK;
    }

    /** {@return the value of a term} */
    public double get(EngineTerm term) {
        return values[term.index()];
    }

    /**
     * {@return these terms with one changed}
     *
     * @throws IllegalArgumentException if the value is outside the term's bounds
     */
    public EngineTerms with(EngineTerm term, double value) {
        double[] changed = values.clone();
        changed[term.index()] = value;
        return of(changed, confidence, relativeSpread);
    }

    /** {@return the same values, known in another way} */
    public EngineTerms as(Confidence other, double spread) {
        return of(values.clone(), other, spread);
    }

    /** {@return where the values come from} */
    public Confidence confidence() {
        return confidence;
    }

    /** {@return one standard deviation of the error, as a share of the time} */
    public double relativeSpread() {
        return relativeSpread;
    }

    /** {@return a copy, in the order of {@link EngineTerm}} */
    double[] vector() {
        return values.clone();
    }

    static EngineTerms of(double[] values, Confidence confidence, double spread) {
        Objects.requireNonNull(confidence, "confidence");
        for (EngineTerm term : TERMS) {
            double value = values[term.index()];
            if (!(value >= term.low() && value <= term.high())) {
                throw new IllegalArgumentException("The engine term " + term + " (" + value + ") must lie in ["
                        + term.low() + ", " + term.high() + "].");
            }
        }
        if (!(spread >= 0 && Double.isFinite(spread))) {
            throw new IllegalArgumentException(
                    "The spread (" + spread + ") of engine terms must be finite and at least 0.");
        }
        return new EngineTerms(values.clone(), confidence, spread);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EngineTerms t
                && Arrays.equals(values, t.values)
                && confidence == t.confidence
                && relativeSpread == t.relativeSpread;
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(values) + confidence.hashCode();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(confidence.toString());
        for (EngineTerm term : TERMS) {
            text.append(' ')
                    .append(term.name().toLowerCase(Locale.ROOT))
                    .append('=')
                    .append(String.format(Locale.ROOT, "%.3g", get(term)));
        }
        return text.toString();
    }
}
