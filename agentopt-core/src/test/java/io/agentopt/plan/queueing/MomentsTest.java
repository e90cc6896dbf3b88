package io.agentopt.plan.queueing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class MomentsTest {
    @Test
    void quantilesAreThoseOfTheGammaDistribution() {
        assertThat(Moments.of(2, 1).quantile(0.95)).isCloseTo(-2 * Math.log(0.05), within(1e-6));
        assertThat(Moments.of(1, 0.25).quantile(0.95)).isCloseTo(1.938, within(1e-3));
    }

    @Test
    void whatIsAlwaysTheSameHasOneQuantile() {
        assertThat(Moments.fixed(3).quantile(0.99)).isEqualTo(3);
        assertThat(Moments.NONE.quantile(0.5)).isZero();
    }

    @Test
    void timesInARowAddUp() {
        Moments both = Moments.of(2, 1).then(Moments.of(1, 0.5));
        assertThat(both).isEqualTo(new Moments(3, 4.5));
        assertThat(both.times(2)).isEqualTo(new Moments(6, 18));
    }

    @Test
    void impossibleTimesAreErrors() {
        assertThatThrownBy(() -> new Moments(-1, 0)).hasMessageContaining("mean time (-1.0)");
        assertThatThrownBy(() -> new Moments(1, Double.NaN)).hasMessageContaining("variance");
        assertThatThrownBy(() -> Moments.of(1, 1).quantile(1)).hasMessageContaining("share (1.0)");
    }
}
