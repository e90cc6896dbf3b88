package io.agentopt.cost.engine;

import static io.agentopt.cost.engine.EngineModelTest.A100;
import static io.agentopt.cost.engine.EngineModelTest.H100;
import static io.agentopt.cost.engine.EngineModelTest.SMALL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.cost.CollectiveKind;
import io.agentopt.cost.Confidence;
import io.agentopt.cost.Estimate;
import io.agentopt.cost.kernel.CollectiveForm;
import io.agentopt.cost.kernel.DecodeAttentionForm;
import io.agentopt.cost.kernel.GemmForm;
import io.agentopt.cost.kernel.KernelForm;
import io.agentopt.cost.kernel.KernelMeasurement;
import io.agentopt.cost.kernel.KernelModel;
import io.agentopt.cost.kernel.KernelShape.Gemm;
import io.agentopt.cost.kernel.KernelSnapshot;
import io.agentopt.cost.kernel.PrefillAttentionForm;
import io.agentopt.model.Precision;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KernelStartTest {
    /** A form's model with some terms set. */
    static KernelModel<?> model(KernelForm<?> form, Map<String, Double> set) {
        KernelSnapshot generic = KernelSnapshot.of(KernelModel.generic(form));
        Map<String, Double> terms = new LinkedHashMap<>(generic.terms());
        terms.putAll(set);
        return new KernelSnapshot(
                        generic.form(),
                        generic.device(),
                        generic.precision(),
                        generic.exchange(),
                        terms,
                        generic.correction(),
                        Confidence.IMPORTED,
                        0.1)
                .model();
    }

    /** A form's model with one term times as large as generic. */
    private static KernelModel<?> times(KernelForm<?> form, String term, double factor) {
        double generic = form.terms().stream()
                .filter(t -> t.name().equals(term))
                .findFirst()
                .orElseThrow()
                .generic();
        return model(form, Map.of(term, factor * generic));
    }

    private static void assertMoved(EngineTerms terms, Map<EngineTerm, Double> factors) {
        EngineTerms generic = EngineTerms.generic(A100);
        for (EngineTerm term : EngineTerm.values()) {
            double factor = factors.getOrDefault(term, 1.0);
            assertThat(terms.get(term) / generic.get(term)).as(term.name()).isCloseTo(factor, within(0.15));
        }
    }

    @Test
    void aHalvedShareOfAKernelHalvesTheTermThatItGoverns() {
        KernelModel<?> usual = model(new GemmForm(A100, Precision.BF16), Map.of());
        assertMoved(EngineTerms.from(List.of(usual)), Map.of());
        KernelModel<?> slowCompute = times(new GemmForm(A100, Precision.BF16), "compute", 0.5);
        assertMoved(
                EngineTerms.from(List.of(slowCompute)),
                Map.of(EngineTerm.COMPUTE, 0.5, EngineTerm.DECODE_COMPUTE, 0.5));
        KernelModel<?> slowMemory = times(new GemmForm(A100, Precision.BF16), "memory", 0.5);
        assertMoved(EngineTerms.from(List.of(slowMemory)), Map.of(EngineTerm.MEMORY, 0.5));
        KernelModel<?> slowPrompts = times(new PrefillAttentionForm(A100, Precision.BF16), "compute", 0.5);
        assertMoved(EngineTerms.from(List.of(usual, slowPrompts)), Map.of(EngineTerm.ATTENTION, 0.5));
        KernelModel<?> slowCaches = times(new DecodeAttentionForm(A100, Precision.BF16), "memory", 0.5);
        assertMoved(EngineTerms.from(List.of(usual, slowCaches)), Map.of(EngineTerm.KV, 0.5));
        CollectiveForm among =
                new CollectiveForm(A100).among(new CollectiveForm.Group(CollectiveKind.ALL_REDUCE, 4, 4));
        KernelModel<?> slowLinks = times(among, "link", 0.25);
        EngineTerms linked = EngineTerms.from(List.of(usual, slowLinks));
        assertThat(linked.get(EngineTerm.LINK)).isBetween(0.25 * 0.42, 0.4 * 0.42);
    }

    @Test
    void launchesLengthenTheFixedTimes() {
        CollectiveForm among =
                new CollectiveForm(A100).among(new CollectiveForm.Group(CollectiveKind.ALL_REDUCE, 5, 8));
        EngineTerms terms = EngineTerms.from(List.of(
                model(new GemmForm(A100, Precision.BF16), Map.of("launch", 1e-5)),
                model(new DecodeAttentionForm(A100, Precision.BF16), Map.of("launch", 3e-5)),
                model(among, Map.of("launch", 17e-6))));
        assertThat(terms.get(EngineTerm.LAYER_SECONDS)).isCloseTo(30e-6 + 4 * 6e-6 + 18e-6, within(1e-9));
        assertThat(terms.get(EngineTerm.HOP_SECONDS)).isCloseTo(5e-6 + 10e-6 / 2, within(1e-9));
        assertThat(terms.get(EngineTerm.ITERATION_SECONDS)).isEqualTo(EngineTerm.ITERATION_SECONDS.generic());
        assertThat(terms.confidence()).isEqualTo(Confidence.IMPORTED);
        assertThat(terms.relativeSpread()).isEqualTo(0.2);
    }

    @Test
    void exchangesThatAreNoAllReduceOfOneHostMoveNothing() {
        KernelModel<?> usual = model(new GemmForm(A100, Precision.BF16), Map.of());
        EngineTerms without = EngineTerms.from(List.of(usual));
        CollectiveForm form = new CollectiveForm(A100);
        for (CollectiveForm other : List.of(
                form,
                form.among(new CollectiveForm.Group(CollectiveKind.ALL_GATHER, 4, 4)),
                form.among(new CollectiveForm.Group(CollectiveKind.ALL_REDUCE, 4, 2)))) {
            assertThat(EngineTerms.from(List.of(usual, times(other, "link", 0.5))))
                    .isEqualTo(without);
        }
    }

    @Test
    void eightBitProductsCountAShareOfWhatTheyReach() {
        double usual = new GemmForm(H100, Precision.FP8).generic()[0];
        EngineTerms terms = EngineTerms.from(
                List.of(model(new GemmForm(H100, Precision.FP8), Map.of("compute", usual * EnginePass.EIGHT_BIT))));
        assertThat(terms.get(EngineTerm.COMPUTE)).isCloseTo(EngineTerm.COMPUTE.generic(), within(1e-9));
        KernelModel<?> half =
                model(new GemmForm(H100, Precision.FP8), Map.of("compute", usual * EnginePass.EIGHT_BIT / 2));
        assertThat(EngineTerms.from(List.of(half)).get(EngineTerm.COMPUTE))
                .isCloseTo(EngineTerm.COMPUTE.generic() / 2, within(0.02));
    }

    @Test
    void genericKernelsLeaveTermsGeneric() {
        for (Precision format : List.of(Precision.BF16, Precision.FP8)) {
            EngineTerms terms = EngineTerms.from(List.of(KernelModel.generic(new GemmForm(H100, format))));
            assertThat(terms.confidence()).isEqualTo(Confidence.GENERIC);
            for (EngineTerm term : EngineTerm.values()) {
                assertThat(terms.get(term)).isEqualTo(EngineTerms.generic(H100).get(term));
            }
        }
    }

    @Test
    void theSurestOfAKindCounts() {
        KernelModel<?> measured = model(new GemmForm(A100, Precision.BF16), Map.of("compute", 0.36));
        KernelModel<?> generic = KernelModel.generic(new GemmForm(A100, Precision.BF16));
        assertThat(EngineTerms.from(List.of(generic, measured))).isEqualTo(EngineTerms.from(List.of(measured)));
    }

    @Test
    void measurementsAndModelsOfKernelsGiveTheSameTerms() {
        KernelModel<Gemm> generic = KernelModel.generic(new GemmForm(H100, Precision.FP8));
        List<KernelMeasurement<Gemm>> points = new ArrayList<>();
        for (long width : new long[] {2048, 4096, 6144, 8192, 12288}) {
            for (long m : new long[] {1, 16, 128, 1024, 4096}) {
                Gemm shape = new Gemm(m, width, 4096, Precision.FP8, Precision.FP8);
                points.add(new KernelMeasurement<>(shape, 2 * generic.seconds(shape)));
            }
        }
        StagedFit staged = StagedCalibration.fit(H100, Precision.FP8, points, List.of());
        KernelModel<Gemm> fitted = staged.kernels().gemm().orElseThrow().model();
        EngineTerms models = EngineTerms.from(List.of(fitted));
        for (EngineTerm term : EngineTerm.values()) {
            assertThat(staged.terms().get(term)).as(term.name()).isEqualTo(models.get(term));
        }
    }

    @Test
    void withoutAMatrixProductOrOfTwoDevicesThereAreNone() {
        KernelModel<?> gemm = KernelModel.generic(new GemmForm(A100, Precision.BF16));
        KernelModel<?> attention = KernelModel.generic(new DecodeAttentionForm(H100, Precision.BF16));
        assertThatThrownBy(() -> EngineTerms.from(List.of(attention))).hasMessageContaining("Calibrate a GemmForm");
        assertThatThrownBy(() -> EngineTerms.from(List.of(gemm, attention)))
                .hasMessageContaining("'H100-SXM' and of 'A100-80GB-SXM'");
    }

    @Test
    void aDeviceWithKernelsOnlyIsTimedByThemUntilAnEngineIsMeasured() {
        List<KernelModel<?>> kernels =
                List.of(model(new GemmForm(H100, Precision.BF16), Map.of("compute", 0.2, "memory", 0.2)));
        EngineCostModel byKernels = EngineCostModel.generic().withKernels(kernels, EngineCostModelTest.HERE);
        Estimate.Known slow = (Estimate.Known) byKernels.decode(SMALL, H100, 1, 500, 50, 1);
        Estimate.Known generic = (Estimate.Known) EngineCostModel.generic().decode(SMALL, H100, 1, 500, 50, 1);
        assertThat(slow.confidence()).isEqualTo(Confidence.IMPORTED);
        assertThat(slow.seconds()).isGreaterThan(2 * generic.seconds());
        Estimate.Known lent = (Estimate.Known) byKernels.decode(SMALL, A100, 1, 500, 50, 1);
        assertThat(lent.confidence()).isEqualTo(Confidence.TRANSFERRED);
    }
}
