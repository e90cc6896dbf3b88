package io.agentopt.plan;

import io.agentopt.plan.problem.Evaluation;
import io.agentopt.plan.problem.Evaluator;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.problem.Quanta;
import io.agentopt.plan.solve.Infeasible;
import io.agentopt.plan.solve.Placed;
import io.agentopt.plan.solve.Replanner;
import io.agentopt.plan.solve.Solution;
import io.agentopt.plan.solve.SolveOptions;
import io.agentopt.plan.solve.Undecided;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Plans again from a plan in force. */
final class PlanAgain<I, O> {
    private final PlanSearch<I, O> search;

    /** @param search of the situation as it is now */
    PlanAgain(PlanSearch<I, O> search) {
        this.search = search;
    }

    /** {@return a replanner for a plan that holds here; one that knows nothing where replans plan anew} */
    Replanner prepared(Plan<I, O> plan, SolveOptions each) {
        if (search.state() instanceof PlanSearch.Outcome.Possible<I, O>(PlanSearch.Stated<I, O> stated)) {
            Replanning now = Replanning.of(plan, stated.problem(), stated.worst());
            if (now.mayStay() && !around(stated)) return new Replanner();
            if (now.mayStay()) return Replanner.prepared(stated.problem(), now.inForce(0), each);
        }
        throw new IllegalArgumentException(
                "The plan of graph '" + search.graph.name() + "', made for fleet '" + plan.fleet()
                        + "', does not hold on fleet '" + search.fleet.name()
                        + "' as this planner sees it. Prepare with the planner and the"
                        + " fleet that it was made with; after a change, with those of the ReplanResult.");
    }

    /** A search around the plan in force knows money and the expected path only. */
    private boolean around(PlanSearch.Stated<I, O> stated) {
        return Objective.money(search.settings.objective()) && stated.worst().isEmpty();
    }

    /**
     * Plans again from the plan in force: a short search around it, and the solver only where that finds nothing.
     *
     * @param old the plan in force
     * @param changes what happened
     * @param planner for the next replan
     * @param replanner does the short search
     */
    ReplanResult<I, O> replan(
            Plan<I, O> old, List<Change> changes, ReplanOptions how, Planner planner, Replanner replanner) {
        return switch (search.state()) {
            case PlanSearch.Outcome.Impossible<I, O> i ->
                new ReplanResult.Infeasible<>(NoPlan.after(changes, i.why()), changes);
            case PlanSearch.Outcome.Possible<I, O>(PlanSearch.Stated<I, O> stated) -> {
                Replanning replanning = Replanning.of(old, stated.problem(), stated.worst());
                Function<int[], List<Move>> moves = modes -> moves(old, replanning, modes, changes, how);
                yield Objective.money(search.settings.objective())
                        ? replan(stated, replanning, moves, changes, how, planner, replanner)
                        : anew(stated, replanning, moves, changes, planner);
            }
        };
    }

    private List<Move> moves(
            Plan<I, O> old, Replanning replanning, int[] modes, List<Change> changes, ReplanOptions how) {
        MoveReasons reasons = new MoveReasons(
                replanning.problem(),
                replanning.start(),
                replanning.exact(),
                modes,
                changes,
                search.settings.objective());
        return new Moves(old, search.planning, search.settings.models(), how, reasons).to(modes);
    }

    private ReplanResult<I, O> replan(
            PlanSearch.Stated<I, O> stated,
            Replanning replanning,
            Function<int[], List<Move>> moves,
            List<Change> changes,
            ReplanOptions how,
            Planner planner,
            Replanner replanner) {
        PlacementProblem problem = stated.problem();
        boolean around = around(stated);
        SolveOptions atLength = search.settings.options().from(replanning.startModes());
        Solution found = around
                ? replanner.replan(problem, replanning.startModes(), how.solve())
                : stated.solver().solve(problem, atLength);
        if (around && found instanceof Undecided) found = stated.solver().solve(problem, atLength);
        return switch (found) {
            case Placed placed -> {
                ReplanChoice choice = ReplanChoice.of(replanning, replanning.cheaper(placed), moves, changes, how);
                Plan<I, O> plan =
                        search.assembly().plan(choice.placed(), Optional.empty(), search.goal(stated, choice.placed()));
                yield new ReplanResult.Replanned<>(
                        around ? plan.with(search.insights(problem, choice.placed())) : plan,
                        choice.moves(),
                        MoveCost.of(choice.moves()),
                        around
                                ? choice.verdict()
                                : choice.verdict() + " " + ReplanText.anew("the limit of the worst case"),
                        search.fleet,
                        planner);
            }
            case Infeasible none ->
                new ReplanResult.Infeasible<>(
                        NoPlan.after(changes, stated.noPlan().infeasible(none)), changes);
            case Undecided u ->
                new ReplanResult.Infeasible<>(
                        NoPlan.after(changes, stated.noPlan().undecided(u)), changes);
        };
    }

    /** Energy or latency: planned anew, and the plan in force stays where that is no better. */
    private ReplanResult<I, O> anew(
            PlanSearch.Stated<I, O> stated,
            Replanning replanning,
            Function<int[], List<Move>> movesTo,
            List<Change> changes,
            Planner planner) {
        return switch (search.solve(stated)) {
            case PlanResult.Infeasible<I, O> none ->
                new ReplanResult.Infeasible<>(NoPlan.after(changes, none), changes);
            case PlanResult.Planned<I, O>(Plan<I, O> best) -> {
                double stay = replanning.mayStay() ? value(stated, replanning.start()) : Double.POSITIVE_INFINITY;
                boolean stays = !Quanta.cheaper(best.figures().value(), stay);
                Plan<I, O> plan = best;
                if (stays) {
                    Placed inForce = replanning.inForce(best.bound().dollarsPerHour());
                    double bound = Math.min(best.figures().provedBound(), stay);
                    PlanSearch.Goal goal = new PlanSearch.Goal(
                            search.settings.objective(), stay, bound, PlanSearch.worstCaseSeconds(stated, inForce));
                    plan = search.assembly().plan(inForce, Optional.empty(), goal);
                }
                List<Move> moves = movesTo.apply(
                        Replanning.of(plan, stated.problem(), stated.worst()).start());
                String verdict = ReplanText.after(changes)
                        + (stays
                                ? "the plan in force stays. "
                                : "another plan is better, or the one in force broke a limit. ")
                        + ReplanText.anew(search.settings.objective().id());
                yield new ReplanResult.Replanned<>(plan, moves, MoveCost.of(moves), verdict, search.fleet, planner);
            }
        };
    }

    /** What a feasible placement comes to in the objective; infinite beyond the budget. */
    private double value(PlanSearch.Stated<I, O> stated, int[] modes) {
        Evaluation money = Evaluator.evaluate(stated.problem(), modes);
        return switch (search.settings.objective()) {
            case Objective.DollarsPerHour o -> money.dollarsPerHour();
            case Objective.DollarsPerRequest o -> money.dollarsPerHour() / (search.workload.requestsPerSecond() * 3600);
            case Objective.Joules o ->
                Evaluator.evaluate(
                                        EnergyProblem.of(
                                                stated.problem(), search.planning.members(), search.planning.modes()),
                                        modes)
                                .dollarsPerHour()
                        / search.workload.requestsPerSecond();
            case Objective.Latency o ->
                Quanta.cheaper(o.dollarsPerHour(), money.dollarsPerHour())
                        ? Double.POSITIVE_INFINITY
                        : money.endToEndSeconds();
        };
    }
}
