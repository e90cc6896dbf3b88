package io.agentopt.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.plan.problem.DeviceClass;
import io.agentopt.plan.problem.Milestone;
import io.agentopt.plan.problem.Mode;
import io.agentopt.plan.problem.OperatorModes;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.problem.PlacementProblemJson;
import io.agentopt.plan.solve.PlacementSolver;
import io.agentopt.plan.solve.SolveOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code ./build solve} prints, and what it says about files that it cannot read. */
class SolveTest {
    private static PlacementProblem problem(double deadline) {
        return new PlacementProblem(
                "pair",
                List.of(new DeviceClass("slow", 1, 0.7, 1000, 10), new DeviceClass("fast", 4, 0.7, 1000, 10)),
                List.of(new OperatorModes("answer", Mode.rented(0, "s", 2, 0.5, 10), Mode.rented(1, "f", 1, 0.2, 10))),
                List.of(),
                3600,
                OptionalDouble.of(deadline),
                List.of(new Milestone("first token", List.of(0), 3)),
                List.of());
    }

    private static String solved(double deadline) {
        return Solve.describe(
                problem(deadline), PlacementSolver.portfolio().solve(problem(deadline), SolveOptions.steps(1, 10_000)));
    }

    @Test
    void printsCostBoundGapTimeAndPlacement() {
        assertThat(solved(2.5))
                .contains("Placement of 'pair': $1.0000 per hour, proved optimal.")
                .contains("cost $1.0000 per hour (devices $1.0000, usage $0.0000), bound $1.0000, gap 0.000 %")
                .contains("longest path 2.0000 s of 2.5000 s")
                .contains("first token 2.0000 s of 3.0000 s")
                .containsPattern("answer +slow +2.0000 +s")
                .containsPattern("slow +1 +1.0000 +load")
                .contains("time ");
    }

    @Test
    void saysWhyNothingFitsAndWhatWouldHelp() {
        assertThat(solved(0.5)).contains("'pair' is infeasible", "relax the deadline to 1.0 s");
    }

    @Test
    void namesFileAndPlaceOfWhatItCannotRead(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("problem.json");
        assertThatThrownBy(() -> Solve.read(file)).hasMessageContaining("problem.json' does not exist");
        assertThatThrownBy(() -> Solve.read(folder)).hasMessageContaining("cannot be read");
        Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 0x41});
        assertThatThrownBy(() -> Solve.read(file)).hasMessageContaining("problem.json");
        Files.writeString(file, "{\"version\": 1,");
        assertThatThrownBy(() -> Solve.read(file)).hasMessageContaining("problem.json: not JSON");
        String text = PlacementProblemJson.write(problem(1)).replace("\"seconds\" : 2.0", "\"seconds\" : \"2\"");
        Files.writeString(file, text, StandardCharsets.UTF_8);
        assertThatThrownBy(() -> Solve.read(file))
                .hasMessageContaining("problem.json")
                .hasMessageContaining("/operators/0/modes/0/seconds");
    }

    @Test
    void readsItsArguments() {
        assertThat(Solve.request(List.of("a.json")).budget()).isEqualTo(Duration.ofSeconds(1));
        assertThat(Solve.request(List.of("a.json", "--seconds", "2.5")).budget())
                .isEqualTo(Duration.ofMillis(2500));
        assertThatThrownBy(() -> Solve.request(List.of())).hasMessageContaining("No problem file");
        assertThatThrownBy(() -> Solve.request(List.of("a.json", "--fast"))).hasMessageContaining("not understood");
        assertThatThrownBy(() -> Solve.request(List.of("a.json", "--seconds", "x")))
                .hasMessageContaining("'x'");
        assertThatThrownBy(() -> Solve.request(List.of("a.json", "--seconds", "0")))
                .hasMessageContaining("above 0");
    }
}
