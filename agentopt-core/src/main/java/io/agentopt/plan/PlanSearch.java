package io.agentopt.plan;

import io.agentopt.graph.AgentGraph;
import io.agentopt.hardware.Fleet;
import io.agentopt.plan.problem.Evaluator;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.problem.Quanta;
import io.agentopt.plan.solve.Infeasible;
import io.agentopt.plan.solve.Placed;
import io.agentopt.plan.solve.PlacementSolver;
import io.agentopt.plan.solve.Proof;
import io.agentopt.plan.solve.Solution;
import io.agentopt.plan.solve.Undecided;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** One search for a plan: states the problem, has it solved for the objective, and words the result. */
final class PlanSearch<I, O> {
    final AgentGraph<I, O> graph;
    final Workload workload;
    private final Sla sla;
    final Fleet fleet;
    final PlanningSettings settings;
    final PlanningProblem planning;

    PlanSearch(
            AgentGraph<I, O> graph,
            Workload workload,
            Sla sla,
            Fleet fleet,
            PlanningSettings settings,
            PlanningProblem planning) {
        this.graph = graph;
        this.workload = workload;
        this.sla = sla;
        this.fleet = fleet;
        this.settings = settings;
        this.planning = planning;
    }

    /** What is solved: the problem in money, the worst case if it is limited, what solves it, and the words for when it cannot. */
    record Stated<I, O>(
            PlacementProblem problem, Optional<PlacementProblem> worst, PlacementSolver solver, NoPlan<I, O> noPlan) {}

    /** A problem to solve, or what makes it plain that it has no solution. */
    sealed interface Outcome<I, O> {
        record Possible<I, O>(Stated<I, O> stated) implements Outcome<I, O> {}

        record Impossible<I, O>(PlanResult.Infeasible<I, O> why) implements Outcome<I, O> {}
    }

    Outcome<I, O> state() {
        Optional<PlanResult.Infeasible<I, O>> contradiction = Contradictions.find(graph, fleet, planning);
        if (contradiction.isPresent()) return new Outcome.Impossible<>(contradiction.get());
        PlacementProblem problem = planning.problem(workload, sla, fleet, settings);
        NoPlan<I, O> noPlan = new NoPlan<>(graph, workload, sla, fleet, problem);
        Optional<PlacementProblem> worst = planning.worstCase(problem, workload, sla, fleet, settings);
        if (worst.isEmpty()) return new Outcome.Possible<>(new Stated<>(problem, worst, settings.solver(), noPlan));
        WorstCaseSolver both = new WorstCaseSolver(settings.solver(), worst.get(), settings.options());
        return both.alone() instanceof Infeasible none
                ? new Outcome.Impossible<>(noPlan.worstCase(none, worst.get()))
                : new Outcome.Possible<>(new Stated<>(problem, worst, both, noPlan));
    }

    /** {@return the best plan for the objective, or why there is none} */
    PlanResult<I, O> solve() {
        return switch (state()) {
            case Outcome.Impossible<I, O> i -> i.why();
            case Outcome.Possible<I, O>(Stated<I, O> stated) -> solve(stated);
        };
    }

    PlanResult<I, O> solve(Stated<I, O> stated) {
        return switch (settings.objective()) {
            case Objective.DollarsPerHour o -> cheapest(stated);
            case Objective.DollarsPerRequest o -> cheapest(stated);
            case Objective.Joules o -> leastEnergy(stated);
            case Objective.Latency o -> fastest(stated, o.dollarsPerHour());
        };
    }

    private PlanResult<I, O> cheapest(Stated<I, O> stated) {
        return switch (stated.solver().solve(stated.problem(), settings.options())) {
            case Placed placed -> {
                Solution free = settings.solver()
                        .solve(
                                stated.problem()
                                        .withDeadline(OptionalDouble.empty())
                                        .withMilestones(List.of()),
                                settings.options());
                Plan<I, O> plan = assembly().plan(placed, Optional.of(free), goal(stated, placed));
                yield new PlanResult.Planned<>(
                        stated.worst().isEmpty() ? plan.with(insights(stated.problem(), placed)) : plan);
            }
            case Infeasible none -> stated.noPlan().infeasible(none);
            case Undecided u -> stated.noPlan().undecided(u);
        };
    }

    Insights insights(PlacementProblem problem, Placed placed) {
        return Insights.lazy(() -> new DetailsOf(planning, problem, placed, sla, this::tenPercentMore).details());
    }

    private Optional<PlacementProblem> tenPercentMore() {
        double rate = workload.requestsPerSecond() * 1.1;
        if (rate > Quanta.MAX_RATE / 3600) return Optional.empty();
        Workload more = new Workload(rate);
        PlanningProblem then = PlanningProblem.of(graph, more, sla, fleet, settings);
        return then.unplaceable().isEmpty() ? Optional.of(then.problem(more, sla, fleet, settings)) : Optional.empty();
    }

