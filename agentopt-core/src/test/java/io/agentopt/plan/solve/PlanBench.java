package io.agentopt.plan.solve;

import io.agentopt.plan.problem.PlacementProblem;
import java.time.Duration;
import java.util.List;

/** Prints cost, gap and time over the families; run by hand: java -cp ... io.agentopt.plan.solve.PlanBench SECONDS-OR-STEPS SEEDS (over 1000 it is steps). */
final class PlanBench {
    private static final boolean VERBOSE = System.getenv("QUIET") == null;
    private static double logLocal;
    private static double logPortfolio;
    private static double gaps;
    private static int optimal;
    private static int count;

    private PlanBench() {}

    public static void main(String[] args) {
        long millis = (long) (Double.parseDouble(args[0]) * 1000);
        int seeds = Integer.parseInt(args[1]);
        for (PlacementProblem problem : AgentFamilies.small(1)) report(problem, 300, false);
        for (PlacementProblem problem : args.length > 2 ? large() : AgentFamilies.small(seeds))
            report(problem, millis, true);
        System.out.printf(
                "sum of log cost: local %.4f portfolio %.4f; mean gap %.2f%%; optimal %d of %d%n",
                logLocal, logPortfolio, 100 * gaps / count, optimal, count);
    }

    private static List<PlacementProblem> large() {
        return List.of(
                AgentFamilies.layered(1, 200, 20, 1e6),
                AgentFamilies.layered(2, 200, 20, 1e6),
                AgentFamilies.mapReduce(1, 100),
                AgentFamilies.layered(1, 1000, 20, 1e6));
    }

    private static void report(PlacementProblem problem, long millis, boolean print) {
        Solution local = new LocalSearchSolver().solve(problem, budget(millis / 4 + 1));
        Solution solution = PlacementSolver.portfolio().solve(problem, budget(millis));
        if (!print) return;
        if (local instanceof Placed l && solution instanceof Placed s) {
            logLocal += Math.log(l.dollarsPerHour());
            logPortfolio += Math.log(s.dollarsPerHour());
            gaps += s.gap();
            count++;
            if (s.proof() == Proof.OPTIMAL) optimal++;
        }
        if (VERBOSE)
            System.out.printf(
                    "%-24s local %s | portfolio %s%n", problem.name(), show(local, problem), show(solution, problem));
    }

    private static SolveOptions budget(long millis) {
        return millis >= 250_000
                ? SolveOptions.steps(1, millis / 1000)
                : SolveOptions.time(1, Duration.ofMillis(millis));
    }

    private static String show(Solution solution, PlacementProblem problem) {
        double ms = solution.statistics().elapsedNanos() / 1e6;
        return switch (solution) {
            case Placed p ->
                "%9.3f gap %5.2f%% %-8s %7.1f ms".formatted(p.dollarsPerHour(), 100 * p.gap(), p.proof(), ms);
            case Infeasible i -> "infeasible %.1f ms %s".formatted(ms, i.explain(problem));
            case Undecided u -> "undecided %.1f ms".formatted(ms);
        };
    }
}
