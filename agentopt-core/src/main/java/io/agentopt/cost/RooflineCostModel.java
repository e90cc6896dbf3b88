package io.agentopt.cost;

import io.agentopt.hardware.DeviceKind;
import io.agentopt.hardware.DeviceSpec;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The roofline with a smooth maximum, floors and collectives. With n = tensor parallel degree, F flops, B bytes of traffic:
 *
 * <pre>
 * compute = F / (n * peak * ec)          memory = B / (n * bandwidth * em)
 * seconds = (compute^p + memory^p)^(1/p) + operators * fo + layers * fl + all-reduces
 * fits    : weights + KV (with its copies, where n exceeds the KV heads) &lt;= n * (memory * 0.9 - 2 GB on a GPU or accelerator, 0 on a CPU)
 * </pre>
 *
 * ec, em, fo, fl, p come from the {@link EfficiencyTable}. Form, defaults and measured errors: docs/cost-model.md.
 */
public final class RooflineCostModel implements CostModel {
    /** Share of a device's memory that weights and KV cache may use. */
    public static final double MEMORY_UTILISATION = 0.9;

    /** What an engine keeps for itself on each GPU or accelerator, bytes. */
    public static final double ENGINE_BYTES = 2e9;

    private final EfficiencyTable efficiencies;

    public RooflineCostModel(EfficiencyTable efficiencies) {
        this.efficiencies = efficiencies;
    }

    /** {@return a model that knows no measurements} */
    public static RooflineCostModel generic() {
        return new RooflineCostModel(EfficiencyTable.generic());
    }

    /** {@return bytes that weights and KV cache may use on so many devices together} */
    public static double usableBytes(DeviceSpec device, int tensorParallel) {
        double engine = device.kind() == DeviceKind.CPU ? 0 : ENGINE_BYTES;
        return tensorParallel * Math.max(0, device.memoryBytes() * MEMORY_UTILISATION - engine);
    }

    @Override
    public Estimate seconds(Demand demand, DeviceSpec device, int tensorParallel) {
        SecondsSum one = new SecondsSum();
        addSeconds(demand, device, tensorParallel, one);
        return one.estimate();
    }

    @Override
    public void addSeconds(Demand demand, DeviceSpec device, int tensorParallel, SecondsSum sum) {
        Estimate refusal = refusal(demand, device, tensorParallel);
        if (refusal != null) {
            sum.add(refusal);
            return;
        }
        double peak = device.peakFlops(demand.precision()).orElseThrow();
        DeviceEfficiency e = efficiencies.find(device, demand.operatorClass(), demand.precision());
        double compute = demand.flops() / (tensorParallel * peak * e.compute());
        double memory = demand.trafficBytes() / (tensorParallel * device.memoryBytesPerSecond() * e.memory());
        double floor = demand.operators() * e.operatorFloorSeconds() + demand.layers() * e.layerFloorSeconds();
        double collective = Collectives.seconds(demand, device, tensorParallel);
        double seconds = DeviceEfficiency.smoothMax(compute, memory, e.exponent()) + floor + collective;
        if (Double.isFinite(seconds)) {
            sum.add(seconds, e.relativeSpread(), e.confidence(), compute, memory, floor, collective);
        } else {
            sum.add(new Estimate.Unknown("The work on device '" + device.id() + "' is beyond what a double can time."));
        }
    }

    /** Why there is no time; null where there is one. */
    private static @Nullable Estimate refusal(Demand demand, DeviceSpec device, int tensorParallel) {
        if (tensorParallel < 1) {
            throw new IllegalArgumentException("A tensor parallel degree of " + tensorParallel + " on device '"
                    + device.id() + "' must be at least 1.");
        }
        if (demand.occupiedBytes(tensorParallel) > usableBytes(device, tensorParallel)) {
            return tooLarge(demand, device, tensorParallel);
        }
        if (device.peakFlops(demand.precision()).isEmpty()) {
            return new Estimate.Unknown("Device '" + device.id() + "' has no known "
                    + demand.precision().id() + " rate. Use a model in one of "
                    + device.densePeakFlops().keySet() + ", or add the rate in a device file.");
        }
        if (tensorParallel > 1
                && demand.reductions() > 0
                && device.intraNodeBytesPerSecond().isEmpty()) {
            return new Estimate.Unknown(
                    "The intra-node rate of device '" + device.id() + "' is unknown, so " + tensorParallel
                            + "-way tensor parallelism cannot be estimated. Add the rate in a device file, or use one device.");
        }
        if (tensorParallel > Topology.USUAL_HOST_DEVICES
                && demand.reductions() > 0
                && device.scaleOutBytesPerSecond().isEmpty()) {
            return new Estimate.Unknown("The scale-out rate of device '" + device.id() + "' is unknown, so "
                    + tensorParallel + "-way tensor parallelism, which goes beyond a host of "
                    + Topology.USUAL_HOST_DEVICES
                    + ", cannot be estimated. Add the rate in a device file, or use at most "
                    + Topology.USUAL_HOST_DEVICES + ".");
        }
        return null;
    }

    private static Estimate tooLarge(Demand demand, DeviceSpec device, int tensorParallel) {
        double one = usableBytes(device, 1);
        String wayOut = one > 0 ? enough(demand, one) : "Use a device with more memory.";
        return new Estimate.Infeasible(String.format(
                Locale.ROOT,
                "Weights (%.1f GB) and KV cache (%.1f GB) do not fit %d x '%s', which has %.1f GB usable. %s",
                demand.residentBytes() / 1e9,
                (demand.occupiedBytes(tensorParallel) - demand.residentBytes()) / 1e9,
                tensorParallel,
                device.id(),
                usableBytes(device, tensorParallel) / 1e9,
                wayOut));
    }

    /** How many devices would do: each has its share of the weights, and of the KV cache while that still divides. */
    private static String enough(Demand demand, double one) {
        double devices = Math.ceil((demand.residentBytes() + demand.kvBytesResident()) / one);
        if (devices > demand.kvParts()) {
            double perDevice = one - demand.kvBytesResident() / demand.kvParts();
            if (perDevice <= 0)
                return "Use a smaller batch or a shorter context: more devices would only copy the cache.";
            devices = Math.ceil(demand.residentBytes() / perDevice);
        }
        return "Use at least " + (long) devices + " of them, a smaller batch or narrower weights.";
    }
}
