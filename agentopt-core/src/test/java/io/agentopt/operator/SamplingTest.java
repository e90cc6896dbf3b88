package io.agentopt.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SamplingTest {
    @Property(seed = "20261122")
    void textRoundTrips(
            @ForAll @DoubleRange(max = 1e6) double temperature,
            @ForAll @IntRange int topK,
            @ForAll @DoubleRange(min = 0, minIncluded = false, max = 1) double topP,
            @ForAll long seed) {
        Sampling sampling = new Sampling(temperature, topK, topP, seed);
        assertThat(Sampling.parse(sampling.text())).isEqualTo(sampling);
    }

    @Test
    void allGreedyOnesAreEqual() {
        assertThat(new Sampling(0, 40, 0.9, 7)).isEqualTo(Sampling.greedy());
        assertThat(new Sampling(-0.0, 0, 1, 0)).isEqualTo(Sampling.greedy());
        assertThat(Sampling.parse("greedy")).isEqualTo(Sampling.greedy());
        assertThat(Sampling.greedy().text()).isEqualTo("greedy");
        assertThat(Sampling.greedy().isGreedy()).isTrue();
        assertThat(Sampling.seeded(0.7, 7).isGreedy()).isFalse();
    }

    @Test
    void textDoesNotDependOnTheLocale() {
        assertThat(Sampling.seeded(0.7, 7).text()).isEqualTo("temperature=0.7,top_k=0,top_p=1.0,seed=7");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Greedy",
                "temperature=1",
                "temperature=1,top_k=0,top_p=1",
                "temperature=1,top_k=0,top_p=1,seed=7,more",
                "top_k=0,temperature=1,top_p=1,seed=7",
                "temperature=x,top_k=0,top_p=1,seed=7",
                "temperature=1,top_k=0.5,top_p=1,seed=7",
                "temperature=1,top_k=0,top_p=1,seed=99999999999999999999",
                "temperature=,top_k=,top_p=,seed="
            })
    void otherTextIsRefused(String text) {
        assertThatThrownBy(() -> Sampling.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The sampling \"" + text
                        + "\" is neither \"greedy\" nor \"temperature=..,top_k=..,top_p=..,seed=..\".");
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void theTemperatureIsFiniteAndNotNegative(double bad) {
        assertThatThrownBy(() -> Sampling.seeded(bad, 1))
                .hasMessage("The temperature (" + bad + ") must be 0 (greedy) or positive.");
        assertThatThrownBy(() -> Sampling.parse("temperature=" + bad + ",top_k=0,top_p=1,seed=7"))
                .hasMessageContaining("temperature (" + bad);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -0.1, 1.1, Double.NaN})
    void topPIsAProbability(double bad) {
        assertThatThrownBy(() -> new Sampling(1, 0, bad, 0)).hasMessage("The topP (" + bad + ") must be in (0, 1].");
        assertThatThrownBy(() -> new Sampling(1, -1, 1, 0))
                .hasMessage("The topK (-1) must be 0 (all tokens) or positive.");
    }
}
