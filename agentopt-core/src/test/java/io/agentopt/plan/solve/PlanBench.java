package io.agentopt.plan.solve;

import io.agentopt.plan.problem.PlacementProblem;
import java.time.Duration;
import java.util.List;

/** Prints cost, gap and time over the families; run by hand: java -cp ... io.agentopt.plan.solve.PlanBench SECONDS SEEDS. */
final class PlanBench {
    private PlanBench() {}

    public static void main(String[] args) {
        long millis = (long) (Double.parseDouble(args[0]) * 1000);
        int seeds = Integer.parseInt(args[1]);
        for (PlacementProblem problem : AgentFamilies.small(1)) report(problem, 300, false);
        for (PlacementProblem problem : args.length > 2 ? large() : AgentFamilies.small(seeds)) report(problem, millis, true);
    }

    private static List<PlacementProblem> large() {
        return List.of(AgentFamilies.layered(1, 200, 20, 1e6), AgentFamilies.layered(2, 200, 20, 1e6),
                AgentFamilies.mapReduce(1, 100), AgentFamilies.layered(1, 1000, 20, 1e6));
    }

    private static void report(PlacementProblem problem, long millis, boolean print) {
        Solution local = new LocalSearchSolver().solve(problem, SolveOptions.time(1, Duration.ofMillis(millis / 4 + 1)));
        Solution solution = PlacementSolver.portfolio().solve(problem, SolveOptions.time(1, Duration.ofMillis(millis)));
        if (!print) return;
        System.out.printf("%-24s local %s | portfolio %s%n", problem.name(), show(local, problem), show(solution, problem));
    }

    private static String show(Solution solution, PlacementProblem problem) {
        double ms = solution.statistics().elapsedNanos() / 1e6;
        return switch (solution) {
            case Placed p -> "%9.3f gap %5.2f%% %-8s %7.1f ms".formatted(p.dollarsPerHour(), 100 * p.gap(), p.proof(), ms);
            case Infeasible i -> "infeasible %.1f ms %s".formatted(ms, i.explain(problem));
            case Undecided u -> "undecided %.1f ms".formatted(ms);
        };
    }
}
