package io.agentopt.operator;

import static io.agentopt.operator.Operators.custom;
import static io.agentopt.operator.Operators.infer;
import static io.agentopt.operator.Operators.kernel;
import static io.agentopt.operator.Operators.model;
import static io.agentopt.operator.Operators.rerank;
import static io.agentopt.operator.Operators.synthesize;
import static io.agentopt.operator.Operators.transcribe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.hardware.DeviceKind;
import io.agentopt.model.Precision;
import io.agentopt.operator.Custom.Effects;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelOperatorsTest {
    @Test
    void workKnowsEveryKindOfDevice() {
        assertThat(Work.KINDS)
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(DeviceKind.values()).map(DeviceKind::id).toList());
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1, Double.NaN, Double.POSITIVE_INFINITY})
    void workIsFinite(double bad) {
        assertThatThrownBy(() -> Work.counted(bad, 1)).hasMessageContaining("The flops (" + bad + ")");
        assertThatThrownBy(() -> Work.counted(1, bad)).hasMessageContaining("The bytes");
        assertThatThrownBy(() -> Work.seconds("cpu", bad)).hasMessageContaining("The seconds on 'cpu' (" + bad + ")");
        assertThatThrownBy(() -> Work.seconds("cpu", 1).keeping(bad)).hasMessageContaining("residentBytes");
        assertThatThrownBy(() -> transcribe(model("m")).expecting(bad)).hasMessageContaining("expectedSeconds");
        assertThatThrownBy(() -> rerank(model("m"), 1).expecting(1, bad, 1))
                .hasMessageContaining("The expectedPassageTokens (" + bad + ") of reranker 'm'");
    }

    @Test
    void workKnowsEveryNumberFormat() {
        assertThat(Work.PRECISIONS)
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(Precision.values()).map(Precision::id).toList());
        assertThatThrownBy(() -> Work.counted(1, 1).in("fp64")).hasMessageContaining("\"fp64\" of declared work");
    }

    @Test
    void workIsOfAKindOfDevice() {
        assertThatThrownBy(() -> Work.seconds("tpu", 1)).hasMessageContaining("Use one of [cpu, gpu, accelerator]");
        assertThatThrownBy(() -> Work.counted(0, 0)).hasMessageContaining("takes no time");
        assertThat(Work.seconds("cpu", 1).and("gpu", 2).seconds()).isEqualTo(Map.of("cpu", 1.0, "gpu", 2.0));
    }

    @Test
    void speechHasDefaults() {
        assertThat(transcribe(model("m")).expecting(0.01).expectedTokens()).isEqualTo(1);
        assertThatThrownBy(() -> transcribe(model("m")).language(" ")).hasMessageContaining("Leave it out");
        assertThatThrownBy(() -> synthesize(model("m")).voice("")).hasMessageContaining("Leave it out");
    }

    @Test
    void aModelFileHasNamedEnds() {
        assertThat(infer(model("m"), "y", "a", "b").arity()).isEqualTo(2);
        assertThatThrownBy(() -> infer(model("m"), "y")).hasMessageContaining("No input of model 'm' is named");
        assertThatThrownBy(() -> infer(model("m"), "y", "a", "a")).hasMessageContaining("not blank and differ");
        assertThatThrownBy(() -> Infer.several(model("m"), List.of("y"), List.of("x")))
                .hasMessageContaining("Infer.one");
    }

    @Test
    void aKernelIsWrittenAsInTheCatalog() {
        assertThat(kernel("cosine", 2).with("type", "f32").with("d", 384).specification())
                .isEqualTo("cosine{d=384,type=f32}");
        assertThat(kernel("cosine", 2).specification()).isEqualTo("cosine");
        assertThatThrownBy(() -> kernel("Cosine", 2)).hasMessageContaining("does not match");
        assertThatThrownBy(() -> kernel("cosine", 0)).hasMessageContaining("must be at least 1");
        assertThatThrownBy(() -> kernel("cosine", 2).with("d", "1,e=2")).hasMessageContaining("does not match");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "redact",
                "acme.",
                "Acme.redact",
                "agent.redact",
                "builtin.module",
                "irdl.is",
                "a.b.c",
                "a b.c",
                ""
            })
    void aCustomOperatorHasAFamilyOfItsOwn(String name) {
        assertThatThrownBy(() -> custom(name, String.class, String.class, s -> s))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("The name \"" + name + "\" of a custom operator");
    }

    @Test
    void aCustomOperatorHandlesObjects() {
        assertThatThrownBy(() -> Custom.external("a.b", String.class, int.class))
                .hasMessageContaining("Integer.class");
        assertThatThrownBy(() -> Custom.external("a.b", String.class)).hasMessageContaining("takes nothing");
        assertThat(Custom.of("a.b", String.class, Integer.class, String.class, (s, i) -> s + i)
                        .function()
                        .orElseThrow()
                        .apply(List.of("x", 1)))
                .isEqualTo("x1");
        assertThat(custom("a.b", String.class, String.class, s -> s).repeatable())
                .isFalse();
        assertThat(custom("a.b", String.class, String.class, s -> s)
                        .promising(Effects.IDEMPOTENT)
                        .repeatable())
                .isTrue();
    }
}
