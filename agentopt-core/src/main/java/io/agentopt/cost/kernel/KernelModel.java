package io.agentopt.cost.kernel;

import io.agentopt.cost.Confidence;
import io.agentopt.hardware.DeviceSpec;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Times kernels of one kind on one device. Immutable and thread-safe; {@link #seconds} takes under a microsecond and allocates nothing. */
public final class KernelModel<S extends KernelShape> {
    private static final double GENERIC_SPREAD = 0.4;
    private static final double TRANSFER_SPREAD = 1.5;

    private final KernelForm<S> form;
    private final double[] terms;
    private final @Nullable ResidualCorrection correction;
    private final Confidence confidence;
    private final double relativeSpread;

    KernelModel(
            KernelForm<S> form,
            double[] terms,
            @Nullable ResidualCorrection correction,
            Confidence confidence,
            double relativeSpread) {
        this.form = form;
        this.terms = terms;
        this.correction = correction;
        this.confidence = confidence;
        this.relativeSpread = relativeSpread;
    }

    /** {@return a model that knows no measurements} */
    public static <S extends KernelShape> KernelModel<S> generic(KernelForm<S> form) {
        return new KernelModel<>(form, form.generic(), null, Confidence.GENERIC, GENERIC_SPREAD);
    }

    /** {@return the time of a kernel, s} */
    public double seconds(S shape) {
        double plain = form.seconds(shape, terms);
        return correction == null ? plain : plain * Math.exp(correction.at(form, shape));
    }

    /**
     * This model for a device without measurements: it borrows the terms, as shares of the other's peaks, and not the correction, which is
     * about one device's kernels.
     */
    public KernelModel<S> on(DeviceSpec other) {
        if (other.id().equals(device().id())) return this;
        return new KernelModel<>(
                form.on(other),
                form.transferred(terms, other),
                null,
                confidence.weaker(Confidence.TRANSFERRED),
                Math.max(GENERIC_SPREAD / 2, TRANSFER_SPREAD * relativeSpread));
    }

    /**
     * {@return the model of the measured device that resembles a device most: same vendor first, then by how near the balance of arithmetic
     * to bandwidth is and how near the rates are; moved to that device}
     */
    public static <S extends KernelShape> Optional<KernelModel<S>> nearest(
            List<KernelModel<S>> measured, DeviceSpec device) {
        return measured.stream()
                .min(Comparator.comparing(
                                (KernelModel<S> m) -> !m.device().vendor().equals(device.vendor()))
                        .thenComparing(m -> m.device().kind() != device.kind())
                        .thenComparingDouble(
                                m -> distance(m.form, m.form.on(device).device())))
                .map(m -> m.on(device));
    }

    private static double distance(KernelForm<?> form, DeviceSpec other) {
        DeviceSpec mine = form.device();
        double bandwidth = Math.log(mine.memoryBytesPerSecond() / other.memoryBytesPerSecond());
        double peak = Math.log(most(mine) / most(other));
        return Math.abs(peak - bandwidth) + 0.5 * (Math.abs(peak) + Math.abs(bandwidth));
    }

    private static double most(DeviceSpec device) {
        return device.densePeakFlops().values().stream()
                .mapToDouble(Double::doubleValue)
                .max()
                .orElseThrow();
    }

    /** {@return the equation} */
    public KernelForm<S> form() {
        return form;
    }

    @Nullable
    ResidualCorrection correction() {
        return correction;
    }

    /** {@return the device} */
    public DeviceSpec device() {
        return form.device();
    }

    /** {@return the terms, in the order of the form} */
    public double[] terms() {
        return terms.clone();
    }

    /** {@return whether measured kernels nearby correct the form} */
    public boolean corrected() {
        return correction != null;
    }

    /** {@return where the terms come from} */
    public Confidence confidence() {
        return confidence;
    }

    /** {@return one standard deviation of the error, as a share of the time} */
    public double relativeSpread() {
        return relativeSpread;
    }
}
