package io.agentopt.plan.problem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** The definition of cost, path, devices and violations, on numbers worked out by hand. */
class EvaluatorTest {
    private static final PairCosts LINK =
            PairCosts.builder(2).set(0, 1, 0.25, 0.001).forbid(1, 0).build();

    private static PlacementProblem problem() {
        return new PlacementProblem(
                "hand",
                List.of(new DeviceClass("cpu", 1, 0.7, 100, 3), new DeviceClass("gpu", 4, 0.7, 100, 2, 1)),
                List.of(
                        new OperatorModes(
                                "a",
                                Mode.rented(0, "cpu", 1, 0.7, 10).sharing(5, 60),
                                Mode.rented(1, "gpu", 0.5, 0.1, 10)),
                        new OperatorModes(
                                "b",
                                Mode.rented(0, "cpu", 2, 0.71, 10).sharing(5, 60),
                                Mode.rented(1, "gpu", 1, 0.1, 10)),
                        new OperatorModes(
                                "c",
                                Mode.rented(0, "cpu", 0.5, 0, 0),
                                Mode.rented(1, "gpu", 0.5, 0, 0).onDevices(2))),
                List.of(new PlacementEdge(0, 1, LINK), new PlacementEdge(0, 2, LINK)),
                1000,
                OptionalDouble.of(3),
                List.of(new Milestone("early", List.of(2), 1.5)),
                List.of(List.of(1, 2)));
    }

    @Test
    void countsSharedWeightsOnceAndRoundsDevicesUp() {
        Evaluation all = Evaluator.evaluate(problem(), new int[] {0, 0, 0});
        assertThat(all.violations()).isEmpty();
        assertThat(all.classes().getFirst()).isEqualTo(new ClassUse(1.41, 80, 3, 3, ClassUse.Binding.LOAD));
        assertThat(all.fleetDollarsPerHour()).isEqualTo(3 + 4); // the idle gpu is paid
        assertThat(all.endToEndSeconds()).isEqualTo(3);
        assertThat(all.criticalPath()).containsExactly(0, 1);
        assertThat(all.milestoneSeconds()).containsExactly(1.5);
    }

    @Test
    void chargesTransfersAndWidth() {
        Evaluation split = Evaluator.evaluate(problem(), new int[] {0, 1, 1});
        assertThat(split.usageDollarsPerHour()).isCloseTo(2.0, within(1e-12));
        assertThat(split.endToEndSeconds()).isEqualTo(2.25);
        assertThat(split.classes().get(1).devices()).isEqualTo(2);
        assertThat(split.classes().get(1).binding()).isEqualTo(ClassUse.Binding.DEGREE);
        assertThat(split.violations()).containsExactly(new Violation.MilestoneMissed(0, 1.75, 1.5));
    }

    @Test
    void sumsTrafficByLink() {
        PlacementProblem problem = problem()
                .withEdges(List.of(new PlacementEdge(0, 1, LINK, 7200), new PlacementEdge(0, 2, LINK, 3.6e-9)))
                .withLinks(List.of(
                        new LinkCapacity(0, 1, false, 2000),
                        new LinkCapacity(1, 0, true, 2001),
                        new LinkCapacity(0, 0, false, 0)));
        Evaluation split = Evaluator.evaluate(problem, new int[] {0, 1, 1});
        assertThat(split.linkBytesPerSecond()).containsExactly(2001L, 2001L, 0L); // a trickle counts as 1
        assertThat(split.violations()).contains(new Violation.LinkOverloaded(0, 2001, 2000));
        Evaluation together = Evaluator.evaluate(problem, new int[] {0, 0, 0});
        assertThat(together.violations()).containsExactly(new Violation.LinkOverloaded(2, 2001, 0));
    }

    @Test
    void trafficBeyondCountingIsRefusedOnlyWhereALinkCountsIt() {
        PlacementProblem open = problem().withEdges(List.of(new PlacementEdge(0, 1, LINK, 1e15)));
        assertThat(open.links()).isEmpty();
        assertThatThrownBy(() -> open.withLinks(List.of(new LinkCapacity(0, 1, false, 5))))
                .hasMessageContaining("traffic (bytes per second)", "'a' -> 'b'");
        assertThatThrownBy(() -> problem().withLinks(List.of(new LinkCapacity(0, 2, false, 5))))
                .hasMessageContaining("device class (2)");
    }

    @Test
    void namesEveryViolation() {
        Evaluation bad = Evaluator.evaluate(problem(), new int[] {1, 0, 1});
        assertThat(bad.violations())
                .containsExactly(new Violation.LinkMissing(0, 1, 0), new Violation.Separated(0, List.of(0, 1)));
        PlacementProblem tight = problem().withDeadline(OptionalDouble.of(2.999999999));
        assertThat(Evaluator.evaluate(tight, new int[] {0, 0, 0}).violations())
                .containsExactly(new Violation.DeadlineMissed(3, 2.999999999));
    }
}
