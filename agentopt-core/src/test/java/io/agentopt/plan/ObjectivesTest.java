package io.agentopt.plan;

import static io.agentopt.plan.PlanFixtures.SLA;
import static io.agentopt.plan.PlanFixtures.SOME;
import static io.agentopt.plan.PlanFixtures.ask;
import static io.agentopt.plan.PlanFixtures.fleet;
import static io.agentopt.plan.PlanFixtures.none;
import static io.agentopt.plan.PlanFixtures.planned;
import static io.agentopt.plan.PlanFixtures.sla;
import static io.agentopt.plan.PlanFixtures.two;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.cost.PowerModel;
import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.NodeOptions;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.hardware.Fleet;
import io.agentopt.plan.problem.Evaluator;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.solve.SolveOptions;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class ObjectivesTest {
    private static final SolveOptions STEPS = SolveOptions.steps(1, 60_000);
    private static final Fleet GPUS = fleet("L4", "A100-80GB-SXM", "H100-SXM");
    private static final AgentGraph<String, String> ASK = ask();

    @Test
    void dollarsPerRequestArePlannedAsDollarsPerHour() {
        Plan<?, ?> hour = planned(Planner.minimizeCost().options(STEPS).solve(ASK, SOME, SLA, GPUS));
        Plan<?, ?> request =
                planned(Planner.minimizeCostPerRequest().options(STEPS).solve(ASK, SOME, SLA, GPUS));
        assertThat(request.placement()).isEqualTo(hour.placement());
        assertThat(request.figures().value()).isCloseTo(hour.dollarsPerHour() / 7200, within(1e-12));
        assertThat(request.figures().value()).isEqualTo(request.dollarsPerRequest());
        assertThat(request.notes().getFirst()).startsWith("Least dollars per request: $");
    }

    @Test
    void energyIsIdlePowerOfTheDevicesAndWhatTheirBusyTimeAdds() {
        Plan<?, ?> plan = planned(Planner.minimizeEnergy().options(STEPS).solve(ASK, SOME, SLA, GPUS));
        double watts = 0;
        for (PlannedDevices d : plan.devices()) {
            PowerModel power =
                    PowerModel.generic(GPUS.find(d.deviceClass()).device()).orElseThrow();
            watts += power.idleWatts() * d.count() + power.slopeWatts() * d.utilisation() * d.count();
        }
        assertThat(plan.figures().watts().orElseThrow()).isCloseTo(watts, within(1e-6 * watts));
        assertThat(plan.figures().value()).isCloseTo(watts / 2, within(1e-6 * watts));
        assertThat(plan.joulesPerRequest().orElseThrow()).isCloseTo(watts / 2, within(1e-6 * watts));
        Plan<?, ?> cheap = planned(Planner.minimizeCost().options(STEPS).solve(ASK, SOME, SLA, GPUS));
        assertThat(cheap.figures().watts().orElseThrow() / 2)
                .isGreaterThanOrEqualTo(plan.figures().provedBound() - 1e-6);
        assertThat(plan.dollarsPerHour()).isGreaterThanOrEqualTo(cheap.bound().dollarsPerHour() - 1e-9);
        assertThat(plan.explain()).contains("Least energy: ");
    }

    @Test
    void devicesOfUnknownPowerAreLeftOutOfEnergyPlans() {
        DeviceSpec cpu = DeviceSpec.cpu("this-cpu", 32, 4e12, 64e9, 100e9); // no rated power
        Fleet fleet = Fleet.rented("fleet").add("this-cpu", cpu, 4).add("L4", 8).build();
        Plan<?, ?> plan = planned(Planner.minimizeEnergy().options(STEPS).solve(ASK, SOME, SLA, fleet));
        assertThat(plan.notes())
                .anySatisfy(
                        n -> assertThat(n)
                                .startsWith(
                                        "Left out for want of a price or power: this-cpu (the rated power of device 'this-cpu' is"));
        assertThatThrownBy(() -> Planner.minimizeEnergy()
                        .solve(
                                ASK,
                                SOME,
                                SLA,
                                Fleet.rented("f").add("this-cpu", cpu, 4).build()))
                .hasMessageContaining("No device class of fleet 'f' has a known price and power");
    }

    @Property(seed = "20261122", tries = 40)
    void noPlanTakesLessEnergyThanTheBound(@ForAll long seed, @ForAll @DoubleRange(min = 0.05, max = 20) double rate) {
        AgentGraph<String, String> agent = RandomAgents.agent(seed, 2);
        Workload load = Workload.poisson(rate);
        var cheap =
                Planner.minimizeCost().options(STEPS).solve(agent, load, SLA, fleet("CPU-32-core", "L4", "H100-SXM"));
        var green =
                Planner.minimizeEnergy().options(STEPS).solve(agent, load, SLA, fleet("CPU-32-core", "L4", "H100-SXM"));
        if (!(green instanceof PlanResult.Planned<String, String>)) return;
        Plan<?, ?> plan = planned(green);
        if (!(cheap instanceof PlanResult.Planned<String, String> c)) return;
        if (c.plan().figures().watts().isPresent()) {
            double other = c.plan().figures().watts().getAsDouble() / rate;
            assertThat(plan.figures().provedBound()).isLessThanOrEqualTo(other * (1 + 1e-9) + 1e-9);
        }
    }

    @Test
    void latencyWithinABudgetIsNearItsProvedBound() {
        Plan<?, ?> cheap = planned(Planner.minimizeCost().options(STEPS).solve(ASK, SOME, SLA, GPUS));
        double before = Double.POSITIVE_INFINITY;
        for (double factor : new double[] {1, 2, 5, 20}) {
            double budget = cheap.dollarsPerHour() * factor;
            Plan<?, ?> plan =
                    planned(Planner.minimizeLatency(budget).options(STEPS).solve(ASK, SOME, SLA, GPUS));
            assertThat(plan.dollarsPerHour()).isLessThanOrEqualTo(budget * (1 + 1e-9));
            assertThat(plan.figures().value()).isEqualTo(plan.endToEndSeconds());
            assertThat(plan.figures().gap()).as("gap at %s", budget).isLessThan(0.01);
            assertThat(plan.endToEndSeconds()).isLessThanOrEqualTo(before + 1e-9);
            before = plan.endToEndSeconds();
        }
    }

    @Test
    void theFastestPlanIsThatOfAllPlacements() {
        PlanningSettings settings = PlanningSettings.of(
                io.agentopt.model.ModelCatalog.packaged(),
                io.agentopt.cost.engine.EngineCostModel.generic(),
                io.agentopt.plan.solve.PlacementSolver.portfolio(),
                STEPS);
        Fleet small = Fleet.rented("fleet").add("L4", 6).add("A100-80GB-SXM", 2).build();
        PlanningProblem planning = PlanningProblem.of(ASK, SOME, SLA, small, settings);
        PlacementProblem problem = planning.problem(SOME, SLA, small, settings);
        double budget = 14;
        double fastest = fastest(problem, new int[problem.operators().size()], 0, budget);
        Plan<?, ?> plan = planned(Planner.minimizeLatency(budget).options(STEPS).solve(ASK, SOME, SLA, small));
        assertThat(plan.endToEndSeconds()).isGreaterThanOrEqualTo(fastest - 1e-9);
        assertThat(plan.endToEndSeconds()).isLessThanOrEqualTo(fastest * 1.002);
        assertThat(plan.figures().provedBound()).isLessThanOrEqualTo(fastest + 1e-9);
    }

    private static double fastest(PlacementProblem p, int[] modes, int i, double budget) {
        if (i == modes.length) {
            var e = Evaluator.evaluate(p, modes);
            return e.feasible() && e.dollarsPerHour() <= budget ? e.endToEndSeconds() : Double.POSITIVE_INFINITY;
        }
        double best = Double.POSITIVE_INFINITY;
        for (int m = 0; m < p.operators().get(i).modes().size(); m++) {
            modes[i] = m;
            best = Math.min(best, fastest(p, modes, i + 1, budget));
        }
        return best;
    }

    @Test
    void aBudgetBelowEveryPlanIsAResult() {
        var none = none(Planner.minimizeLatency(0.01).options(STEPS).solve(ASK, SOME, SLA, GPUS));
        assertThat(none.constraint()).isEqualTo("budget");
        assertThat(none.proved()).isTrue();
        assertThat(none.message())
                .startsWith("The budget ($0.0100 per hour) is below the cost of every plan of graph 'g'");
        assertThatThrownBy(() -> Planner.minimizeLatency(Double.NaN)).hasMessageContaining("The budget (NaN $/h)");
        assertThatThrownBy(() -> Planner.minimizeLatency(-1)).hasMessageContaining("at least 0");
    }

    @Test
    void anUnreachableSlaIsNoBudgetMatter() {
        var none = none(Planner.minimizeLatency(1e6).options(STEPS).solve(ASK, SOME, sla(1), GPUS));
        assertThat(none.constraint()).isEqualTo("deadline");
    }

    @Test
    void theFrontGoesFromCheapToFastWithABoundForEachPoint() {
        Sla p95 = Sla.endToEnd(Percentile.P95, Duration.ofSeconds(30));
        ParetoFront<String, String> front = Planner.minimizeCost()
                .options(STEPS)
                .paretoFront(two(NodeOptions.NONE, NodeOptions.NONE), SOME, p95, GPUS, 6);
        assertThat(front.none()).isEmpty();
        assertThat(front.points().size()).isBetween(2, 6);
        double cost = 0;
        double seconds = Double.POSITIVE_INFINITY;
        for (ParetoFront.Point<String, String> point : front.points()) {
            Plan<String, String> plan = point.plan();
            assertThat(plan.dollarsPerHour()).isGreaterThan(cost);
            assertThat(plan.endToEndSeconds()).isLessThan(seconds);
            assertThat(plan.endToEndSeconds()).isLessThanOrEqualTo(point.deadlineSeconds() + 1e-9);
            assertThat(plan.bound().dollarsPerHour()).isLessThanOrEqualTo(plan.dollarsPerHour() + 1e-9);
            assertThat(plan.sla().plannedEndToEndSeconds()).isCloseTo(point.deadlineSeconds(), within(2e-9));
            cost = plan.dollarsPerHour();
            seconds = plan.endToEndSeconds();
        }
        assertThat(front.excludedSeconds().orElseThrow()).isLessThanOrEqualTo(seconds);
        List<String> first = front.points().getFirst().plan().placement().deviceClasses().values().stream()
                .distinct()
                .toList();
        Plan<?, ?> cheapest = planned(
                Planner.minimizeCost().options(STEPS).solve(two(NodeOptions.NONE, NodeOptions.NONE), SOME, p95, GPUS));
        assertThat(front.points().getFirst().plan().dollarsPerHour()).isEqualTo(cheapest.dollarsPerHour());
        assertThat(first).isNotEmpty();
    }

    @Test
    void aFrontWithoutPlansSaysWhy() {
        ParetoFront<String, String> front =
                Planner.minimizeCost().options(STEPS).paretoFront(ASK, SOME, sla(1), GPUS, 4);
        assertThat(front.points()).isEmpty();
        assertThat(front.none().orElseThrow().constraint()).isEqualTo("deadline");
        assertThatThrownBy(() -> Planner.minimizeCost().paretoFront(ASK, SOME, SLA, GPUS, 1))
                .hasMessageContaining("The points (1) of a front must lie in 2..1000");
    }

    @Test
    void aQueueModelAddsItsWaitAndLessBusyDevicesWaitLess() {
        QueueModel halves = (busy, servers, seconds, variation) -> seconds * busy / servers;
        Plan<?, ?> plain = planned(Planner.minimizeCost().options(STEPS).solve(ASK, SOME, SLA, GPUS));
        Plan<?, ?> waiting = planned(
                Planner.minimizeCost().options(STEPS).queue(halves, 0.7, 0.35).solve(ASK, SOME, SLA, GPUS));
        PlannedOperator decode = PlanFixtures.operator(waiting, "ask.decode");
        assertThat(decode.waitSeconds()).isPositive().isLessThanOrEqualTo(decode.seconds() * 0.7 + 1e-9);
        double path = waiting.operators().stream()
                .mapToDouble(o -> (o.seconds() + o.waitSeconds()) * o.pathVisits())
                .sum();
        assertThat(waiting.endToEndSeconds()).isGreaterThanOrEqualTo(path - 1e-6);
        assertThat(waiting.dollarsPerHour())
                .isGreaterThanOrEqualTo(plain.bound().dollarsPerHour() - 1e-9);
        QueueModel never = (busy, servers, seconds, variation) -> Double.POSITIVE_INFINITY;
        assertThat(none(Planner.minimizeCost().options(STEPS).queue(never).solve(ASK, SOME, SLA, GPUS))
                        .message())
                .contains("it would take over 1e308 seconds on the longest path");
        assertThatThrownBy(() -> Planner.minimizeCost().queue(halves, 0.9))
                .hasMessageContaining("must lie in 0.05..0.7");
    }
}
