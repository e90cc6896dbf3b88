package io.agentopt.plan.solve;

import io.agentopt.plan.problem.Evaluation;
import io.agentopt.plan.problem.Evaluator;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.problem.Quanta;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

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
    private final List<List<Integer>> known;

    private Replanner(List<PlacementProblem> before, List<List<Integer>> known) {
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
     * @param each budget for each of some 20 to 40 changes, which are solved twice: again from what the others found
     */
    public static Replanner prepared(PlacementProblem before, Placed inForce, SolveOptions each) {
        boolean[] used = new boolean[before.classes().size()];
        for (int h = 0; h < used.length; h++)
            used[h] = inForce.evaluation().classes().get(h).devices() > 0;
        PlacementSolver solver = PlacementSolver.portfolio();
        Set<List<Integer>> known = new LinkedHashSet<>();
        for (int round = 0; round < 2; round++) {
            for (PlacementProblem change : Contingencies.of(before, used)) {
                List<Integer> start = best(change, known, inForce.modes());
                if (solver.solve(change, each.from(start)) instanceof Placed placed) known.add(placed.modes());
            }
        }
        return new Replanner(List.of(before), List.copyOf(known));
    }

    private static List<Integer> best(PlacementProblem problem, Set<List<Integer>> known, List<Integer> otherwise) {
        List<Integer> best = otherwise;
        double least = Double.POSITIVE_INFINITY;
        for (List<Integer> modes : known) {
            Evaluation evaluation = Evaluator.evaluate(
                    problem, modes.stream().mapToInt(Integer::intValue).toArray());
            if (!evaluation.feasible() || evaluation.dollarsPerHour() >= least) continue;
            least = evaluation.dollarsPerHour();
            best = modes;
        }
        return best;
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
        return replan(changed, starts(changed, old.modes(), options), options, budget);
    }

    /**
     * Solves a problem from a placement of that problem itself.
     *
     * @param start one mode per operator, feasible or not
     */
    public static Solution from(PlacementProblem problem, List<Integer> start, SolveOptions options) {
        return replan(problem, List.of(start), options, Budget.of(options));
    }

    private static Solution replan(
            PlacementProblem changed, List<List<Integer>> starts, SolveOptions options, Budget budget) {
        int[] first = starts.getFirst().stream().mapToInt(Integer::intValue).toArray();
        CompiledProblem p = new CompiledProblem(changed, true);
        Neighbourhood neighbourhood = new Neighbourhood(p);
        if (p.someOperatorHasNoMode() || !neighbourhood.blocksFit())
            return new InfeasibilityAnalysis(changed, budget).explain(first);
        ReplanSearch search = new ReplanSearch(p, neighbourhood, options.seed());
        search.run(
                starts.stream().map(p::fromOriginal).toList(),
                budget.share(small(p) ? 0.3 : SEARCH_SHARE, Long.MAX_VALUE));
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
        int[] near = Homeward.from(new SearchState(p), search.best().mode(), p.fromOriginal(starts.getFirst()));
        int[] modes = cheaper(changed, first, p.toOriginal(near));
        return Answers.placed(changed, modes, bound, exact.complete(), budget.statistics("replanner"));
    }

    private List<List<Integer>> starts(PlacementProblem changed, List<Integer> old, SolveOptions options) {
        List<List<Integer>> starts = new ArrayList<>();
        if (before.isEmpty()) {
            starts.add(Answers.list(ModeMapping.byIndex(old, changed)));
        } else {
            ModeMapping mapping = ModeMapping.of(before.getFirst(), changed);
            starts.add(Answers.list(mapping.map(old)));
            for (List<Integer> each : known) starts.add(Answers.list(mapping.map(each)));
        }
        if (!options.start().isEmpty()) starts.add(options.start());
        return starts;
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
