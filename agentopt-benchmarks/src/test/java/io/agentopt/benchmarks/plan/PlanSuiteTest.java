package io.agentopt.benchmarks.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.plan.problem.Evaluator;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.problem.PlacementProblemJson;
import io.agentopt.plan.solve.Placed;
import io.agentopt.plan.solve.Proof;
import io.agentopt.plan.solve.SolveStatistics;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The generated problems are what the bench says they are. */
class PlanSuiteTest {
    @Test
    void smallProblemsAreManyAndOfTheStatedSizes() {
        List<PlacementProblem> problems = PlanSuite.small();
        assertThat(problems).hasSizeGreaterThanOrEqualTo(100).allSatisfy(p -> {
            assertThat(p.operators()).hasSizeBetween(8, 60);
            assertThat(p.classes()).hasSizeBetween(3, 8);
            assertThat(p.deadlineSeconds()).isPresent();
        });
        assertThat(problems.stream().map(PlacementProblem::name)).doesNotHaveDuplicates();
        assertThat(problems).anyMatch(p -> !p.milestones().isEmpty());
        assertThat(problems).anyMatch(p -> !p.colocated().isEmpty());
        assertThat(problems).anyMatch(p -> p.classes().stream().anyMatch(c -> c.minimumDevices() > 0));
        assertThat(problems).anyMatch(p -> p.classes().stream().anyMatch(c -> c.inventory() < 20));
    }

    @Test
    void aSeedGivesTheSameProblemAndItsFileReadsBack() {
        for (AgentFamily family : AgentFamily.values()) {
            PlacementProblem problem = family.problem(3);
            assertThat(family.problem(3)).isEqualTo(problem);
            assertThat(PlacementProblemJson.read(PlacementProblemJson.write(problem), "file"))
                    .isEqualTo(problem);
        }
    }

    @Test
    void largeProblemsHaveTheStatedSizes() {
        PlacementProblem problem = PlanSuite.large(1000, 20, 1);
        assertThat(problem.operators())
                .hasSize(1000)
                .allSatisfy(o -> assertThat(o.modes()).hasSizeLessThanOrEqualTo(20));
        assertThat(problem.edges()).hasSizeGreaterThan(1000);
    }

    @Test
    void everyPerturbationKeepsOperatorsClassesAndModes() {
        PlacementProblem problem = AgentFamily.REACT.problem(4);
        List<Integer> first = Collections.nCopies(problem.operators().size(), 0);
        Placed inForce = new Placed(
                first,
                Evaluator.evaluate(problem, new int[problem.operators().size()]),
                0,
                Proof.BOUNDED,
                new SolveStatistics("none", 0, 0));
        for (Perturbation kind : Perturbation.values()) {
            PlacementProblem changed = kind.of(problem, inForce, new SplittableRandom(5));
            assertThat(changed).as(kind.name()).isNotEqualTo(problem);
            assertThat(changed.classes()).hasSameSizeAs(problem.classes());
            for (int i = 0; i < problem.operators().size(); i++) {
                assertThat(changed.operators().get(i).modes())
                        .hasSameSizeAs(problem.operators().get(i).modes());
            }
        }
    }
}
