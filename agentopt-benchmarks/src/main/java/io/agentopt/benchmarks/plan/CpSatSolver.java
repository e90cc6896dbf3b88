package io.agentopt.benchmarks.plan;

import com.google.ortools.Loader;
import com.google.ortools.sat.CpSolverStatus;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.problem.Quanta;
import io.agentopt.plan.solve.Infeasible;
import io.agentopt.plan.solve.LocalSearchSolver;
import io.agentopt.plan.solve.Placed;
import io.agentopt.plan.solve.PlacementSolver;
import io.agentopt.plan.solve.Proof;
import io.agentopt.plan.solve.Solution;
import io.agentopt.plan.solve.SolveOptions;
import io.agentopt.plan.solve.SolveStatistics;
import io.agentopt.plan.solve.Undecided;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * OR-Tools CP-SAT behind the planner's own interface: the oracle in tests and the peer in the bench. One worker thread.
 *
 * <p>CP-SAT errs on large coefficients, so it is first given the problem in coarse {@link CpSatUnits}. What it proves there is a bound; its placement
 * is the optimum only when the evaluator finds it feasible and its exact cost is that bound. Where the rounding let through what the exact limits
 * forbid, the model in exact units follows, without the presolve that was seen to err. Else the placement is returned as not proved.
 *
 * <p>A budget of steps becomes CP-SAT's deterministic time, 1e-5 of its seconds a step.
 */
public final class CpSatSolver implements PlacementSolver {
    private static final int STEPS_TO_A_WITNESS = 20_000;

    private CpSatSolver() {}

    /** {@return the solver, or nothing after telling {@code otherwise} why its native library cannot be loaded here} */
    public static Optional<CpSatSolver> load(Consumer<String> otherwise) {
        try {
            Loader.loadNativeLibraries();
            return Optional.of(new CpSatSolver());
        } catch (RuntimeException | UnsatisfiedLinkError | NoClassDefFoundError e) {
            otherwise.accept("CP-SAT cannot be loaded on " + System.getProperty("os.name") + " "
                    + System.getProperty("os.arch") + " (" + e.getMessage()
                    + "). The build has its natives for Linux on x86-64 only.");
            return Optional.empty();
        }
    }

    @Override
    public Solution solve(PlacementProblem problem, SolveOptions options) {
        long begin = System.nanoTime();
        CpSatRun.Limits limits = CpSatRun.Limits.of(options);
        CpSatRun coarse = CpSatRun.of(problem, CpSatUnits.coarse(problem), true, limits);
        if (coarse.status() == CpSolverStatus.INFEASIBLE)
            return infeasible(problem, statistics("coarse units", coarse, begin, Optional.empty()));
        CpSatRun.Limits rest = limits.after(coarse, (System.nanoTime() - begin) / 1e9);
        boolean unproved = coarse.status() == CpSolverStatus.UNKNOWN || coarse.status() == CpSolverStatus.FEASIBLE;
        if (unproved || provedOptimal(coarse.best(), coarse.bound()) || rest.spent()) {
            return answer(
                    problem, coarse.best(), coarse.bound(), statistics("coarse units", coarse, begin, coarse.best()));
        }
        CpSatRun exact = CpSatRun.of(problem, CpSatUnits.exact(problem), false, rest);
        if (exact.best().isEmpty() && !exact.last().isEmpty()) {
            throw new IllegalStateException("CP-SAT's placement " + exact.last() + " of problem '" + problem.name()
                    + "' breaks a limit: its model in exact units lacks one.");
        }
        Optional<CpSatRun.Found> best = cheaper(exact.best(), coarse.best());
        SolveStatistics statistics = statistics("exact units without presolve", exact, begin, best);
        if (exact.status() == CpSolverStatus.INFEASIBLE && best.isEmpty()) return infeasible(problem, statistics);
        return answer(problem, best, Math.max(coarse.bound(), exact.bound()), statistics);
    }

    private static SolveStatistics statistics(String model, CpSatRun run, long begin, Optional<CpSatRun.Found> found) {
        long end = System.nanoTime();
        return new SolveStatistics(
                "CP-SAT, " + model + ", " + run.status(),
                run.branches(),
                end - begin,
                found.map(CpSatRun.Found::nanos).orElse(end) - begin);
    }

    private static boolean provedOptimal(Optional<CpSatRun.Found> found, double bound) {
        return found.isPresent()
                && !Quanta.cheaper(bound, found.get().evaluation().dollarsPerHour());
    }

    private static Optional<CpSatRun.Found> cheaper(Optional<CpSatRun.Found> a, Optional<CpSatRun.Found> b) {
        return Stream.of(a, b)
                .flatMap(Optional::stream)
                .min(Comparator.comparingDouble(found -> found.evaluation().dollarsPerHour()));
    }

    private static Solution answer(
            PlacementProblem problem, Optional<CpSatRun.Found> found, double bound, SolveStatistics statistics) {
        if (found.isEmpty()) return new Undecided(new Undoing(problem).relaxation(), statistics);
        double cost = found.get().evaluation().dollarsPerHour();
        boolean refuted = Quanta.cheaper(cost * (1 + 1e-8), bound); // its own placement is below its bound
        boolean optimal = provedOptimal(found, bound) && !refuted;
        return new Placed(
                found.get().modes(),
                found.get().evaluation(),
                optimal ? cost : refuted ? 0 : Math.min(cost, bound),
                optimal ? Proof.OPTIMAL : Proof.BOUNDED,
                statistics);
    }

    /** The verdict is CP-SAT's; the change that would help comes from a short local search. */
    private static Solution infeasible(PlacementProblem problem, SolveStatistics statistics) {
        Solution near = new LocalSearchSolver().solve(problem, SolveOptions.steps(1, STEPS_TO_A_WITNESS));
        return switch (near) {
            case Placed placed ->
                throw new IllegalStateException(
                        "CP-SAT calls problem '" + problem.name() + "' infeasible, but the placement " + placed.modes()
                                + " is feasible: its model is too strict.");
            case Infeasible i ->
                new Infeasible(
                        i.family(),
                        i.leastAchievable(),
                        i.limit(),
                        false,
                        i.operators(),
                        i.relaxation(),
                        true,
                        statistics);
            case Undecided u -> new Undoing(problem, u.nearest()).infeasible(statistics);
        };
    }
}
