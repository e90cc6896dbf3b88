package io.agentopt.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.ModelCatalog;
import io.agentopt.model.ModelSpec;
import io.agentopt.model.Precision;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LocalCalibrationTest {
    static final DeviceSpec CPU = DeviceSpec.cpu("here", 2, 150e9, 64e9, 20e9);
    private static final DeviceSpec A100 = DeviceCatalog.packaged().find("A100");

    static ModelSpec small(int layers, int hidden) {
        return new ModelSpec(
                "s" + layers,
                ModelSpec.Kind.DECODER,
                layers,
                hidden,
                hidden / 64,
                hidden / 64,
                64,
                4 * hidden,
                false,
                1000,
                true,
                2048,
                ModelSpec.Experts.NONE,
                Precision.FP32,
                Precision.FP32,
                Precision.FP32);
    }

    private static Measurement measured(Demand demand, DeviceSpec device, DeviceEfficiency truth, double noise) {
        RooflineCostModel model =
                new RooflineCostModel(EfficiencyTable.generic().with(device.id(), demand.operatorClass(), truth));
        return new Measurement(demand, ((Estimate.Known) model.seconds(demand, device)).seconds() * noise);
    }

    static double seconds(Calibration fit, DeviceSpec device, Demand demand) {
        RooflineCostModel model = new RooflineCostModel(
                EfficiencyTable.generic().with(device.id(), demand.operatorClass(), fit.efficiency()));
        return ((Estimate.Known) model.seconds(demand, device)).seconds();
    }

    /** Three small models that differ in depth and width: the time per layer is what the widest ones do not explain. */
    @Test
    void theLayerFloorOfSmallModelsIsFound() {
        DeviceEfficiency truth = new DeviceEfficiency(0.5, 0.7, 50e-6, 400e-6, 2, Confidence.MEASURED, 0);
        List<Measurement> points = new ArrayList<>();
        for (ModelSpec m : List.of(small(2, 128), small(6, 128), small(6, 512), small(12, 256))) {
            points.add(measured(TransformerDemand.decodeStep(m, 64, 1), CPU, truth, 1));
            points.add(measured(TransformerDemand.decodeStep(m, 512, 1), CPU, truth, 1));
        }
        Calibration fit = LocalCalibration.fit(CPU, points);
        assertThat(fit.efficiency().layerFloorSeconds()).isCloseTo(400e-6, within(40e-6));
        assertThat(fit.medianRelativeError()).isLessThan(0.02);
        Demand unseen = TransformerDemand.decodeStep(small(24, 384), 300, 2);
        assertThat(seconds(fit, CPU, unseen))
                .isCloseTo(measured(unseen, CPU, truth, 1).seconds(), within(0.1 * seconds(fit, CPU, unseen)));
    }

    @Test
    void twoPointsAlreadyHelp() {
        DeviceEfficiency truth = new DeviceEfficiency(0.3, 0.35, 100e-6, 200e-6, 2, Confidence.MEASURED, 0);
        ModelSpec m = small(8, 512);
        Calibration fit = LocalCalibration.fit(
                CPU,
                List.of(
                        measured(TransformerDemand.decodeStep(m, 64, 1), CPU, truth, 1.02),
                        measured(TransformerDemand.decodeStep(m, 64, 8), CPU, truth, 0.98)));
        Demand between = TransformerDemand.decodeStep(m, 100, 4);
        double real = measured(between, CPU, truth, 1).seconds();
        assertThat(seconds(fit, CPU, between) / real).isBetween(0.85, 1.15);
        assertThat(fit.efficiency().confidence()).isEqualTo(Confidence.MEASURED);
        assertThat(fit.efficiency().relativeSpread()).isGreaterThan(0.05);
    }

    /** Only small batches: the compute share cannot be seen and must stay near its generic value instead of running away. */
    @Test
    void aMissingRegimeLeavesItsTermAlone() {
        DeviceEfficiency truth = new DeviceEfficiency(0.7, 0.6, 8e-6, 0, 1.6, Confidence.MEASURED, 0);
        List<Measurement> points = new ArrayList<>();
        for (int m = 1; m <= 4; m++) {
            for (int n : new int[] {4096, 8192, 12288})
                points.add(measured(OperatorDemand.gemm(m, n, 4096, Precision.FP16, Precision.FP16), A100, truth, 1));
        }
        DeviceEfficiency fit = LocalCalibration.fit(A100, points).efficiency();
        assertThat(fit.compute()).isBetween(0.3, 1.0);
        assertThat(fit.memory()).isCloseTo(0.6, within(0.06));
    }

    /** Points of several tensor parallel degrees fit together; the collectives are taken off first. */
    @Test
    void severalDevicesSharingTheWorkFitTogether() {
        DeviceEfficiency truth = new DeviceEfficiency(0.5, 0.7, 100e-6, 300e-6, 2, Confidence.MEASURED, 0);
        RooflineCostModel real =
                new RooflineCostModel(EfficiencyTable.generic().with(A100.id(), OperatorClass.DECODE, truth));
        ModelSpec llama = ModelCatalog.packaged().find("meta-llama/Llama-2-70b-hf");
        List<Measurement> points = new ArrayList<>();
        for (int n = 4; n <= 8; n *= 2) {
            for (int batch = 1; batch <= 64; batch *= 4) {
                Demand step = TransformerDemand.decodeStep(llama, 1000, batch);
                points.add(new Measurement(step, n, ((Estimate.Known) real.seconds(step, A100, n)).seconds()));
            }
        }
        Calibration fit = LocalCalibration.fit(A100, points);
        assertThat(fit.medianRelativeError()).isLessThan(0.02);
        assertThat(fit.efficiency().layerFloorSeconds()).isCloseTo(300e-6, within(45e-6));
    }

    @Test
    void impossibleRowsAreRejectedAndCounted() {
        Demand gemm = OperatorDemand.gemm(4096, 4096, 4096, Precision.FP16, Precision.FP16);
        double ideal = gemm.flops() / 312e12;
        Calibration fit = LocalCalibration.fit(
                A100,
                List.of(
                        new Measurement(gemm, ideal / 0.7),
                        new Measurement(gemm, ideal * 0.9),
                        new Measurement(Demand.kernel(OperatorClass.GEMM, Precision.FP16, 0, 0, 0), 1)));
        assertThat(fit.used()).isEqualTo(1);
        assertThat(fit.rejected()).hasSize(2).anySatisfy(r -> assertThat(r).contains("faster than the peaks"));
    }

    @Test
    void oneOutlierDoesNotBendTheFit() {
        DeviceEfficiency truth = new DeviceEfficiency(0.7, 0.8, 8e-6, 0, 1.6, Confidence.MEASURED, 0);
        List<Measurement> points = new ArrayList<>();
        for (int m = 64; m <= 8192; m *= 2)
            points.add(measured(
                    OperatorDemand.gemm(m, 4096, 4096, Precision.FP16, Precision.FP16),
                    A100,
                    truth,
                    m == 512 ? 10 : 1));
        assertThat(LocalCalibration.fit(A100, points).medianRelativeError()).isLessThan(0.05);
    }

    @Test
    void nothingToFitIsSaid() {
        Demand gemm = OperatorDemand.gemm(64, 64, 64, Precision.FP16, Precision.FP16);
        assertThatThrownBy(() -> LocalCalibration.fit(A100, List.of()))
                .hasMessageContaining("No measurements of device 'A100-80GB-SXM'");
        assertThatThrownBy(() -> LocalCalibration.fit(A100, List.of(new Measurement(gemm, 1e-15))))
                .hasMessageContaining("impossible");
        assertThatThrownBy(() -> LocalCalibration.fit(
                        A100,
                        List.of(
                                new Measurement(gemm, 1),
                                new Measurement(OperatorDemand.scan(10, 10, 1, Precision.FP16), 1))))
                .hasMessageContaining("mix GEMM in fp16 with SCAN");
        assertThatThrownBy(() -> LocalCalibration.fit(
                        A100,
                        List.of(new Measurement(OperatorDemand.gemm(1, 1, 1, Precision.FP32, Precision.FP32), 1))))
                .hasMessageContaining("fp32");
        assertThatThrownBy(() -> new Measurement(gemm, 0)).hasMessageContaining("0.0 s");
        assertThatThrownBy(() -> new Measurement(gemm, Double.NaN)).hasMessageContaining("NaN");
    }

    /** What cross-validation goes by: a fit without a few points, from the fit of all. */
    @Test
    void aFitNearAnotherFindsWhatAWholeFitFinds() {
        DeviceEfficiency truth = new DeviceEfficiency(0.3, 0.6, 200e-6, 20e-6, 2, Confidence.MEASURED, 0);
        List<Measurement> points = new ArrayList<>();
        for (int tokens = 4; tokens <= 2048; tokens *= 2) {
            points.add(measured(
                    TransformerDemand.prefill(small(6, 512), tokens, 1), CPU, truth, 1 + 0.001 * tokens % 7 / 70));
        }
        Calibration all = LocalCalibration.fit(CPU, points);
        List<Measurement> rest = points.subList(2, points.size());
        Calibration near = LocalCalibration.fitNear(CPU, rest, all.efficiency());
        Calibration whole = LocalCalibration.fit(CPU, rest);
        for (Measurement m : points) {
            assertThat(seconds(near, CPU, m.demand()))
                    .isCloseTo(seconds(whole, CPU, m.demand()), within(0.02 * m.seconds()));
        }
    }
}
