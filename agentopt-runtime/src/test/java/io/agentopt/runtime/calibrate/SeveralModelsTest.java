package io.agentopt.runtime.calibrate;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.cost.Confidence;
import io.agentopt.cost.CostModel;
import io.agentopt.cost.Demand;
import io.agentopt.cost.DeviceEfficiency;
import io.agentopt.cost.EfficiencyTable;
import io.agentopt.cost.Estimate;
import io.agentopt.cost.Measurement;
import io.agentopt.cost.OperatorClass;
import io.agentopt.cost.RooflineCostModel;
import io.agentopt.cost.TransformerDemand;
import io.agentopt.cost.engine.CalibrationFile;
import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.ModelCatalog;
import io.agentopt.model.ModelSpec;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that a machine does differently well, as where the weights of one stay in a cache: times of known terms, and what fits make of them. */
class SeveralModelsTest {
    private static final DeviceSpec CPU = DeviceSpec.cpu("cpu", 32, 5e12, 256e9, 1.75e11);
    private static final ModelSpec LARGE = ModelCatalog.packaged().find("llama-3.1-8b-instruct");
    private static final ModelSpec SMALL = ModelCatalog.packaged().find("meta-llama/Llama-3.2-1B");
    private static final Map<ModelSpec, DeviceEfficiency> TRUTH = Map.of(
            LARGE, new DeviceEfficiency(0.30, 0.50, 1e-3, 1e-4, 2, Confidence.MEASURED, 0),
            SMALL, new DeviceEfficiency(0.12, 0.90, 5e-3, 4e-5, 2, Confidence.MEASURED, 0));

    private static double truth(ModelSpec model, Demand work) {
        EfficiencyTable table = EfficiencyTable.generic().with("cpu", work.operatorClass(), TRUTH.get(model));
        return seconds(new RooflineCostModel(table).seconds(work, CPU, 1));
    }

    private static double seconds(Estimate estimate) {
        assertThat(estimate).isInstanceOf(Estimate.Known.class);
        return ((Estimate.Known) estimate).seconds();
    }

    private static DeviceCalibration measured(double noise) {
        SplittableRandom random = new SplittableRandom(7);
        List<PointTime> points = new ArrayList<>();
        for (ModelSpec model : List.of(LARGE, SMALL)) {
            int i = 0;
            for (int batch = 1; batch <= 256; batch *= 2) {
                for (int context : new int[] {16, 128, 1024, 4096}) {
                    Demand work = TransformerDemand.decodeStep(model, context, batch);
                    double seconds = truth(model, work) * (1 + noise * random.nextGaussian());
                    points.add(new PointTime(
                            model.id(),
                            new CalibrationPoint(OperatorClass.DECODE, context, batch),
                            new Measurement(work, seconds),
                            3,
                            ++i % 5 == 0));
                }
            }
        }
        return Calibrator.standard().fitted(CPU, points, List.of(), System.nanoTime());
    }

    /** Median error on shapes between those that were timed. */
    private static double error(CostModel cost, DeviceSpec device, ModelSpec model) {
        List<Double> errors = new ArrayList<>();
        for (int batch : new int[] {1, 3, 12, 48, 200}) {
            for (int context : new int[] {50, 700, 3000}) {
                double told = seconds(cost.decodeStep(model, device, 1, context, batch));
                errors.add(Math.abs(told / truth(model, TransformerDemand.decodeStep(model, context, batch)) - 1));
            }
        }
        double[] sorted = errors.stream().mapToDouble(e -> e).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    @Test
    void eachModelGoesByItsOwnTermsAndAnyOtherByThoseOfAll(@TempDir Path folder) {
        DeviceCalibration exact = measured(0), noisy = measured(0.1);
        assertThat(exact.fits()).hasSize(3);
        assertThat(exact.fits().getFirst().model()).isEmpty();
        assertThat(exact.fits().getFirst().heldOutError().getAsDouble())
                .as("one set of terms for both")
                .isGreaterThan(0.08);
        for (FittedWork fit : exact.fits().subList(1, 3))
            assertThat(fit.heldOutError().getAsDouble()).isLessThan(0.01);
        Path file = folder.resolve("c.json");
        exact.file(LocalDate.of(2026, 11, 23)).write(file);
        CostModel read = CalibrationFile.read(file, DeviceCatalog.packaged()).costModel(RooflineCostModel.generic());
        for (ModelSpec model : List.of(LARGE, SMALL)) {
            assertThat(error(exact.costModel(), exact.device(), model)).isLessThan(0.01);
            assertThat(error(noisy.costModel(), noisy.device(), model)).isLessThan(0.05);
            assertThat(read.decodeStep(model, CPU, 1, 300, 3))
                    .isEqualTo(exact.costModel().decodeStep(model, exact.device(), 1, 300, 3));
            Demand work = TransformerDemand.decodeStep(model, 300, 3);
            assertThat(read.seconds(work.times(7), CPU, 1))
                    .as("work that does not name its model")
                    .isEqualTo(exact.costModel().seconds(work.times(7), exact.device(), 1));
            assertThat(seconds(read.seconds(work, CPU, 1))).isEqualTo(seconds(read.decodeStep(model, CPU, 1, 300, 3)));
        }
        ModelSpec other = ModelCatalog.packaged().find("meta-llama/Llama-3.2-3B");
        FittedWork all = exact.fits().getFirst();
        CostModel joint = new RooflineCostModel(EfficiencyTable.generic()
                .with("cpu", OperatorClass.DECODE, all.calibration().efficiency()));
        assertThat(exact.costModel().decodeStep(other, exact.device(), 1, 300, 3))
                .isEqualTo(joint.decodeStep(other, exact.device(), 1, 300, 3));
    }

    /** Else the terms of an older file would stay in force for the model that was measured anew. */
    @Test
    void measuringOneOfThemAgainReplacesItsTermsAndNotTheOthers() {
        DeviceCalibration both = measured(0);
        List<PointTime> large = both.points().stream()
                .filter(p -> p.modelId().equals(LARGE.id()))
                .map(p -> new PointTime(
                        p.modelId(),
                        p.point(),
                        new Measurement(
                                p.measurement().demand(), 2 * p.measurement().seconds()),
                        3,
                        p.heldOut()))
                .toList();
        DeviceCalibration again = Calibrator.standard().fitted(CPU, large, List.of(), System.nanoTime());
        LocalDate day = LocalDate.of(2026, 11, 23);
        CostModel cost = both.file(day).with(again.file(day).efficiencies()).costModel(RooflineCostModel.generic());
        double twice = truth(LARGE, TransformerDemand.decodeStep(LARGE, 300, 4)) * 2;
        assertThat(seconds(cost.decodeStep(LARGE, CPU, 1, 300, 4))).isBetween(0.98 * twice, 1.02 * twice);
        assertThat(cost.decodeStep(SMALL, CPU, 1, 300, 4))
                .isEqualTo(both.costModel().decodeStep(SMALL, CPU, 1, 300, 4));
    }
}
