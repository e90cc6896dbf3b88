package io.agentopt.plan.solve;

import io.agentopt.plan.problem.PlacementProblem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Good placements for what may happen to a problem, found in advance.
 *
 * <p>Each line of change (load, limits, price, speed, inventory) is solved at a few levels, from nothing and then from what the other levels found. Then
 * levels are added between two neighbours where that promises most: where the best known placement at the middle is much dearer than the
 * mean of the two. All placements found are kept: a change is answered from those that suit it.
 */
final class Preparation {
    private static final double WORTH_SOLVING = 0.002;
    private static final int ROUNDS = 4;

    private final PlacementSolver cold = new LocalSearchSolver();
    private final SolveOptions each;
    private final Set<List<Integer>> found = new LinkedHashSet<>();
    private final List<int[]> known = new ArrayList<>();

    private Preparation(SolveOptions each) {
        this.each = each;
    }

    /** A line of change at one level. */
    private static final class Level {
        private final double at;
        private final PlacementProblem problem;
        private final CompiledProblem compiled;
        private double dollars = Double.POSITIVE_INFINITY;
        private boolean settled;

        Level(Contingencies.Line line, double at) {
            this.at = at;
            problem = line.changed().apply(at);
            compiled = new CompiledProblem(problem, true);
        }
    }

    /** The best known placement of a level; the one in force where none is feasible. */
    private record Start(List<Integer> modes, double dollars) {}

    /** Two neighbours on a line, their middle, and the share of cost that solving the middle may save. */
    private record Gap(Contingencies.Line line, Level low, Level middle, Level high, double promise) {}

    /**
     * {@return distinct placements, the one in force among them}
     *
     * @param each budget of each solve; there are up to six of them for each of some 30 to 60 levels
     */
    static List<int[]> of(PlacementProblem problem, Placed inForce, SolveOptions each) {
        Preparation preparation = new Preparation(each);
        preparation.keep(inForce.modes());
        long[] devices = inForce.evaluation().classes().stream()
                .mapToLong(use -> use.devices())
                .toArray();
        preparation.run(Contingencies.of(problem, devices));
        return List.copyOf(preparation.known);
    }

    private void run(List<Contingencies.Line> lines) {
        List<List<Level>> levels = new ArrayList<>();
        int count = 0;
        for (Contingencies.Line line : lines) {
            List<Level> row = new ArrayList<>();
            for (double at : line.levels()) row.add(new Level(line, at));
            levels.add(row);
            count += row.size();
        }
        for (int round = 0; round < ROUNDS; round++) {
            int seed = round;
            levels.forEach(row -> row.forEach(level -> solve(level, seed)));
        }
        Comparator<Gap> mostPromising = Comparator.comparingDouble(Gap::promise).reversed();
        PriorityQueue<Gap> gaps = new PriorityQueue<>(mostPromising);
        for (int l = 0; l < lines.size(); l++) {
            List<Level> row = levels.get(l);
            for (int k = 1; k < row.size(); k++) add(gaps, lines.get(l), row.get(k - 1), row.get(k));
        }
        while (count > 0 && !gaps.isEmpty()) {
            Gap gap = gaps.remove();
            if (promise(gap.low, gap.middle, gap.high) < gap.promise * 0.9) { // others found something meanwhile
                add(gaps, gap.line, gap.low, gap.high);
                continue;
            }
            solve(gap.middle, ROUNDS);
            solve(gap.middle, ROUNDS + 1);
            count--;
            add(gaps, gap.line, gap.low, gap.middle);
            add(gaps, gap.line, gap.middle, gap.high);
        }
    }

    private void add(PriorityQueue<Gap> gaps, Contingencies.Line line, Level low, Level high) {
        if (high.at - low.at < line.narrowest()) return;
        boolean whole = line.narrowest() >= 1;
        double at = (low.at + high.at) / 2;
        Level middle = new Level(line, whole ? Math.floor(at) : at);
        double promise = promise(low, middle, high);
        if (promise > WORTH_SOLVING) gaps.add(new Gap(line, low, middle, high, promise));
    }

    private double promise(Level low, Level middle, Level high) {
        if (middle.compiled.someOperatorHasNoMode()) return 0;
        if (Double.isInfinite(low.dollars) && Double.isInfinite(high.dollars)) return 0;
        double mean = Double.isInfinite(low.dollars) || Double.isInfinite(high.dollars)
                ? Math.min(low.dollars, high.dollars)
                : (low.dollars + high.dollars) / 2;
        double now = start(middle.compiled).dollars;
        return Double.isInfinite(now) ? 1 : mean <= 0 ? 0 : now / mean - 1;
    }

    private void solve(Level level, int round) {
        if (level.settled || level.compiled.someOperatorHasNoMode()) return;
        Start start = start(level.compiled);
        level.dollars = start.dollars;
        SolveOptions options = new SolveOptions(each.seed() + round, each.maxSteps(), each.maxNanos(), start.modes);
        Solution solution = round == 0
                ? cold.solve(level.problem, options.from(List.of()))
                : Replanner.from(level.problem, start.modes, known, options); // around all that is known
        level.settled = solution instanceof Infeasible;
        if (!(solution instanceof Placed placed)) return;
        level.settled = placed.proof() == Proof.OPTIMAL;
        level.dollars = Math.min(level.dollars, placed.dollarsPerHour());
        keep(placed.modes());
    }

    private void keep(List<Integer> modes) {
        if (found.add(modes))
            known.add(modes.stream().mapToInt(Integer::intValue).toArray());
    }

    private Start start(CompiledProblem p) {
        SearchState state = new SearchState(p);
        List<Integer> best = Answers.list(known.getFirst());
        double least = Double.POSITIVE_INFINITY;
        for (List<Integer> modes : found) {
            state.set(p.fromOriginal(modes));
            if (state.cost() >= least || !state.feasible()) continue;
            least = state.cost();
            best = modes;
        }
        return new Start(best, least);
    }
}
