package io.agentopt.cost.engine;

import static io.agentopt.cost.engine.EngineModelTest.A100;
import static io.agentopt.cost.engine.EngineModelTest.H100;
import static io.agentopt.cost.engine.EngineModelTest.SMALL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.cost.Confidence;
import io.agentopt.cost.Estimate;
import io.agentopt.cost.kernel.DecodeAttentionForm;
import io.agentopt.cost.kernel.GemmForm;
import io.agentopt.cost.kernel.KernelForm;
import io.agentopt.cost.kernel.KernelModel;
import io.agentopt.cost.kernel.KernelSnapshot;
import io.agentopt.cost.kernel.PrefillAttentionForm;
import io.agentopt.model.Precision;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KernelTermsTest {
    /** A form's model with some terms set. */
    static KernelModel<?> model(KernelForm<?> form, Map<String, Double> set) {
        KernelSnapshot generic = KernelSnapshot.of(KernelModel.generic(form));
        Map<String, Double> terms = new LinkedHashMap<>(generic.terms());
        terms.putAll(set);
        return new KernelSnapshot(
                        generic.form(),
                        generic.device(),
                        generic.precision(),
                        terms,
                        generic.correction(),
                        Confidence.IMPORTED,
                        0.1)
                .model();
    }

    @Test
    void sharesOfTheKernelsAreThoseOfTheEngine() {
        EngineTerms terms = EngineTerms.from(List.of(
                model(new GemmForm(A100, Precision.BF16), Map.of("compute", 0.5, "memory", 0.6, "launch", 1e-5)),
                model(new PrefillAttentionForm(A100, Precision.BF16), Map.of("compute", 0.3)),
                model(new DecodeAttentionForm(A100, Precision.BF16), Map.of("memory", 0.4, "launch", 3e-5))));
        assertThat(terms.get(EngineTerm.COMPUTE)).isCloseTo(0.5, within(0.05));
        assertThat(terms.get(EngineTerm.DECODE_COMPUTE)).isEqualTo(terms.get(EngineTerm.COMPUTE));
        assertThat(terms.get(EngineTerm.MEMORY)).isCloseTo(0.6, within(0.1));
        assertThat(terms.get(EngineTerm.ATTENTION)).isCloseTo(0.3, within(0.05));
        assertThat(terms.get(EngineTerm.KV)).isCloseTo(0.4, within(0.1));
        assertThat(terms.get(EngineTerm.LAYER_SECONDS)).isCloseTo(7e-5, within(1e-9));
        assertThat(terms.get(EngineTerm.ITERATION_SECONDS)).isEqualTo(EngineTerm.ITERATION_SECONDS.generic());
        assertThat(terms.confidence()).isEqualTo(Confidence.IMPORTED);
        assertThat(terms.relativeSpread()).isEqualTo(0.2);
    }

    @Test
    void eightBitProductsCountAShareOfWhatTheyReach() {
        EngineTerms terms =
                EngineTerms.from(List.of(model(new GemmForm(H100, Precision.FP8), Map.of("compute", 0.56))));
        assertThat(terms.get(EngineTerm.COMPUTE)).isCloseTo(0.56 / 0.73, within(0.06));
    }

    @Test
    void genericKernelsLeaveTermsGeneric() {
        EngineTerms terms = EngineTerms.from(List.of(KernelModel.generic(new GemmForm(A100, Precision.BF16))));
        assertThat(terms.confidence()).isEqualTo(Confidence.GENERIC);
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
