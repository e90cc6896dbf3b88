package io.agentopt.cost.engine;

import io.agentopt.cost.Confidence;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.ModelSpec;
import io.agentopt.model.Precision;
import java.util.Objects;
import java.util.Optional;

/**
 * What a calibration found for one device and number format.
 *
 * @param device where the rows were measured
 * @param weights number format of the weights in the rows; FP16 and BF16 count as one, as they cost the same
 * @param compute number format of the arithmetic in the rows
 * @param modelId the model, where the fit is about one only
 * @param fit what was found
 * @param attribution who measured
 */
public record CalibratedEngine(
        DeviceSpec device,
        Precision weights,
        Precision compute,
        Optional<String> modelId,
        EngineFit fit,
        Attribution attribution) {
    private static final double TRANSFER_SPREAD = 1.5;
    private static final double LEAST_TRANSFER_SPREAD = 0.2;

    public CalibratedEngine {
        Objects.requireNonNull(device, "device");
        Objects.requireNonNull(weights, "weights");
        Objects.requireNonNull(compute, "compute");
        Objects.requireNonNull(modelId, "modelId");
        Objects.requireNonNull(fit, "fit");
        Objects.requireNonNull(attribution, "attribution");
    }

    /** {@return whether the fit speaks of a model on a device} */
    boolean isOf(ModelSpec model, DeviceSpec other) {
        return device.id().equals(other.id())
                && hasFormats(model)
                && (modelId.isEmpty() || modelId.get().equals(model.id()));
    }

    boolean hasFormats(ModelSpec model) {
        return same(weights, model.weights()) && same(compute, model.compute());
    }

    /** {@return whether somebody measured, so that another device may borrow} */
    boolean lends() {
        return fit.terms().confidence().compareTo(Confidence.IMPORTED) <= 0;
    }

    /**
     * {@return the terms as another device's or model's: shares of peaks stay, the share of arithmetic goes with what matrix products reach
     * at most where the catalog says so of both; collectives over another class of link are generic}
     */
    EngineTerms lent(DeviceSpec to) {
        EngineTerms terms = fit.terms();
        if (device.maxMatmulEfficiency().isPresent() && to.maxMatmulEfficiency().isPresent()) {
            double ratio = to.maxMatmulEfficiency().getAsDouble()
                    / device.maxMatmulEfficiency().getAsDouble();
            terms = scaled(scaled(terms, EngineTerm.COMPUTE, ratio), EngineTerm.DECODE_COMPUTE, ratio);
        }
        EngineTerms generic = EngineTerms.generic(to);
        if (!EngineTerms.linkedAlike(device, to)) {
            terms = terms.with(EngineTerm.HOP_SECONDS, generic.get(EngineTerm.HOP_SECONDS))
                    .with(EngineTerm.LINK, generic.get(EngineTerm.LINK));
        }
        return terms.as(
                Confidence.TRANSFERRED, Math.max(LEAST_TRANSFER_SPREAD, TRANSFER_SPREAD * terms.relativeSpread()));
    }

    private static EngineTerms scaled(EngineTerms terms, EngineTerm term, double ratio) {
        return terms.with(term, Math.clamp(terms.get(term) * ratio, term.low(), term.high()));
    }

    /** {@return how unlike two devices are: in their balance of arithmetic to bandwidth, and in their rates} */
    double distance(DeviceSpec other) {
        double bandwidth = Math.log(device.memoryBytesPerSecond() / other.memoryBytesPerSecond());
        double peak = Math.log(most(device) / most(other));
        return Math.abs(peak - bandwidth) + 0.5 * (Math.abs(peak) + Math.abs(bandwidth));
    }

    private static double most(DeviceSpec device) {
        return device.densePeakFlops().values().stream()
                .mapToDouble(Double::doubleValue)
                .max()
                .orElse(1);
    }

    private static boolean same(Precision a, Precision b) {
        return a == b || (sixteenBits(a) && sixteenBits(b));
    }

    private static boolean sixteenBits(Precision p) {
        return p == Precision.FP16 || p == Precision.BF16;
    }
}
