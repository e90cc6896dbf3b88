package io.agentopt.benchmarks.plan;

import com.google.ortools.sat.CpSolver;
import com.google.ortools.sat.CpSolverSolutionCallback;
import com.google.ortools.sat.CpSolverStatus;
import io.agentopt.plan.problem.Evaluation;
import io.agentopt.plan.problem.Evaluator;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.solve.SolveOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One run of CP-SAT on one model of a problem.
 *
 * @param status what CP-SAT says of the model
 * @param bound what no placement costs less than, in dollars per hour, if CP-SAT is right; 0 without one
 * @param best the cheapest of the placements it found that the evaluator finds feasible, if there is one
 * @param last the last placement it found, feasible or not; empty for none
 * @param deterministicSeconds its measure of work
 * @param branches decisions taken
 */
record CpSatRun(
        CpSolverStatus status,
        double bound,
        Optional<Found> best,
        List<Integer> last,
        double deterministicSeconds,
        long branches) {

    /** A placement that keeps every limit, and when it came. */
    record Found(List<Integer> modes, Evaluation evaluation, long nanos) {}

    static CpSatRun of(PlacementProblem problem, CpSatUnits units, boolean presolve, Limits limits) {
        CpSatModel model = new CpSatModel(problem, units);
        for (int i = 0; i < limits.start.size(); i++) {
            for (int j = 0; j < problem.operators().get(i).modes().size(); j++)
                model.model().addHint(model.x(i, j), limits.start.get(i) == j);
        }
        CpSolver solver = new CpSolver();
        solver.getParameters().setNumWorkers(1);
        solver.getParameters().setRandomSeed((int) (limits.seed & 0x3fffffff));
        solver.getParameters().setLinearizationLevel(2);
        // One thread takes turns at several strategies: alone, the default one finds placements late.
        solver.getParameters().setInterleaveSearch(true);
        solver.getParameters().setCpModelPresolve(presolve);
        solver.getParameters().setMaxTimeInSeconds(limits.seconds);
        solver.getParameters().setMaxDeterministicTime(limits.deterministicSeconds);
        Watch watch = new Watch(problem, model);
        CpSolverStatus status = solver.solve(model.model(), watch);
        if (status == CpSolverStatus.MODEL_INVALID || status == CpSolverStatus.UNRECOGNIZED) {
            throw new IllegalStateException("CP-SAT calls its model of problem '" + problem.name() + "' " + status
                    + ": " + model.model().validate());
        }
        boolean bounded = status == CpSolverStatus.OPTIMAL || status == CpSolverStatus.FEASIBLE;
        return new CpSatRun(
                status,
                bounded ? model.scale().lowerBound(solver.bestObjectiveBound()) : 0,
                watch.best,
                watch.last,
                solver.response().getDeterministicTime(),
                solver.numBranches());
    }

    /**
     * What a run may take.
     *
     * @param seconds wall clock
     * @param deterministicSeconds CP-SAT's own measure of work
     */
    record Limits(long seed, List<Integer> start, double seconds, double deterministicSeconds) {
        private static final double NONE = 1e9;
        private static final double DETERMINISTIC_SECONDS_PER_STEP = 1e-5;

        static Limits of(SolveOptions options) {
            boolean timed = options.maxNanos() < Long.MAX_VALUE / 4;
            boolean counted = options.maxSteps() < Long.MAX_VALUE / 4;
            return new Limits(
                    options.seed(),
                    options.start(),
                    timed ? options.maxNanos() / 1e9 : NONE,
                    counted ? options.maxSteps() * DETERMINISTIC_SECONDS_PER_STEP : NONE);
        }

        /** {@return what a run has left, from where it ended} */
        Limits after(CpSatRun run, double secondsTaken) {
            return new Limits(
                    seed,
                    run.last.isEmpty() ? start : run.last,
                    seconds - secondsTaken,
                    deterministicSeconds - run.deterministicSeconds);
        }

        boolean spent() {
            return seconds <= 0 || deterministicSeconds <= 0;
        }
    }

    /** Evaluates each placement as it comes: with rounded limits a dearer one may be the cheapest that is feasible. */
    private static final class Watch extends CpSolverSolutionCallback {
        private final PlacementProblem problem;
        private final CpSatModel model;
        private List<Integer> last = List.of();
        private Optional<Found> best = Optional.empty();

        Watch(PlacementProblem problem, CpSatModel model) {
            this.problem = problem;
            this.model = model;
        }

        @Override
        public void onSolutionCallback() {
            long now = System.nanoTime();
            List<Integer> modes = new ArrayList<>();
            for (int i = 0; i < problem.operators().size(); i++) {
                int j = 0;
                while (!booleanValue(model.x(i, j))) j++;
                modes.add(j);
            }
            last = modes;
            Evaluation evaluation = Evaluator.evaluate(
                    problem, modes.stream().mapToInt(Integer::intValue).toArray());
            boolean cheaper = best.isEmpty()
                    || evaluation.dollarsPerHour() < best.get().evaluation().dollarsPerHour();
            if (evaluation.feasible() && cheaper) best = Optional.of(new Found(List.copyOf(modes), evaluation, now));
        }
    }
}
