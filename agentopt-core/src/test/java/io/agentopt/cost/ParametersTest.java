package io.agentopt.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.model.ModelCatalog;
import io.agentopt.model.ModelSpec;
import org.junit.jupiter.api.Test;

class ParametersTest {
    /** No exceptions are needed: even latent attention, counted as full projections, stays within 1 %. */
    @Test
    void everyGeneratingModelIsWithinOnePercentOfItsPublishedCount() {
        for (ModelCatalog.Entry entry : ModelCatalog.packaged().entries()) {
            if (entry.model().kind() != ModelSpec.Kind.DECODER) continue;
            double published = entry.parameters().orElseThrow();
            assertThat(Parameters.of(entry.model()).total() / published)
                    .as(entry.model().id())
                    .isCloseTo(1, within(0.01));
        }
    }

    /** Encoders lack position and pooling weights in the formula. */
    @Test
    void everyEncoderIsWithinFivePercent() {
        for (ModelCatalog.Entry entry : ModelCatalog.packaged().entries()) {
            if (entry.model().kind() != ModelSpec.Kind.EMBEDDER) continue;
            assertThat(Parameters.of(entry.model()).total() / entry.parameters().orElseThrow())
                    .as(entry.model().id())
                    .isCloseTo(1, within(0.05));
        }
    }

    @Test
    void expertsVisitedGrowFromOneTokensShareToAll() {
        Parameters p = Parameters.of(ModelCatalog.packaged().find("Qwen/Qwen3-30B-A3B"));
        double others = p.attention() + p.alwaysActive() + p.denseFfn();
        assertThat(p.touchedBy(1)).isCloseTo(others + 8 * p.routedPerExpert(), within(1.0));
        assertThat(p.touchedBy(2)).isCloseTo(others + 128 * (1 - 0.9375 * 0.9375) * p.routedPerExpert(), within(1e3));
        assertThat(p.touchedBy(100000)).isCloseTo(others + 128 * p.routedPerExpert(), within(1e3));
        assertThat(p.activePerToken() + p.embedding() + p.head()).isCloseTo(3.353e9, within(0.01e9));
    }
}
