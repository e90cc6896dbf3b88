package io.agentopt.plan;

import static io.agentopt.graph.Iterations.maxIterations;
import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.model;
import static io.agentopt.operator.Operators.tool;
import static io.agentopt.plan.PlanFixtures.PLANNER;
import static io.agentopt.plan.PlanFixtures.SMALL;
import static io.agentopt.plan.PlanFixtures.SOME;
import static io.agentopt.plan.PlanFixtures.fleet;
import static io.agentopt.plan.PlanFixtures.none;
import static io.agentopt.plan.PlanFixtures.planned;
import static io.agentopt.plan.PlanFixtures.sla;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.Iterations;
import io.agentopt.graph.LoopStep;
import io.agentopt.hardware.Fleet;
import io.agentopt.message.Prompt;
import io.agentopt.plan.granular.GranularGraph;
import io.agentopt.plan.problem.DeviceClass;
import io.agentopt.plan.problem.Evaluator;
import io.agentopt.plan.problem.Mode;
import io.agentopt.plan.problem.OperatorModes;
import io.agentopt.plan.problem.PairCosts;
import io.agentopt.plan.problem.PlacementEdge;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.solve.Infeasible;
import io.agentopt.plan.solve.Placed;
import io.agentopt.plan.solve.PlacementSolver;
import io.agentopt.plan.solve.Proof;
import io.agentopt.plan.solve.Solution;
import io.agentopt.plan.solve.SolveOptions;
import io.agentopt.plan.solve.Undecided;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class WorstCaseTest {
    private static final Fleet FLEET = fleet("CPU-32-core", "L4", "A100-80GB-SXM", "H100-SXM");

    @Test
    void theSlowestRequestRunsLoopsToTheirEndAndTheSlowerBranch() {
        AgentGraph<String, String> agent = AgentGraph.define(
                "g",
                String.class,
                String.class,
                (g, in) -> g.loop("again", in, new Iterations(5, 2), (b, s) -> {
                    var text = b.when(
                            "which",
                            s.map("empty?", String::isEmpty),
                            0.9,
                            t -> t.node("short", tool("quick", (String x) -> x).expecting(Duration.ofSeconds(1)), s),
                            e -> e.node("long", tool("slow", (String x) -> x).expecting(Duration.ofSeconds(3)), s));
                    return LoopStep.step(text.map("done?", String::isEmpty), text, text);
                }));
        Plan<?, ?> plan = planned(PLANNER.solve(agent, SOME, sla(60_000).worstCase(Duration.ofSeconds(60)), FLEET));
        assertThat(plan.figures().worstCaseSeconds().orElseThrow()).isCloseTo(5 * 3, within(0.01));
        assertThat(plan.endToEndSeconds()).isCloseTo(2 * (0.9 * 1 + 0.1 * 3), within(0.01));
        var none = none(PLANNER.solve(agent, SOME, sla(60_000).worstCase(Duration.ofSeconds(10)), FLEET));
        assertThat(none.constraint()).isEqualTo("worst case");
        assertThat(none.message()).contains("worst-case limit of graph 'g'", "slowest request (mean 15.0 s)");
        assertThat(none.fix()).startsWith("To make a plan possible, relax the worst-case limit to a mean of 15.1 s");
        assertThat(none.proved()).isTrue();
    }

    @Test
    void aWorstCaseMayNeedFasterDevicesThanTheMean() {
        Plan<?, ?> mean = planned(PLANNER.solve(thinking(8), SOME, sla(60_000), FLEET));
        double worst = GranularGraph.worstCase(thinking(8)).operators().stream()
                .mapToDouble(o -> o.pathVisits())
                .max()
                .orElseThrow();
        assertThat(worst).isEqualTo(8);
        Plan<?, ?> safe =
                planned(PLANNER.solve(thinking(8), SOME, sla(60_000).worstCase(Duration.ofSeconds(14)), FLEET));
        assertThat(safe.figures().worstCaseSeconds().orElseThrow()).isLessThanOrEqualTo(14);
        assertThat(safe.dollarsPerHour()).isGreaterThan(mean.dollarsPerHour());
        assertThat(PlanJson.read(safe.toJson(), "plan.json", safe.graph())).isEqualTo(safe);
    }

    @Test
    void aLoopWithoutLimitOrExpectationIsNamed() {
        assertThatThrownBy(() -> PLANNER.solve(thinking(Integer.MAX_VALUE), SOME, sla(1000), FLEET))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "Loop 'think' of graph 'loop' has no limit and no expected number of runs, so it has no expected"
                                + " time. Declare maxIterations(n).expected(mean).");
        AgentGraph<String, String> expected =
                thinking(maxIterations(Integer.MAX_VALUE).expected(2));
        planned(PLANNER.solve(expected, SOME, sla(60_000), FLEET));
        assertThatThrownBy(() -> PLANNER.solve(expected, SOME, sla(60_000).worstCase(Duration.ofSeconds(60)), FLEET))
                .hasMessage("Loop 'think' of graph 'loop' has no limit, so it has no worst case."
                        + " Declare maxIterations(n) with a limit.");
    }

    @Property(seed = "20261122", tries = 60)
    void aPlanKeepsBothLimitsAndCostsNoLessThanWithOne(
            @ForAll long seed, @ForAll @IntRange(min = 3, max = 60) int worst) {
        AgentGraph<String, String> agent = RandomAgents.agent(seed, 3);
        var loose = PLANNER.solve(agent, SOME, sla(20_000), FLEET);
        var tight = PLANNER.solve(agent, SOME, sla(20_000).worstCase(Duration.ofSeconds(worst)), FLEET);
        if (!(tight instanceof PlanResult.Planned<String, String> p)) return;
        Plan<String, String> plan = planned(tight);
        assertThat(plan.figures().worstCaseSeconds().orElseThrow()).isLessThanOrEqualTo(worst + 1e-9);
        assertThat(plan.endToEndSeconds()).isLessThanOrEqualTo(20 + 1e-9);
        assertThat(plan.figures().worstCaseSeconds().orElseThrow())
                .isGreaterThanOrEqualTo(plan.endToEndSeconds() - 1e-9);
        if (loose instanceof PlanResult.Planned<String, String> l)
            assertThat(p.plan().dollarsPerHour())
                    .isGreaterThanOrEqualTo(l.plan().bound().dollarsPerHour() - 1e-9);
    }

    /** Against every placement of small problems: never below the optimum, the bound never above it, optimal only where it is. */
    @Property(seed = "20261122", tries = 400)
    void costAndBoundEncloseTheOptimumOfBothLimits(@ForAll long seed) {
        Random random = new Random(seed);
        PlacementProblem expected = chain(random, new double[] {1, 1, 1, 1}, 4 + random.nextInt(16));
        double[] visits = new double[4];
        for (int i = 0; i < 4; i++) visits[i] = 1 + random.nextInt(4);
        PlacementProblem worst = slower(expected, visits, 8 + random.nextInt(50));
        double optimum = Double.POSITIVE_INFINITY;
        for (int k = 0; k < 256; k++) {
            int[] modes = {k & 3, (k >> 2) & 3, (k >> 4) & 3, (k >> 6) & 3};
            var e = Evaluator.evaluate(expected, modes);
            if (e.feasible() && Evaluator.evaluate(worst, modes).feasible())
                optimum = Math.min(optimum, e.dollarsPerHour());
        }
        SolveOptions options = SolveOptions.steps(1, 20_000);
        Solution solution = new WorstCaseSolver(PlacementSolver.portfolio(), worst, options).solve(expected, options);
        switch (solution) {
            case Placed p -> {
                assertThat(Evaluator.evaluate(worst, p.modeOfOperator()).feasible())
                        .isTrue();
                assertThat(p.dollarsPerHour()).isGreaterThanOrEqualTo(optimum - 1e-9);
                assertThat(p.lowerBoundDollarsPerHour()).isLessThanOrEqualTo(optimum + 1e-9);
                if (p.proof() == Proof.OPTIMAL) assertThat(p.dollarsPerHour()).isEqualTo(optimum, within(1e-9));
            }
            case Infeasible none -> assertThat(optimum).isInfinite();
            case Undecided u -> {}
        }
    }

    private static PlacementProblem chain(Random random, double[] visits, double deadline) {
        List<DeviceClass> classes =
                List.of(new DeviceClass("slow", 1, 0.7, 1000, 9), new DeviceClass("fast", 3, 0.7, 1000, 9));
        PairCosts link =
                PairCosts.builder(2).set(0, 1, 0.5, 0.01).set(1, 0, 0.25, 0).build();
        List<OperatorModes> operators = new ArrayList<>();
        List<PlacementEdge> edges = new ArrayList<>();
        for (int i = 0; i < visits.length; i++) {
            List<Mode> modes = new ArrayList<>();
            for (int m = 0; m < 4; m++) {
                double seconds = (m % 2 == 0 ? 2 : 1) * (1 + random.nextInt(4)) * visits[i];
                modes.add(Mode.rented(m % 2, "m" + m, seconds, random.nextDouble(), 10));
            }
            operators.add(new OperatorModes("o" + i, modes));
            if (i > 0) edges.add(new PlacementEdge(i - 1, i, link));
        }
        return new PlacementProblem(
                "chain", classes, operators, edges, 1, OptionalDouble.of(deadline), List.of(), List.of());
    }

    private static PlacementProblem slower(PlacementProblem p, double[] visits, double limit) {
        List<OperatorModes> operators = new ArrayList<>();
        for (int i = 0; i < visits.length; i++) {
            double v = visits[i];
            operators.add(new OperatorModes(
                    p.operators().get(i).name(),
                    p.operators().get(i).modes().stream()
                            .map(m ->
                                    Mode.rented(m.deviceClass(), m.label(), m.seconds() * v, m.load(), m.memoryBytes()))
                            .toList()));
        }
        return new PlacementProblem(
                "slower", p.classes(), operators, p.edges(), 1, OptionalDouble.of(limit), List.of(), List.of());
    }

    private static AgentGraph<String, String> thinking(int max) {
        return thinking(max == Integer.MAX_VALUE ? maxIterations(max) : new Iterations(max, 1.5));
    }

    private static AgentGraph<String, String> thinking(Iterations iterations) {
        return AgentGraph.define(
                "loop",
                String.class,
                String.class,
                (g, in) -> g.loop("think", in, iterations, (b, s) -> {
                    var text = b.node("ask", generate(model(SMALL)).expecting(500, 120), s.map("p", Prompt::system))
                            .map("t", c -> c.text());
                    return LoopStep.step(text.map("done?", String::isEmpty), text, text);
                }));
    }
}
