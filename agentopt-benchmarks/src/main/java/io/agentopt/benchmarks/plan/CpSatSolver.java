package io.agentopt.benchmarks.plan;

import com.google.ortools.Loader;
import com.google.ortools.sat.CpSolver;
import com.google.ortools.sat.CpSolverSolutionCallback;
import com.google.ortools.sat.CpSolverStatus;
import io.agentopt.plan.problem.Evaluation;
import io.agentopt.plan.problem.Evaluator;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * OR-Tools CP-SAT behind the planner's own interface: the oracle in tests and the peer in the bench. One worker thread. What it returns is
 * evaluated again by {@link Evaluator}; a placement that breaks a limit is an error of the model, not an answer.
 *
 * <p>A budget of steps becomes CP-SAT's deterministic time, {@value #DETERMINISTIC_SECONDS_PER_STEP} of its seconds a step.
 */
public final class CpSatSolver implements PlacementSolver {
    private static final double DETERMINISTIC_SECONDS_PER_STEP = 1e-5;
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
        CpSatModel model = new CpSatModel(problem);
        for (int i = 0; i < options.start().size(); i++) {
            for (int j = 0; j < problem.operators().get(i).modes().size(); j++)
                model.model().addHint(model.x(i, j), options.start().get(i) == j);
        }
        CpSolver solver = new CpSolver();
        solver.getParameters().setNumWorkers(1);
        solver.getParameters().setRandomSeed((int) (options.seed() & 0x3fffffff));
        solver.getParameters().setLinearizationLevel(2);
        // One thread takes turns at several strategies: alone, the default one finds placements late.
        solver.getParameters().setInterleaveSearch(true);
        if (options.maxNanos() < Long.MAX_VALUE / 4)
            solver.getParameters().setMaxTimeInSeconds(options.maxNanos() / 1e9);
        if (options.maxSteps() < Long.MAX_VALUE / 4)
            solver.getParameters().setMaxDeterministicTime(options.maxSteps() * DETERMINISTIC_SECONDS_PER_STEP);
        Last last = new Last();
        CpSolverStatus status = solver.solve(model.model(), last);
        SolveStatistics statistics = new SolveStatistics(
                "CP-SAT, " + status, solver.numBranches(), System.nanoTime() - begin, Math.max(0, last.nanos - begin));
        return switch (status) {
            case OPTIMAL, FEASIBLE -> placed(problem, model, solver, status, statistics);
            case INFEASIBLE -> infeasible(problem, statistics);
            case UNKNOWN -> new Undecided(new Undoing(problem).relaxation(), statistics);
            case MODEL_INVALID, UNRECOGNIZED ->
                throw new IllegalStateException("CP-SAT calls its model of problem '" + problem.name() + "' " + status
                        + ": " + model.model().validate());
        };
    }

    /** When the last improvement came. */
    private static final class Last extends CpSolverSolutionCallback {
        private long nanos;

        @Override
        public void onSolutionCallback() {
            nanos = System.nanoTime();
        }
    }

    private static Placed placed(
            PlacementProblem problem,
            CpSatModel model,
            CpSolver solver,
            CpSolverStatus status,
            SolveStatistics statistics) {
        List<Integer> modes = new ArrayList<>();
        for (int i = 0; i < problem.operators().size(); i++) {
            int j = 0;
            while (!solver.booleanValue(model.x(i, j))) j++;
            modes.add(j);
        }
        Evaluation evaluation = Evaluator.evaluate(
                problem, modes.stream().mapToInt(Integer::intValue).toArray());
        if (!evaluation.feasible()) {
            throw new IllegalStateException("CP-SAT's placement of problem '" + problem.name() + "' breaks "
                    + evaluation.violations() + ": its model lacks a limit.");
        }
        double cost = evaluation.dollarsPerHour();
        double bound = Math.min(cost, model.scale().lowerBound(solver.bestObjectiveBound()));
        boolean optimal = status == CpSolverStatus.OPTIMAL && !Quanta.cheaper(bound, cost);
        return new Placed(
                modes, evaluation, optimal ? cost : bound, optimal ? Proof.OPTIMAL : Proof.BOUNDED, statistics);
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
