package io.agentopt.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.model.ModelCatalog;
import io.agentopt.model.ModelSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParametersTest {
    @Test
    void everyModelIsWithinOnePercentOfItsPublishedCount() {
        for (ModelCatalog.Entry entry : ModelCatalog.packaged().entries()) {
            double published = entry.parameters().orElseThrow();
            assertThat(Parameters.of(entry.model()).total() / published)
                    .as(entry.model().id())
                    .isCloseTo(1, within(0.01));
        }
    }

    /** Sums of the projections' sizes, matrix by matrix, without norms. */
    @ParameterizedTest
    @CsvSource({
        "deepseek-ai/DeepSeek-V3, 671.0e9",
        "deepseek-ai/DeepSeek-R1, 671.0e9",
        "moonshotai/Kimi-K2-Instruct, 1026.0e9",
        "deepseek-v2-lite, 15.706e9"
    })
    void latentAttentionIsCountedByItsProjections(String id, double published) {
        ModelSpec m = ModelCatalog.packaged().find(id);
        double h = m.hidden(), n = m.heads();
        double query = m.latent().queryRank() == 0 ? h * n * 192 : h * 1536 + 1536 * n * 192;
        double layer = query + h * (512 + 64) + 512 * n * (128 + 128) + n * 128 * h;
        Parameters p = Parameters.of(m);
        assertThat(p.attention()).isEqualTo(m.layers() * layer);
        assertThat(p.total()).isCloseTo(published, within(0.001 * published));
    }

    @Test
    void anEncodersCountIsExact() {
        assertThat(Parameters.of(ModelCatalog.packaged().find("BAAI/bge-reranker-v2-m3"))
                        .total())
                .isEqualTo(567_755_777);
        assertThat(Parameters.of(ModelCatalog.packaged().find("BAAI/bge-m3")).total())
                .isEqualTo(567_754_752);
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
