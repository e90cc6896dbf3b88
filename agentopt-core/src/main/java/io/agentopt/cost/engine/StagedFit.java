package io.agentopt.cost.engine;

import io.agentopt.cost.Estimate;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a calibration in stages found.
 *
 * @param kernels the first stage
 * @param kernelTerms the terms after it, where the second started
 * @param engine the second stage; nothing without rows
 * @param report lines of text: rows used, rejected and why, terms and errors of each stage
 */
public record StagedFit(KernelFits kernels, EngineTerms kernelTerms, Optional<EngineFit> engine, List<String> report) {
    public StagedFit {
        Objects.requireNonNull(kernels, "kernels");
        Objects.requireNonNull(kernelTerms, "kernelTerms");
        Objects.requireNonNull(engine, "engine");
        report = List.copyOf(report);
    }

    /** {@return the terms after the last stage} */
    public EngineTerms terms() {
        return engine.map(EngineFit::terms).orElse(kernelTerms);
    }

    /**
     * {@return the time of a load on a deployment}
     *
     * @throws IllegalArgumentException if the device has no rate for the model's number format
     */
    public Estimate.Known seconds(Deployment deployment, EngineLoad load, EngineMetric metric) {
        return engine.map(fit -> fit.seconds(deployment, load, metric))
                .orElseGet(() -> EngineModel.seconds(deployment, load, metric, kernelTerms));
    }
}
