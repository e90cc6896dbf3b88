package io.agentopt.cost.engine;

import static io.agentopt.cost.engine.EngineModelTest.H100;
import static io.agentopt.cost.engine.EngineModelTest.SMALL;
import static io.agentopt.cost.engine.EngineModelTest.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.cost.Confidence;
import io.agentopt.cost.kernel.GemmForm;
import io.agentopt.cost.kernel.KernelMeasurement;
import io.agentopt.cost.kernel.KernelModel;
import io.agentopt.cost.kernel.KernelShape.Gemm;
import io.agentopt.model.Precision;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StagedCalibrationTest {
    private static final EngineTerms TRUTH = EngineTerms.generic(H100)
            .with(EngineTerm.COMPUTE, EngineTerm.COMPUTE.generic() / 2)
            .with(EngineTerm.DECODE_COMPUTE, EngineTerm.DECODE_COMPUTE.generic() / 2)
            .with(EngineTerm.MEMORY, EngineTerm.MEMORY.generic() / 2)
            .with(EngineTerm.ITERATION_SECONDS, 4e-3);

    /** Products that take twice as long as generic terms say. */
    private static List<KernelMeasurement<Gemm>> slowProducts(Precision format) {
        KernelModel<Gemm> generic = KernelModel.generic(new GemmForm(H100, format));
        List<KernelMeasurement<Gemm>> points = new ArrayList<>();
        for (long width : new long[] {2048, 4096, 6144, 8192, 12288}) {
            for (long m : new long[] {1, 16, 128, 1024, 4096}) {
                Gemm shape = new Gemm(m, width, 4096, format, format);
                points.add(new KernelMeasurement<>(shape, 2 * generic.seconds(shape)));
            }
        }
        return points;
    }

    private static EngineMeasurement served(int devices, int batch) {
        Deployment d = on(H100, SMALL, devices);
        EngineLoad load = new EngineLoad(1024, 256, batch);
        return new EngineMeasurement(
                d,
                load,
                EngineMetric.SERVED_TOKEN_TIME,
                EngineModel.seconds(d, load, EngineMetric.SERVED_TOKEN_TIME, TRUTH)
                        .seconds());
    }

    private static double error(StagedFit fit, EngineMeasurement m) {
        return Math.abs(fit.seconds(m.deployment(), m.load(), m.metric()).seconds() / m.seconds() - 1);
    }

    @Test
    void nothingMeasuredIsGeneric() {
        StagedFit fit = StagedCalibration.fit(H100, Precision.BF16, List.of(), List.of());
        assertThat(fit.terms()).isEqualTo(EngineTerms.generic(H100));
        assertThat(fit.engine()).isEmpty();
        assertThat(fit.kernels().isEmpty()).isTrue();
    }

    @Test
    void kernelsMoveTheRatesTheyAreAboutAndRowsTheRest() {
        List<KernelMeasurement<Gemm>> kernels = slowProducts(Precision.FP16); // the other 16-bit format counts
        StagedFit first = StagedCalibration.fit(H100, Precision.BF16, kernels, List.of());
        assertThat(first.terms().get(EngineTerm.COMPUTE)).isCloseTo(0.385, within(0.06));
        assertThat(first.terms().get(EngineTerm.MEMORY)).isCloseTo(0.41, within(0.06));
        assertThat(first.terms().get(EngineTerm.KV)).isEqualTo(EngineTerm.KV.generic());
        assertThat(first.terms().get(EngineTerm.HOP_SECONDS)).isEqualTo(EngineTerm.HOP_SECONDS.generic());
        assertThat(first.terms().confidence()).isEqualTo(Confidence.TRANSFERRED);

        List<EngineMeasurement> rows = List.of(served(1, 1), served(1, 32), served(2, 8));
        StagedFit both = StagedCalibration.fit(H100, Precision.BF16, kernels, rows);
        assertThat(error(both, served(4, 64))).isLessThan(0.5 * error(first, served(4, 64)));
        assertThat(error(both, served(4, 64))).isLessThan(0.08);
        assertThat(both.terms().confidence()).isEqualTo(Confidence.IMPORTED);
        assertThat(both.report()).anyMatch(l -> l.startsWith("matrix product: 25 used"));
        assertThat(both.report()).anyMatch(l -> l.startsWith("engine: 3 rows") && l.contains("cross-validated"));
    }

    @Test
    void rowsAloneAreAFitOfTheEngine() {
        List<EngineMeasurement> rows = List.of(served(1, 1), served(1, 32), served(2, 8), served(8, 4));
        assertThat(StagedCalibration.fit(H100, Precision.BF16, List.of(), rows).terms())
                .isEqualTo(EngineCalibration.fit(rows).terms());
    }

    @Test
    void otherFormatsAreCountedAndOtherDevicesRefused() {
        StagedFit fit = StagedCalibration.fit(H100, Precision.BF16, slowProducts(Precision.FP8), List.of());
        assertThat(fit.terms()).isEqualTo(EngineTerms.generic(H100));
        assertThat(fit.kernels().unused()).containsEntry("matrix product in fp8", 25);
        assertThat(fit.report()).anyMatch(l -> l.startsWith("not used: "));
        Deployment other = on(EngineModelTest.A100, SMALL, 1);
        EngineMeasurement row = new EngineMeasurement(other, new EngineLoad(512, 64, 1), EngineMetric.TOKEN_TIME, 0.05);
        assertThatThrownBy(() -> StagedCalibration.fit(H100, Precision.BF16, List.of(), List.of(row)))
                .hasMessageContaining("A100", "H100");
    }
}
