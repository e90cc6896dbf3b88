package io.agentopt.cost.engine;

import io.agentopt.cost.CostModel;
import io.agentopt.cost.Demand;
import io.agentopt.cost.EfficiencyTable;
import io.agentopt.cost.Estimate;
import io.agentopt.cost.OperatorClass;
import io.agentopt.cost.RooflineCostModel;
import io.agentopt.cost.SecondsSum;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.ModelSpec;
import io.agentopt.model.Precision;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Work that was measured on a device by the roofline with the efficiencies fitted there, everything else by a fallback. Time goes by the
 * device as it was measured, since efficiencies are shares of its peaks: a device of the same name whose peaks were detected anew, a
 * little differently, has the same times.
 */
final class MeasuredCostModel implements CostModel {
    private final CostModel fallback;
    private final CostModel roofline;
    private final Map<String, Map<OperatorClass, Map<Precision, DeviceSpec>>> measured = new HashMap<>();

    MeasuredCostModel(List<MeasuredEfficiency> efficiencies, CostModel fallback) {
        this.fallback = fallback;
        EfficiencyTable table = EfficiencyTable.generic();
        for (MeasuredEfficiency e : efficiencies) {
            table = table.with(
                    e.device().id(),
                    e.operatorClass(),
                    e.precision(),
                    e.calibration().efficiency());
            measured.computeIfAbsent(e.device().id(), k -> new EnumMap<>(OperatorClass.class))
                    .computeIfAbsent(e.operatorClass(), k -> new EnumMap<>(Precision.class))
                    .put(e.precision(), e.device());
        }
        roofline = new RooflineCostModel(table);
    }

    /** The device as measured; null where the work was not measured there. */
    private @Nullable DeviceSpec measured(DeviceSpec device, OperatorClass work, Precision precision) {
        Map<OperatorClass, Map<Precision, DeviceSpec>> classes = measured.get(device.id());
        Map<Precision, DeviceSpec> formats = classes == null ? null : classes.get(work);
        return formats == null ? null : formats.get(precision);
    }

    /** What a cost model says of a device. */
    private interface Pass {
        Estimate of(CostModel cost, DeviceSpec device);
    }

    private Estimate by(DeviceSpec device, OperatorClass work, ModelSpec model, Pass pass) {
        DeviceSpec known = measured(device, work, model.compute());
        return known == null ? pass.of(fallback, device) : pass.of(roofline, known);
    }

    @Override
    public Estimate seconds(Demand demand, DeviceSpec device, int tensorParallel) {
        DeviceSpec known = measured(device, demand.operatorClass(), demand.precision());
        return known == null
                ? fallback.seconds(demand, device, tensorParallel)
                : roofline.seconds(demand, known, tensorParallel);
    }

    @Override
    public void addSeconds(Demand demand, DeviceSpec device, int tensorParallel, SecondsSum sum) {
        DeviceSpec known = measured(device, demand.operatorClass(), demand.precision());
        if (known == null) fallback.addSeconds(demand, device, tensorParallel, sum);
        else roofline.addSeconds(demand, known, tensorParallel, sum);
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
