package io.agentopt.cost.kernel;

import java.util.Map;
import java.util.TreeMap;

/**
 * What a calibration found.
 *
 * @param model that times kernels from now on
 * @param used measurements that entered the fit
 * @param rejected how many others did not, by reason
 * @param genericError mean of |predicted / measured - 1| of the generic terms over the used measurements
 * @param fittedError the same of fitted terms, cross-validated over families of shapes
 * @param correctedError the same of fitted terms with the correction, cross-validated
 */
public record KernelFit<S extends KernelShape>(
        KernelModel<S> model,
        int used,
        Map<String, Integer> rejected,
        double genericError,
        double fittedError,
        double correctedError) {
    public KernelFit {
        rejected = Map.copyOf(rejected);
    }

    /** {@return the report as one line of text} */
    @Override
    public String toString() {
        return String.format(
                java.util.Locale.ROOT,
                "%d used, rejected %s; error of generic %.3f, fitted %.3f, corrected %.3f; %s%s, terms %s",
                used,
                new TreeMap<>(rejected),
                genericError,
                fittedError,
                correctedError,
                model.confidence(),
                model.corrected() ? " with correction" : "",
                java.util.Arrays.toString(model.terms()));
    }
}
