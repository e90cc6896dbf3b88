package io.agentopt.benchmarks.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.plan.problem.PlacementProblemJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the options mean, and what is said about those that mean nothing. */
class PlanBenchOptionsTest {
    @Test
    void readsEachOption(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("b.json"), PlacementProblemJson.write(OddProblems.of(2)));
        Files.writeString(folder.resolve("a.json"), PlacementProblemJson.write(OddProblems.of(1)));
        Files.writeString(folder.resolve("readme.txt"), "not a problem");
        PlanBenchOptions options =
                PlanBenchOptions.of(List.of("--quick", "--seconds", "0.5", "--problems", folder.toString()));
        assertThat(options.quick()).isTrue();
        assertThat(options.oracle()).isEqualTo(Duration.ofMillis(500));
        assertThat(options.added()).containsExactly(OddProblems.of(1), OddProblems.of(2));
        assertThat(options.some(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10))).containsExactly(0, 10);
    }

    @Test
    void namesWhatIsWrong(@TempDir Path folder) throws IOException {
        assertThatThrownBy(() -> PlanBenchOptions.of(List.of("--fast"))).hasMessageContaining("'--fast'");
        assertThatThrownBy(() -> PlanBenchOptions.of(List.of("--seconds"))).hasMessageContaining("needs a number");
        assertThatThrownBy(() -> PlanBenchOptions.of(List.of("--seconds", "-1")))
                .hasMessageContaining("'-1'");
        assertThatThrownBy(() -> PlanBenchOptions.of(List.of("--seconds", "soon")))
                .hasMessageContaining("'soon'");
        assertThatThrownBy(() -> PlanBenchOptions.of(List.of("--problems", folder + "/none")))
                .hasMessageContaining("does not exist");
        Files.writeString(folder.resolve("bad.json"), "{\"version\": 1}");
        PlanBenchOptions options = PlanBenchOptions.of(List.of("--problems", folder.toString()));
        assertThatThrownBy(options::added).hasMessageContaining("bad.json").hasMessageContaining("missing");
    }

    @Test
    void quantilesAreThoseOfTheSample() {
        List<Double> sample = List.of(4.0, 1.0, 3.0, 2.0);
        assertThat(Quantile.median(sample)).isEqualTo(2.5);
        assertThat(Quantile.upper(sample, 0.99)).isEqualTo(4);
        assertThat(Quantile.upper(sample, 0.5)).isEqualTo(2);
        assertThat(Quantile.median(List.of())).isZero();
    }
}
