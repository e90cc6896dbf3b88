package io.agentopt.graph;

import static io.agentopt.graph.Iterations.maxIterations;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.plan.granular.OperatorId;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The numbers that nodes carry check themselves where they are written. */
class GraphNumbersTest {
    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void aLoopRunsAtLeastOnce(int max) {
        assertThatThrownBy(() -> maxIterations(max))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The max iterations (" + max + ") of a loop must be at least 1.");
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0.99, 4.01, -1})
    void expectedIterationsLieBetweenOneAndTheLimit(double expected) {
        assertThatThrownBy(() -> maxIterations(4).expected(expected))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The expected iterations (" + expected + ") of a loop must be in [1, max = 4].");
        assertThat(maxIterations(4).expected()).isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, 101 * 24 * 3600L, Long.MAX_VALUE})
    void timeoutsArePositiveAndOfThisWorld(long seconds) {
        assertThatThrownBy(() -> NodeOptions.NONE.timeout(Duration.ofSeconds(seconds)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be positive and at most 100 days");
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, -1})
    void sizesAreFinite(double bytes) {
        assertThatThrownBy(() -> NodeOptions.NONE.outputBytes(bytes))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The outputBytes (" + bytes + ") must be finite and 0 or more.");
    }

    @Test
    void otherOptionsAreChecked() {
        assertThatThrownBy(() -> NodeOptions.NONE.retries(-1)).hasMessage("The retries (-1) must be 0 or more.");
        assertThatThrownBy(() -> NodeOptions.NONE.pinnedTo(" ")).hasMessageContaining("blank");
        assertThatThrownBy(() -> NodeOptions.NONE.forbid("")).hasMessageContaining("blank");
        assertThatThrownBy(() -> NodeOptions.NONE.forbid("a").forbidden().clear())
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void anyPathOfAGraphRoundTripsAsAnOperatorId() {
        SupportAgent.declare().calls().keySet().forEach(path -> {
            for (OperatorId id :
                    new OperatorId[] {OperatorId.whole(path), OperatorId.prefill(path), OperatorId.decode(path)}) {
                assertThat(OperatorId.parse(id.toString())).isEqualTo(id);
            }
        });
        assertThat(OperatorId.whole("a.prefill.b").toString()).isEqualTo("a.prefill.b");
        assertThat(OperatorId.parse("a.prefill.b")).isEqualTo(OperatorId.whole("a.prefill.b"));
    }
}
