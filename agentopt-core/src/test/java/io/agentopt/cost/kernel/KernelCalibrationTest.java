package io.agentopt.cost.kernel;

import static io.agentopt.cost.kernel.SyntheticDevice.FORM;
import static io.agentopt.cost.kernel.SyntheticDevice.gemm;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.cost.Confidence;
import io.agentopt.cost.kernel.KernelShape.Gemm;
import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.model.Precision;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class KernelCalibrationTest {
    private static final List<KernelMeasurement<Gemm>> TEST = SyntheticDevice.measure(400, 8192, 0, 99);

    @Test
    void twoHundredPointsPredictShapesThatNoneOfThemHas() {
        KernelFit<Gemm> fit = fit(SyntheticDevice.measure(200, 8192, 0.03, 1));
        assertThat(fit.model().confidence()).isEqualTo(Confidence.IMPORTED);
        assertThat(SyntheticDevice.error(fit.model(), TEST)).isLessThan(0.03);
        assertThat(fit.fittedError()).isLessThan(0.06).isLessThan(fit.genericError());
    }

    @Test
    void twentyFivePointsAlreadyHelp() {
        double generic = SyntheticDevice.error(KernelModel.generic(FORM), TEST);
        for (int seed = 0; seed < 10; seed++) {
            KernelFit<Gemm> fit = fit(SyntheticDevice.measure(25, 8192, 0.1, seed));
            assertThat(SyntheticDevice.error(fit.model(), TEST))
                    .as("seed %d", seed)
                    .isLessThan(generic / 2);
        }
    }

    @Test
    void fewerThanFivePointsLeaveTheModelGeneric() {
        KernelFit<Gemm> fit = fit(SyntheticDevice.measure(4, 8192, 0, 1));
        assertThat(fit.model().confidence()).isEqualTo(Confidence.GENERIC);
        assertThat(fit(List.of()).model().confidence()).isEqualTo(Confidence.GENERIC);
    }

    @Test
    void whereGenericTermsAreTrueNoFitReplacesThem() {
        List<KernelMeasurement<Gemm>> points = SyntheticDevice.measure(30, 8192, 0, 5).stream()
                .map(p -> new KernelMeasurement<>(p.shape(), FORM.seconds(p.shape(), FORM.generic())))
                .toList();
        assertThat(SyntheticDevice.error(fit(points).model(), points)).isLessThan(0.01);
    }

    @Test
    void smallBatchesOnlyDoNotMakeLargeOnesRunAway() {
        for (int seed = 0; seed < 10; seed++) {
            KernelModel<Gemm> model =
                    fit(SyntheticDevice.measure(100, 4, 0.05, seed)).model();
            for (KernelMeasurement<Gemm> p : TEST) {
                assertThat(model.seconds(p.shape()) / p.seconds())
                        .as("%s", p.shape())
                        .isBetween(0.3, 3.0);
            }
        }
    }

    @Test
    void impossibleRowsAndOtherUnitsAreCountedAndLeftOut() {
        List<KernelMeasurement<Gemm>> points = new ArrayList<>(SyntheticDevice.measure(50, 8192, 0.02, 3));
        Gemm shape = gemm(4096, 4096, 4096);
        double time = FORM.seconds(shape, SyntheticDevice.TERMS);
        points.add(new KernelMeasurement<>(shape, time / 1000));
        points.add(new KernelMeasurement<>(shape, time * 1000));
        KernelFit<Gemm> fit = fit(points);
        assertThat(fit.used()).isEqualTo(50);
        assertThat(fit.rejected())
                .containsEntry("faster than the peaks of 'A100-80GB-SXM' allow", 1)
                .containsEntry("over 300 times slower than expected: another unit of time?", 1);
    }

    @Test
    void outliersHardlyMoveTheFit() {
        List<KernelMeasurement<Gemm>> points = new ArrayList<>(SyntheticDevice.measure(180, 8192, 0.02, 4));
        SyntheticDevice.measure(20, 8192, 0, 5)
                .forEach(p -> points.add(new KernelMeasurement<>(p.shape(), 4 * p.seconds())));
        double[] terms = BoundedFit.terms(FORM, points);
        assertThat(terms[0]).isBetween(0.5, 0.6);
        assertThat(terms[1]).isBetween(0.55, 0.72);
    }

    @Test
    void theCorrectionNeverLeavesTheRangeOfWhatItSaw() {
        List<KernelMeasurement<Gemm>> points = SyntheticDevice.measure(60, 512, 0, 6);
        double[] residuals = new double[points.size()];
        for (int i = 0; i < residuals.length; i++) residuals[i] = i % 2 == 0 ? 0.2 : -0.1;
        ResidualCorrection correction =
                ResidualCorrection.fit(FORM, points, residuals, new ResidualCorrection.Reach(3, 3, true, 0.01));
        for (long m = 1; m < 1L << 40; m *= 8) {
            assertThat(correction.at(FORM, gemm(m, 1 + m / 3, 7 * m))).isBetween(-0.1, 0.2);
        }
    }

    @Test
    void aDeviceWithoutPointsBorrowsAndSaysSo() {
        KernelModel<Gemm> a100 =
                fit(SyntheticDevice.measure(200, 8192, 0.03, 1)).model();
        KernelModel<Gemm> a40 = a100.on(DeviceCatalog.packaged().find("A40"));
        assertThat(a40.confidence()).isEqualTo(Confidence.TRANSFERRED);
        assertThat(a40.corrected()).isFalse();
        assertThat(a40.relativeSpread()).isGreaterThan(a100.relativeSpread());
        assertThat(a40.seconds(gemm(4096, 8192, 8192))).isGreaterThan(1.8 * a100.seconds(gemm(4096, 8192, 8192)));
    }

    @Test
    void theNearestDeviceLends() {
        DeviceCatalog devices = DeviceCatalog.packaged();
        KernelModel<Gemm> a100 = KernelModel.generic(FORM);
        KernelModel<Gemm> h100 = KernelModel.generic(new GemmForm(devices.find("H100"), Precision.BF16));
        assertThat(KernelModel.nearest(List.of(a100, h100), devices.find("A100-40GB"))
                        .orElseThrow()
                        .confidence())
                .isEqualTo(Confidence.GENERIC);
        assertThat(KernelModel.nearest(List.<KernelModel<Gemm>>of(), devices.find("A40")))
                .isEmpty();
    }

    @Test
    void aDeviceWithoutARateForTheFormatIsNamed() {
        assertThatThrownBy(() -> new GemmForm(DeviceCatalog.packaged().find("A100"), Precision.FP8))
                .hasMessageContaining("'A100-80GB-SXM' has no known fp8 rate");
    }

    @Test
    void timesAndSizesThatAreNoneAreErrors() {
        for (double seconds : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> new KernelMeasurement<>(gemm(1, 1, 1), seconds))
                    .hasMessageContaining("must be finite and above 0");
        }
        assertThatThrownBy(() -> gemm(0, 8, 8))
                .hasMessageContaining("The m (0) of a matrix product must be at least 1");
    }

    private static KernelFit<Gemm> fit(List<KernelMeasurement<Gemm>> points) {
        return KernelCalibration.fit(FORM, points, Confidence.IMPORTED);
    }
}
