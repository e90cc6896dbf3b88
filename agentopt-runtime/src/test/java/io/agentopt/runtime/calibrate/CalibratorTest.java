package io.agentopt.runtime.calibrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.cost.Calibration;
import io.agentopt.cost.CostModel;
import io.agentopt.cost.Demand;
import io.agentopt.cost.DeviceEfficiency;
import io.agentopt.cost.Estimate;
import io.agentopt.cost.LocalCalibration;
import io.agentopt.cost.Measurement;
import io.agentopt.cost.OperatorClass;
import io.agentopt.cost.TransformerDemand;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.ModelSpec;
import io.agentopt.model.Precision;
import io.agentopt.runtime.llm.TinyPack;
import io.agentopt.runtime.llm.pack.ModelStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CalibratorTest {
    private static final DeviceSpec CPU = DeviceSpec.cpu("cpu", 2, 1e11, 8e9, 1e10);

    @Test
    void everyKindOfWorkGetsAFitWithinItsBounds(@TempDir Path root) {
        TinyPack.decoder("d").write(root);
        TinyPack.writeEmbedder(root, "e");
        ModelStore store = ModelStore.of(root);
        List<String> heard = new ArrayList<>();
        CalibratedMachine machine = Calibrator.run(CPU, store, List.of("d", "e"), 1, heard::add);
        assertThat(heard).containsExactly("measuring d", "measuring e");
        assertThat(machine.fits()).containsOnlyKeys(OperatorClass.PREFILL, OperatorClass.DECODE, OperatorClass.EMBED);
        assertThat(machine.device().id()).isEqualTo("cpu");
        assertNotLower(machine.device(), CPU);
        for (Calibration fit : machine.fits().values()) {
            assertThat(fit.used()).isPositive();
            assertThat(fit.rejected()).as("atLeast leaves nothing impossible").isEmpty();
            assertThat(fit.medianRelativeError()).isFinite().isNotNegative();
            assertThat(fit.efficiency().compute()).isBetween(0.001, DeviceEfficiency.MOST);
            assertThat(fit.efficiency().memory()).isBetween(0.001, DeviceEfficiency.MOST);
        }
        ModelSpec decoder = store.pack("d").spec();
        double last = 0;
        for (int tokens : new int[] {1, 8, 32, 90}) {
            double seconds =
                    known(machine.costModel(), TransformerDemand.prefill(decoder, tokens, 1), machine.device());
            assertThat(seconds).isPositive().isFinite().isGreaterThanOrEqualTo(last);
            last = seconds;
        }
        double few = known(machine.costModel(), TransformerDemand.decode(decoder, 8, 4, 1), machine.device());
        double many = known(machine.costModel(), TransformerDemand.decode(decoder, 8, 64, 1), machine.device());
        assertThat(many).isGreaterThan(few);
    }

    @Test
    void aModelWithAContextShorterThanThePromptsIsMeasuredAsFarAsItGoes(@TempDir Path root) {
        TinyPack tiny = TinyPack.decoder("short");
        new TinyPack(
                        "short",
                        tiny.layers(),
                        tiny.hidden(),
                        tiny.heads(),
                        tiny.kvHeads(),
                        tiny.headDim(),
                        tiny.ffn(),
                        12,
                        false,
                        1)
                .write(root);
        CalibratedMachine machine = Calibrator.run(CPU, ModelStore.of(root), List.of("short"), 1, s -> {});
        assertThat(machine.fits()).containsOnlyKeys(OperatorClass.PREFILL);
        assertThat(Objects.requireNonNull(machine.fits().get(OperatorClass.PREFILL))
                        .used())
                .isEqualTo(3); // one length, three sweeps
    }

    @Test
    void measurementsOfAKnownMachineGiveItsTimesBack() {
        double share = 0.4, floor = 2e-4;
        List<Measurement> points = new ArrayList<>();
        for (double size = 1; size < 2000; size *= 2) {
            Demand work = Demand.kernel(OperatorClass.PREFILL, Precision.FP32, 1e7 * size, 1e4 * size, 0);
            points.add(new Measurement(work, 1e7 * size / (1e11 * share) + floor));
        }
        DeviceSpec reached = Calibrator.atLeast(CPU, points);
        assertThat(reached).isEqualTo(CPU);
        CalibratedMachine machine =
                new CalibratedMachine(reached, Map.of(OperatorClass.PREFILL, LocalCalibration.fit(reached, points)));
        for (Measurement m : points) {
            double predicted = known(machine.costModel(), m.demand(), reached);
            assertThat(predicted).isCloseTo(m.seconds(), within(0.1 * m.seconds()));
        }
    }

    @Property(seed = "20261122", tries = 300)
    void peaksAreNeverLoweredAndNoMeasurementIsFasterThanThem(
            @ForAll @Size(max = 8) List<@IntRange(min = -90, max = 10) Integer> tenthsOfDecades,
            @ForAll @DoubleRange(min = 0, max = 1e15) double flops,
            @ForAll @DoubleRange(min = 0, max = 1e13) double bytes,
            @ForAll Precision precision) {
        List<Measurement> points = tenthsOfDecades.stream()
                .map(t -> new Measurement(
                        Demand.kernel(OperatorClass.DECODE, precision, flops, bytes, 0), Math.pow(10, t / 10.0)))
                .toList();
        DeviceSpec reached = Calibrator.atLeast(CPU, points);
        assertNotLower(reached, CPU);
        for (Measurement m : points) {
            assertThat(m.demand().trafficBytes())
                    .isLessThanOrEqualTo(reached.memoryBytesPerSecond() * m.seconds() * 1.000001);
            assertThat(m.demand().flops())
                    .isLessThanOrEqualTo(reached.peakFlops(precision).orElseThrow() * m.seconds() * 1.000001);
        }
        assertThat(Calibrator.atLeast(reached, points))
                .as("again changes nothing")
                .isEqualTo(reached);
        if (points.isEmpty()) assertThat(reached).isEqualTo(CPU);
    }

    private static void assertNotLower(DeviceSpec reached, DeviceSpec before) {
        assertThat(reached.memoryBytesPerSecond()).isGreaterThanOrEqualTo(before.memoryBytesPerSecond());
        before.densePeakFlops()
                .forEach((precision, rate) ->
                        assertThat(reached.densePeakFlops().get(precision)).isGreaterThanOrEqualTo(rate));
        assertThat(reached.memoryBytes()).isEqualTo(before.memoryBytes());
    }

    private static double known(CostModel model, Demand demand, DeviceSpec device) {
        assertThat(model.seconds(demand, device)).isInstanceOf(Estimate.Known.class);
        return ((Estimate.Known) model.seconds(demand, device)).seconds();
    }
}
