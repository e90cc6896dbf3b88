package io.agentopt.cost.engine;

import io.agentopt.cost.Confidence;
import io.agentopt.cost.kernel.KernelMeasurement;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Fits a device from any mix of measurements, in stages: kernels move the generic terms to where the device is, then rows of an engine move
 * them on, staying near where no row tells. Either list may be empty; both empty give the generic terms.
 */
public final class StagedCalibration {
    private static final double KERNEL_SPREAD = 0.3; // kernels leave the engine's own overhead open

    private StagedCalibration() {}

    /**
     * Fits.
     *
     * @param device that everything was measured on
     * @param precision the deployment's number format of arithmetic and weights; kernels in other formats are counted, not used
     * @param kernels measured operators; fewer than five of a kind leave it generic
     * @param rows measured times of an engine, any metric, load and degree of tensor parallelism
     * @throws IllegalArgumentException if there are rows but none is possible, or all-reduces on a device of unknown link rate
     */
    public static StagedFit fit(
            DeviceSpec device,
            Precision precision,
            List<? extends KernelMeasurement<?>> kernels,
            List<EngineMeasurement> rows) {
        for (EngineMeasurement row : rows) {
            if (!row.deployment().device().equals(device)) {
                throw new IllegalArgumentException("A row of device '"
                        + row.deployment().device().id() + "' cannot calibrate device '" + device.id()
                        + "'. Fit each device by itself.");
            }
        }
        KernelFits fits = KernelFits.of(device, precision, kernels);
        EngineTerms start = KernelStart.moved(EngineTerms.generic(device), KernelModels.of(fits));
        if (!fits.isEmpty()) start = start.as(Confidence.TRANSFERRED, KERNEL_SPREAD);
        List<String> report = new ArrayList<>(fits.report());
        report.add("terms after the kernels: " + start);
        if (rows.isEmpty()) return new StagedFit(fits, start, Optional.empty(), report);
        EngineFit engine = EngineCalibration.fit(rows, start);
        report.add("engine: " + engine.report());
        engine.rejected().forEach(row -> report.add("rejected: " + row));
        return new StagedFit(fits, start, Optional.of(engine), report);
    }
}
