package io.agentopt.plan.solve;

import io.agentopt.plan.problem.Evaluation;
import io.agentopt.plan.problem.Evaluator;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.problem.Quanta;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Solves a problem again after a change, from the placement in force, in milliseconds.
 *
 * <p>The old placement is carried over by names, repaired if it breaks a limit, and improved by exact moves; the rest of the budget raises a
 * Lagrangian bound. A replanner that was prepared ({@link #prepared}) also knows good placements under likely changes (outages, prices, load,
 * limits) and starts from the best of them as well: that is what makes short searches good. Equal step budgets give equal answers.
 *
 * <p>The answer is never dearer than the old placement where that is still feasible. Infeasibility is claimed only when a bound or a complete
 * search proves it. Immutable; safe for concurrent use.
 */
public final class Replanner {
    private static final double SEARCH_SHARE = 0.85;
    private static final double EXACT_PLACEMENTS = 1e6;
    private static final long EXACT_STEPS = 20_000;
    private static final int BOUND_ITERATIONS = 60;

    private final List<PlacementProblem> before; // none or one
    private final List<int[]> known; // modes of the problem before

    private Replanner(List<PlacementProblem> before, List<int[]> known) {
        this.before = before;
        this.known = known;
    }

    /** A replanner for problems that keep operators, classes and modes index by index; it knows nothing but the old placement. */
    public Replanner() {
        this(List.of(), List.of());
    }

    /** {@return a replanner for changes of a problem, which may add, drop or reorder operators, classes and modes} */
    public static Replanner of(PlacementProblem before) {
        return new Replanner(List.of(before), List.of());
    }

    /**
     * {@return a replanner that has solved likely changes of a problem in advance}
     *
     * @param inForce the placement in force
     * @param each budget for each solve; there are up to six for each of some 30 to 60 changes
     */
    public static Replanner prepared(PlacementProblem before, Placed inForce, SolveOptions each) {
        return new Replanner(List.of(before), Preparation.of(before, inForce, each));
    }

    /** {@return how many placements it starts from beside the one in force} */
    public int knownPlacements() {
        return known.size();
    }

    /**
     * Solves the changed problem.
     *
     * @param changed the problem as it is now
     * @param old the placement in force, of the problem before
     * @param options seed and budget; a start, if any, is one more placement of {@code changed} to begin with
     */
    public Solution replan(PlacementProblem changed, Placed old, SolveOptions options) {
        Budget budget = Budget.of(options);
        if (before.isEmpty()) {
            int[] first = ModeMapping.byIndex(old.modes(), changed);
            return replan(changed, first, p -> stated(p, options), options, budget);
        }
        ModeMapping mapping = ModeMapping.of(before.getFirst(), changed);
        return replan(changed, mapping.map(old.modes()), p -> others(p, mapping, options), options, budget);
    }

    /**
     * Solves the changed problem from a placement of it.
     *
     * @param inForce the placement in force, in modes of {@code changed}; feasible or not
     */
    public Solution replan(PlacementProblem changed, List<Integer> inForce, SolveOptions options) {
        Budget budget = Budget.of(options);
        int[] first = inForce.stream().mapToInt(Integer::intValue).toArray();
        Function<CompiledProblem, List<int[]>> others = before.isEmpty()
                ? p -> stated(p, options)
                : p -> others(p, ModeMapping.of(before.getFirst(), changed), options);
        return replan(changed, first, others, options, budget);
    }

    /** Solves a problem from placements of it, the first of them in force. */
    static Solution from(PlacementProblem problem, List<Integer> start, List<int[]> others, SolveOptions options) {
        int[] modes = start.stream().mapToInt(Integer::intValue).toArray();
        Function<CompiledProblem, List<int[]>> compiled = p ->
                others.stream().map(each -> p.fromOriginal(Answers.list(each))).toList();
        return replan(problem, modes, compiled, options, Budget.of(options));
    }

    private static Solution replan(
            PlacementProblem changed,
            int[] first,
            Function<CompiledProblem, List<int[]>> others,
            SolveOptions options,
            Budget budget) {
        CompiledProblem p = new CompiledProblem(changed, true);
        Neighbourhood neighbourhood = new Neighbourhood(p);
        if (p.someOperatorHasNoMode() || !neighbourhood.blocksFit())
            return new InfeasibilityAnalysis(changed, budget).explain(first);
        int[] inForce = p.fromOriginal(Answers.list(first));
        ReplanSearch search = new ReplanSearch(p, neighbourhood, options.seed());
        search.run(inForce, others.apply(p), budget.share(small(p) ? 0.3 : SEARCH_SHARE, Long.MAX_VALUE));
        DepthFirstSearch.Outcome exact = exact(p, search.best().cost(), budget);
        exact.modes().ifPresent(search::offer);
        if (!search.best().found()) {
            return exact.complete() || InfeasibilityAnalysis.provedByBound(p)
                    ? new InfeasibilityAnalysis(changed, budget).explain(first)
                    : new Undecided(
                            Answers.relaxation(changed, p.toOriginal(search.current())),
                            budget.statistics("replanner"));
        }
        double bound =
                exact.complete() ? search.best().cost() : bound(p, search.best().cost(), budget);
        int[] near = Homeward.from(new SearchState(p), search.best().mode(), inForce);
        int[] modes = cheaper(changed, first, p.toOriginal(near));
        return Answers.placed(changed, modes, bound, exact.complete(), budget.statistics("replanner"));
    }

    private List<int[]> others(CompiledProblem p, ModeMapping mapping, SolveOptions options) {
        List<int[]> others = new ArrayList<>(stated(p, options));
        int[][] table = mapping.reduced(p);
        for (int[] each : known) others.add(mapping.map(each, table));
        return others;
    }

    private static List<int[]> stated(CompiledProblem p, SolveOptions options) {
        return options.start().isEmpty() ? List.of() : List.of(p.fromOriginal(options.start()));
    }

    /** The search works on reduced modes: the old placement may hold a mode that equals another in cost, and then it stays. */
    private static int[] cheaper(PlacementProblem problem, int[] old, int[] found) {
        Evaluation kept = Evaluator.evaluate(problem, old);
        if (!kept.feasible()) return found;
        double cost = Evaluator.evaluate(problem, found).dollarsPerHour();
        return Quanta.cheaper(cost, kept.dollarsPerHour()) ? found : old;
    }

    /** Searches a small problem completely, below a cost. */
    private static DepthFirstSearch.Outcome exact(CompiledProblem p, double below, Budget budget) {
        if (!small(p)) return new DepthFirstSearch.Outcome(Optional.empty(), below, false, System.nanoTime());
        return new DepthFirstSearch(p, Set.of(), budget.share(0.9, EXACT_STEPS)).run(below);
    }

    private static boolean small(CompiledProblem p) {
        double placements = 1;
        for (int[] modes : p.original) placements *= modes.length;
        return placements <= EXACT_PLACEMENTS;
    }

    private static double bound(CompiledProblem p, double upper, Budget budget) {
        Domain whole = Domain.whole(p);
        if (!whole.propagate(upper * (1 + 1e-9) + 1e-9)) return 0;
        LagrangianBound lagrangian = new LagrangianBound(p, CostCeiling.of(p));
        return Math.max(0, lagrangian.raise(new Multipliers(p), whole, BOUND_ITERATIONS, upper, budget, modes -> {}));
    }
}