    Goal goal(Stated<I, O> stated, Placed placed) {
        double perUnit =
                settings.objective() instanceof Objective.DollarsPerRequest ? workload.requestsPerSecond() * 3600 : 1;
        return new Goal(
                settings.objective(),
                placed.dollarsPerHour() / perUnit,
                placed.lowerBoundDollarsPerHour() / perUnit,
                worstCaseSeconds(stated, placed));
    }

    private PlanResult<I, O> leastEnergy(Stated<I, O> stated) {
        PlacementProblem energy = EnergyProblem.of(stated.problem(), planning.members(), planning.modes());
        PlacementSolver solver = settings.solver();
        if (stated.worst().isPresent()) {
            PlacementProblem slow = EnergyProblem.of(stated.worst().get(), planning.members(), planning.modes());
            WorstCaseSolver both = new WorstCaseSolver(solver, slow, settings.options());
            if (both.alone() instanceof Infeasible none) return stated.noPlan().worstCase(none, slow);
            solver = both;
        }
        return switch (solver.solve(energy, settings.options())) {
            case Placed placed -> {
                double cheapest = stated.solver()
                                        .solve(
                                                stated.problem(),
                                                settings.options().from(placed.modes()))
                                instanceof Placed p
                        ? p.lowerBoundDollarsPerHour()
                        : 0;
                double rate = workload.requestsPerSecond();
                Goal goal = new Goal(
                        settings.objective(),
                        placed.dollarsPerHour() / rate,
                        placed.lowerBoundDollarsPerHour() / rate,
                        worstCaseSeconds(stated, placed));
                Placed priced = priced(stated.problem(), placed, cheapest);
                yield new PlanResult.Planned<>(assembly().plan(priced, Optional.empty(), goal));
            }
            case Infeasible none -> stated.noPlan().infeasible(none);
            case Undecided u -> stated.noPlan().undecided(u);
        };
    }

    private PlanResult<I, O> fastest(Stated<I, O> stated, double budget) {
        LatencySearch search = new LatencySearch(stated.problem(), stated.solver(), settings.options(), budget);
        return switch (search.run()) {
            case LatencySearch.Fastest f -> {
                Goal goal = new Goal(
                        settings.objective(),
                        f.placed().evaluation().endToEndSeconds(),
                        f.provedSeconds(),
                        worstCaseSeconds(stated, f.placed()));
                yield new PlanResult.Planned<>(assembly().plan(f.placed(), Optional.empty(), goal));
            }
            case LatencySearch.OverBudget o -> stated.noPlan().overBudget(o, budget);
            case LatencySearch.Unsolved u ->
                switch (u.solution()) {
                    case Infeasible none -> stated.noPlan().infeasible(none);
                    case Undecided undecided -> stated.noPlan().undecided(undecided);
                    case Placed p -> throw new IllegalStateException("A placement is not without solution: " + p);
                };
        };
    }

    /** {@return plans of least cost for shorter and shorter deadlines} */
    ParetoFront<I, O> front(int points) {
        return switch (state()) {
            case Outcome.Impossible<I, O> i -> ParetoFront.none(i.why());
            case Outcome.Possible<I, O>(Stated<I, O> stated) ->
                new ParetoSweep<>(stated.problem(), stated.solver(), settings.options(), stated.noPlan())
                        .run(points, (placed, deadline) -> {
                            Sla tighter = sla.withEndToEnd(promised(deadline));
                            return new PlanAssembly<>(graph, planning, workload, tighter, fleet)
                                    .plan(placed, Optional.empty(), goal(stated, placed));
                        });
        };
    }

    /** {@return the limit that is planned as a mean, rounded up to a nanosecond; the SLA's own where they are the same} */
    private Duration promised(double meanSeconds) {
        if (meanSeconds >= sla.plannedEndToEndSeconds()) return sla.endToEnd();
        double limit = meanSeconds * sla.margins().endToEnd();
        Duration rounded = Duration.ofSeconds((long) limit, (long) Math.ceil((limit - Math.floor(limit)) * 1e9));
        return rounded.isPositive() && rounded.compareTo(sla.endToEnd()) < 0 ? rounded : sla.endToEnd();
    }

    static OptionalDouble worstCaseSeconds(Stated<?, ?> stated, Placed placed) {
        return stated.worst().isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(Evaluator.evaluate(stated.worst().get(), placed.modeOfOperator())
                        .endToEndSeconds());
    }

    private static Placed priced(PlacementProblem problem, Placed placed, double bound) {
        var evaluation = Evaluator.evaluate(problem, placed.modeOfOperator());
        double cost = evaluation.dollarsPerHour();
        return new Placed(
                placed.modes(),
                evaluation,
                Math.min(bound, cost),
                bound >= cost ? Proof.OPTIMAL : Proof.BOUNDED,
                placed.statistics());
    }

    PlanAssembly<I, O> assembly() {
        return new PlanAssembly<>(graph, planning, workload, sla, fleet);
    }

    /**
     * What was made least.
     *
     * @param value in the plan
     * @param provedBound no plan has less
     * @param worstCaseSeconds mean time of the slowest request, where the SLA limits it
     */
    record Goal(Objective objective, double value, double provedBound, OptionalDouble worstCaseSeconds) {}
}
