package io.agentopt.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.solve.Infeasible;
import io.agentopt.plan.solve.PlacementSolver;
import io.agentopt.plan.solve.Solution;
import io.agentopt.plan.solve.SolveOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code ./build solve} says about problems that cannot be solved and numbers that cannot be counted. */
class SolveErrorsTest {
    private static final String PROBLEM = """
            {"version": 1, "name": "pair", "requestsPerHour": 60, "deadlineSeconds": 3,
             "classes": [{"name": "cpu", "dollarsPerHour": 1, "capacityLoad": 0.7, "memoryBytes": 1000, "inventory": 8},
                         {"name": "gpu", "dollarsPerHour": 4, "capacityLoad": 0.7, "memoryBytes": 1000, "inventory": 8}],
             "operators": [{"name": "a", "modes": [{"class": "cpu", "label": "m", "seconds": 1, "load": 0.5, "memoryBytes": 10}]},
                           {"name": "b", "modes": [{"class": "gpu", "label": "m", "seconds": 1, "load": 0.5, "memoryBytes": 10}]}],
             "edges": [{"from": "a", "to": "b", "seconds": [[0, 0.5], [0.5, 0]], "bytesPerRequest": 9}],
             "colocated": [], "milestones": [{"name": "first token", "operators": ["a"], "seconds": 2}]}
            """;

    @TempDir
    private Path folder;

    private PlacementProblem problem(String good, String bad) throws IOException {
        assertThat(PROBLEM).contains(good);
        Path file = folder.resolve("problem.json");
        int at = PROBLEM.indexOf(good);
        Files.writeString(file, PROBLEM.substring(0, at) + bad + PROBLEM.substring(at + good.length()));
        return Solve.read(file);
    }

    private String answer(String good, String bad) throws IOException {
        PlacementProblem problem = problem(good, bad);
        Solution solution = PlacementSolver.portfolio().solve(problem, SolveOptions.steps(1, 20_000));
        assertThat(solution).isInstanceOf(Infeasible.class);
        return Solve.describe(problem, solution);
    }

    @Test
    void operatorsThatMustBeTogetherWithoutACommonClass() throws IOException {
        assertThat(answer("\"colocated\": []", "\"colocated\": [[\"a\", \"b\"]]"))
                .contains("'pair' is infeasible", "let 'a', 'b' run on different classes");
    }

    @Test
    void aDeadlineThatNothingKeeps() throws IOException {
        assertThat(answer("\"deadlineSeconds\": 3", "\"deadlineSeconds\": 0"))
                .contains("'pair' is infeasible", "relax the deadline to 2.5 s");
    }

    @Test
    void noDeviceAtAll() throws IOException {
        assertThat(answer("\"inventory\": 8", "\"inventory\": 0"))
                .contains("'pair' is infeasible", "raise the inventory of 'cpu' to 1");
    }

    @Test
    void noLinkBetweenTheOnlyPlaces() throws IOException {
        assertThat(answer("[[0, 0.5], [0.5, 0]]", "[[0, null], [0.5, 0]]"))
                .contains("'pair' is infeasible", "add a link from 'cpu' to 'gpu'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"dollarsPerHour\": 4 | \"dollarsPerHour\": 1e300 | The price (dollarsPerHour) (1.0E300) of device class 'gpu' must be between",
                "\"memoryBytes\": 10} | \"memoryBytes\": 9223372036854775807} | The memoryBytes (9223372036854775807) of mode 'm' must be between",
                "\"memoryBytes\": 1000 | \"memoryBytes\": 9223372036854775807 | The memoryBytes (9223372036854775807) of device class 'cpu' must",
                "\"memoryBytes\": 1000 | \"memoryBytes\": 9223372036854775808 | memoryBytes (9223372036854775808) must be a whole number below 2^63",
                "\"memoryBytes\": 1000 | \"memoryBytes\": 1e30 | memoryBytes (1.0E30) must be a whole number",
                "\"load\": 0.5 | \"load\": 1e300 | The load (1.0E300) of mode 'm' must be between",
                "\"seconds\": 1, | \"seconds\": 1e999, | The seconds (Infinity) of mode 'm' must be between",
                "\"inventory\": 8 | \"inventory\": 9223372036854775807 | The inventory (9223372036854775807) of device class 'cpu' must be between",
                "\"requestsPerHour\": 60 | \"requestsPerHour\": 1e300 | The requestsPerHour (1.0E300) of problem 'pair' must be between",
                "\"bytesPerRequest\": 9 | \"bytesPerRequest\": 1e999 | bytesPerRequest",
                "\"deadlineSeconds\": 3 | \"deadlineSeconds\": -1 | The deadline (seconds) (-1.0) of problem 'pair' must be between",
            })
    void numbersThatAreNotCountedNameFileAndOwner(String good, String bad, String message) {
        assertThatThrownBy(() -> problem(good, bad))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("problem.json")
                .hasMessageContaining(message);
    }

    /** The largest numbers that are allowed are added up without overflow. */
    @Test
    void theLargestNumbersAreCounted() throws IOException {
        assertThat(answer("\"memoryBytes\": 10}", "\"memoryBytes\": 1000000000000000}"))
                .contains("'pair' is infeasible", "raise the inventory of 'cpu' to 1000000000000");
    }
}
