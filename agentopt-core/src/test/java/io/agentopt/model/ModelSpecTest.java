package io.agentopt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.model.ModelSpec.Experts;
import io.agentopt.model.ModelSpec.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ModelSpecTest {
    @Test
    void aTokenOfContextHasAKeyAndAValuePerLayerAndHead() {
        assertThat(spec(32, 32, 8, 14336, Experts.NONE).kvBytesPerToken())
                .isEqualTo(2.0 * 32 * 8 * 128 * 2); // 128 KiB, as published for 8B
    }

    @Test
    void otherWeightsKeepTheRest() {
        ModelSpec spec = spec(2, 4, 2, 64, Experts.NONE);
        assertThat(spec.withWeights(Precision.INT4).weights()).isEqualTo(Precision.INT4);
        assertThat(spec.withWeights(Precision.INT4).withWeights(spec.weights())).isEqualTo(spec);
    }

    @Test
    void impossibleShapesAreRefused() {
        assertThatThrownBy(() -> spec(0, 4, 2, 64, Experts.NONE))
                .hasMessage("The layers (0) of model 'm' must be positive.");
        assertThatThrownBy(() -> spec(2, 4, 3, 64, Experts.NONE))
                .hasMessage("The heads (4) of model 'm' must be a multiple of its kvHeads (3).");
        assertThatThrownBy(() -> spec(2, 4, 2, 0, Experts.NONE))
                .hasMessage("The ffn (0) of model 'm' must be positive.");
        assertThatThrownBy(() -> new Experts(8, 9, 64, 0, 0)).hasMessageContaining("inconsistent");
        assertThat(spec(2, 4, 2, 0, new Experts(8, 2, 64, 0, 0)).ffn()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void precisionsAreReadByTheirName(Precision p) {
        assertThat(Precision.of(p.id(), "a test")).isEqualTo(p);
        assertThat(p.bytes()).isBetween(0.5, 4.0);
    }

    @Test
    void otherPrecisionsAreRefused() {
        assertThatThrownBy(() -> Precision.of("fp17", "model 'm'"))
                .hasMessage(
                        "The precision \"fp17\" of model 'm' is unknown. Use one of fp32, fp16, bf16, fp8, int8, int4.");
    }

    private static ModelSpec spec(int layers, int heads, int kvHeads, int ffn, Experts experts) {
        return new ModelSpec(
                "m",
                Kind.DECODER,
                layers,
                4096,
                heads,
                kvHeads,
                128,
                ffn,
                true,
                128256,
                false,
                8192,
                experts,
                Precision.BF16,
                Precision.BF16,
                Precision.BF16);
    }
}
