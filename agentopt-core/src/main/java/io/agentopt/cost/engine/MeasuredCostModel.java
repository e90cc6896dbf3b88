package io.agentopt.cost.engine;

import io.agentopt.cost.CostModel;
import io.agentopt.cost.Demand;
import io.agentopt.cost.EfficiencyTable;
import io.agentopt.cost.Estimate;
import io.agentopt.cost.OperatorClass;
import io.agentopt.cost.RooflineCostModel;
import io.agentopt.cost.SecondsSum;
import io.agentopt.cost.TransformerDemand;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.ModelSpec;
import io.agentopt.model.Precision;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Work that was measured on a device by the roofline with the efficiencies fitted there, everything else by a fallback. Time goes by the
 * device as it was measured, since efficiencies are shares of its peaks: a device of the same name whose peaks were detected anew, a
 * little differently, has the same times. A model that was measured goes by its own fit, any other by that of all.
 */
final class MeasuredCostModel implements CostModel {
    private final CostModel fallback;
    private final Map<String, Map<OperatorClass, Map<Precision, Fits>>> measured = new HashMap<>();

    /**
     * A fit and the device as it was measured.
     *
     * @param model empty where it holds for any
     */
    private record Fit(Optional<MeasuredModel> model, DeviceSpec device, CostModel roofline) {}

    /** The fits of a class of work in a number format: those of single models, and that of any. */
    private static final class Fits {
        final List<Fit> models = new ArrayList<>();

        @Nullable
        Fit any;

        @Nullable
        Fit of(double residentBytes) {
            for (int i = 0; i < models.size(); i++) { // no iterator: a planner asks millions of times
                Fit fit = models.get(i);
                if (fit.model().isPresent() && fit.model().get().weightBytes() == residentBytes) return fit;
            }
            return any;
        }
    }

    MeasuredCostModel(List<MeasuredEfficiency> efficiencies, CostModel fallback) {
        this.fallback = fallback;
        for (MeasuredEfficiency e : efficiencies) {
            EfficiencyTable table = EfficiencyTable.generic()
                    .with(
                            e.device().id(),
                            e.operatorClass(),
                            e.precision(),
                            e.calibration().efficiency());
            Fits fits = measured.computeIfAbsent(e.device().id(), k -> new EnumMap<>(OperatorClass.class))
                    .computeIfAbsent(e.operatorClass(), k -> new EnumMap<>(Precision.class))
                    .computeIfAbsent(e.precision(), k -> new Fits());
            Fit fit = new Fit(e.model(), e.device(), new RooflineCostModel(table));
            if (e.model().isPresent()) fits.models.add(fit);
            else fits.any = fit;
        }
    }

    /** The fit of a model's work, told by its resident weights; null where it was not measured there. */
    private @Nullable Fit fit(DeviceSpec device, OperatorClass work, Precision precision, double residentBytes) {
        Map<OperatorClass, Map<Precision, Fits>> classes = measured.get(device.id());
        Map<Precision, Fits> formats = classes == null ? null : classes.get(work);
        Fits fits = formats == null ? null : formats.get(precision);
        return fits == null ? null : fits.of(residentBytes);
    }

    private @Nullable Fit fit(DeviceSpec device, Demand demand) {
        return fit(device, demand.operatorClass(), demand.precision(), demand.residentBytes());
    }

    /** What a cost model says of a device. */
    private interface Pass {
        Estimate of(CostModel cost, DeviceSpec device);
    }

    private Estimate by(DeviceSpec device, OperatorClass work, ModelSpec model, Pass pass) {
        Fit fit = fit(device, work, model.compute(), TransformerDemand.weightBytes(model));
        return fit == null ? pass.of(fallback, device) : pass.of(fit.roofline(), fit.device());
    }

    @Override
    public Estimate seconds(Demand demand, DeviceSpec device, int tensorParallel) {
        Fit fit = fit(device, demand);
        return fit == null
                ? fallback.seconds(demand, device, tensorParallel)
                : fit.roofline().seconds(demand, fit.device(), tensorParallel);
    }

    @Override
    public void addSeconds(Demand demand, DeviceSpec device, int tensorParallel, SecondsSum sum) {
        Fit fit = fit(device, demand);
        if (fit == null) fallback.addSeconds(demand, device, tensorParallel, sum);
        else fit.roofline().addSeconds(demand, fit.device(), tensorParallel, sum);
    }

    @Override
    public Estimate prefill(
            ModelSpec model, DeviceSpec device, int tensorParallel, int promptTokens, int batch, int cachedPrefix) {
        return by(
                device,
                OperatorClass.PREFILL,
                model,
                (cost, on) -> cost.prefill(model, on, tensorParallel, promptTokens, batch, cachedPrefix));
    }

    @Override
    public Estimate fusedPrefill(
            ModelSpec model, DeviceSpec device, int tensorParallel, int promptTokens, int batch, int cachedPrefix) {
        return by(
                device,
                OperatorClass.PREFILL,
                model,
                (cost, on) -> cost.fusedPrefill(model, on, tensorParallel, promptTokens, batch, cachedPrefix));
    }

    @Override
    public Estimate decode(
            ModelSpec model, DeviceSpec device, int tensorParallel, int promptTokens, int outputTokens, int batch) {
        return by(
                device,
                OperatorClass.DECODE,
                model,
                (cost, on) -> cost.decode(model, on, tensorParallel, promptTokens, outputTokens, batch));
    }

    @Override
    public Estimate decodeStep(ModelSpec model, DeviceSpec device, int tensorParallel, int contextTokens, int batch) {
        return by(
                device,
                OperatorClass.DECODE,
                model,
                (cost, on) -> cost.decodeStep(model, on, tensorParallel, contextTokens, batch));
    }

    @Override
    public Estimate embed(ModelSpec model, DeviceSpec device, int tensorParallel, int tokens, int batch) {
        return by(
                device, OperatorClass.EMBED, model, (cost, on) -> cost.embed(model, on, tensorParallel, tokens, batch));
    }
}
