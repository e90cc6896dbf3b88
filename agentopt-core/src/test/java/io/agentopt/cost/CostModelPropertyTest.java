package io.agentopt.cost;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.ModelCatalog;
import io.agentopt.model.ModelSpec;
import io.agentopt.model.Precision;
import java.util.EnumMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

class CostModelPropertyTest {
    private final CostModel costs = RooflineCostModel.generic();

    @Provide
    Arbitrary<ModelSpec> decoders() {
        return Arbitraries.of(ModelCatalog.packaged().entries().stream()
                .map(ModelCatalog.Entry::model)
                .filter(m -> m.kind() == ModelSpec.Kind.DECODER)
                .toList());
    }

    @Provide
    Arbitrary<DeviceSpec> devices() {
        return Arbitraries.of(DeviceCatalog.packaged().devices());
    }

    @Property(seed = "20261122", tries = 300)
    void moreTokensOrSequencesNeverCostLess(
            @ForAll("decoders") ModelSpec model,
            @ForAll("devices") DeviceSpec device,
            @ForAll @IntRange(min = 1, max = 200_000) int tokens,
            @ForAll @IntRange(min = 1, max = 512) int batch,
            @ForAll @IntRange(min = 1, max = 8) int parallel) {
        DeviceSpec huge = withMemory(device, 1e18);
        notLess(
                TransformerDemand.prefill(model, tokens, batch),
                TransformerDemand.prefill(model, tokens + 1, batch),
                huge,
                parallel);
        notLess(
                TransformerDemand.prefill(model, tokens, batch),
                TransformerDemand.prefill(model, tokens, batch + 1),
                huge,
                parallel);
        notLess(
                TransformerDemand.prefill(model, tokens + 1, batch, 1),
                TransformerDemand.prefill(model, tokens + 1, batch, 0),
                huge,
                parallel);
        notLess(
                TransformerDemand.decodeStep(model, tokens, batch),
                TransformerDemand.decodeStep(model, tokens + 1, batch),
                huge,
                parallel);
        notLess(
                TransformerDemand.decodeStep(model, tokens, batch),
                TransformerDemand.decodeStep(model, tokens, batch + 1),
                huge,
                parallel);
        notLess(
                TransformerDemand.decode(model, 10, tokens, batch),
                TransformerDemand.decode(model, 10, tokens + 1, batch),
                huge,
                parallel);
    }

    @Property(seed = "20261122", tries = 300)
    void everyEstimateIsKnownAndFiniteOrSaysWhyNot(
            @ForAll("decoders") ModelSpec model,
            @ForAll("devices") DeviceSpec device,
            @ForAll @IntRange(min = 1) int tokens,
            @ForAll @IntRange(min = 1) int batch,
            @ForAll @IntRange(min = 1, max = 1024) int parallel) {
        for (Demand demand : new Demand[] {
            TransformerDemand.prefill(model, tokens, batch), TransformerDemand.decode(model, tokens, tokens, batch)
        }) {
            switch (costs.seconds(demand, device, parallel)) {
                case Estimate.Known k -> assertThat(k.seconds()).isFinite().isNotNegative();
                case Estimate.Unknown u -> assertThat(u.reason()).contains(device.id());
                case Estimate.Infeasible i -> assertThat(i.reason()).contains(device.id());
            }
        }
    }

    @Property(seed = "20261122", tries = 300)
    void theSmoothMaximumLiesBetweenMaximumAndSum(
            @ForAll @DoubleRange(min = 0, max = 1e6) double a,
            @ForAll @DoubleRange(min = 0, max = 1e6) double b,
            @ForAll @DoubleRange(min = 1, max = 4) double p) {
        assertThat(DeviceEfficiency.smoothMax(a, b, p)).isBetween(Math.max(a, b) * (1 - 1e-12), (a + b) * (1 + 1e-12));
        assertThat(DeviceEfficiency.smoothMax(a, b, p)).isEqualTo(DeviceEfficiency.smoothMax(b, a, p));
    }

    @Property(seed = "20261122", tries = 100)
    void aDecodeIsBetweenItsFirstAndLastStepTimesItsLength(
            @ForAll("decoders") ModelSpec model,
            @ForAll @IntRange(min = 1, max = 10_000) int prompt,
            @ForAll @IntRange(min = 2, max = 5_000) int output) {
        DeviceSpec huge = withMemory(DeviceCatalog.packaged().find("H100"), 1e18);
        double whole = seconds(TransformerDemand.decode(model, prompt, output, 4), huge, 1);
        double first = seconds(TransformerDemand.decodeStep(model, prompt + 1, 4), huge, 1);
        double last = seconds(TransformerDemand.decodeStep(model, prompt + output - 1, 4), huge, 1);
        assertThat(whole / (output - 1)).isBetween(first * (1 - 1e-9), last * (1 + 1e-9));
    }

    private void notLess(Demand less, Demand more, DeviceSpec device, int parallel) {
        if (parallel > 1 && device.intraNodeBytesPerSecond().isEmpty()) return;
        assertThat(seconds(more, device, parallel))
                .isGreaterThanOrEqualTo(seconds(less, device, parallel) * (1 - 1e-12));
    }

    private double seconds(Demand demand, DeviceSpec device, int parallel) {
        return ((Estimate.Known) costs.seconds(demand, device, parallel)).seconds();
    }

    private static DeviceSpec withMemory(DeviceSpec d, double bytes) {
        var rates = new EnumMap<>(d.densePeakFlops());
        rates.putIfAbsent(Precision.FP16, 1e13);
        return new DeviceSpec(
                d.id(),
                d.vendor(),
                d.kind(),
                rates,
                bytes,
                d.memoryBytesPerSecond(),
                d.intraNodeBytesPerSecond(),
                d.scaleOutBytesPerSecond(),
                d.tdpWatts(),
                d.maxMatmulEfficiency(),
                d.listPrice(),
                d.provenance());
    }
}
