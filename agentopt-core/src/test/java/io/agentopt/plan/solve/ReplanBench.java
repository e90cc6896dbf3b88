package io.agentopt.plan.solve;

import io.agentopt.plan.problem.PlacementProblem;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Prints time and excess of replans of 50 operators against a long cold solve; run by hand: java -cp ... io.agentopt.plan.solve.ReplanBench
 * PERTURBATIONS BUDGET-MS REFERENCE-STEPS PREPARE-STEPS, where 0 prepares nothing. The reference is the best of the replan, a cold
 * solve, and a solve that starts from the replan; steps instead of time keep it equal on a busy machine.
 */
final class ReplanBench {
    private ReplanBench() {}

    public static void main(String[] args) {
        int count = Integer.parseInt(args[0]);
        long budget = (long) (Double.parseDouble(args[1]) * 1e6);
        long cold = Long.parseLong(args[2]);
        List<PlacementProblem> problems = List.of(
                AgentFamilies.layered(1, 50, 12, 1e6),
                AgentFamilies.layered(2, 50, 12, 1e6),
                AgentFamilies.layered(3, 50, 12, 1e9),
                AgentFamilies.react(1, 12),
                AgentFamilies.mapReduce(1, 16),
                AgentFamilies.debate(1, 5, 4));
        long prepare = Long.parseLong(args[3]);
        List<double[]> all = new ArrayList<>();
        for (PlacementProblem problem : problems)
            all.addAll(measure(problem, prepare, count / problems.size() + 1, budget, cold));
        print("all", all);
    }

    private static List<double[]> measure(
            PlacementProblem problem, long prepare, int count, long budget, long referenceSteps) {
        Placed old = (Placed) PlacementSolver.portfolio().solve(problem, SolveOptions.steps(1, 3_000_000));
        long start = System.nanoTime();
        Replanner replanner =
                prepare > 0 ? Replanner.prepared(problem, old, SolveOptions.steps(1, prepare)) : Replanner.of(problem);
        double preparing = (System.nanoTime() - start) / 1e9;
        SolveOptions options = new SolveOptions(1, Long.MAX_VALUE, budget, List.of());
        for (int k = 0; k < 400; k++) replanner.replan(Perturbations.of(problem, old, -1 - k), old, options);
        List<double[]> rows = new ArrayList<>();
        var threads = ManagementFactory.getThreadMXBean();
        for (int k = 0; k < count; k++) {
            PlacementProblem changed = Perturbations.of(problem, old, k);
            for (int w = 0; w < 5; w++) replanner.replan(Perturbations.of(problem, old, -1 - k), old, options);
            long cpu = threads.getCurrentThreadCpuTime();
            long from = System.nanoTime();
            Solution now = replanner.replan(changed, old, options);
            double millis = (System.nanoTime() - from) / 1e6;
            double cpuMillis = (threads.getCurrentThreadCpuTime() - cpu) / 1e6;
            SolveOptions atLength = SolveOptions.steps(1, referenceSteps);
            Solution cold = PlacementSolver.portfolio().solve(changed, atLength);
            double least = cold instanceof Placed c ? c.dollarsPerHour() : Double.NaN;
            if (now instanceof Placed a
                    && PlacementSolver.portfolio().solve(changed, atLength.from(a.modes())) instanceof Placed warm)
                least = Math.min(Double.isNaN(least) ? a.dollarsPerHour() : least, warm.dollarsPerHour());
            double excess = Double.NaN;
            double wins = 0;
            double gap = Double.NaN;
            if (now instanceof Placed a) {
                gap = a.gap();
                excess = Math.max(0, a.dollarsPerHour() / least - 1);
                if (cold instanceof Placed b) wins = a.dollarsPerHour() < b.dollarsPerHour() * (1 - 1e-9) ? 1 : 0;
            }
            double missed = now instanceof Placed ? 0 : cold instanceof Placed ? 1 : 0;
            double none = now instanceof Placed ? 0 : 1;
            rows.add(new double[] {millis, cpuMillis, excess, wins, gap, missed, none});
        }
        print(
                "%-22s %s (%.1f s, %d known)"
                        .formatted(
                                problem.name(),
                                prepare > 0 ? "prepared" : "plain",
                                preparing,
                                replanner.knownPlacements()),
                rows);
        return rows;
    }

    private static void print(String name, List<double[]> rows) {
        double[] excess = column(rows, 2);
        System.out.printf(
                "%-58s n %4d ms p50 %.2f p99 %.2f | cpu p50 %.2f p99 %.2f | excess mean %.3f%% p90 %.2f%% p99 %.2f%% max %.2f%%, over .5%%: %d | beats cold %d | gap %.1f%% | missed %d none %d%n",
                name,
                rows.size(),
                at(column(rows, 0), 0.5),
                at(column(rows, 0), 0.99),
                at(column(rows, 1), 0.5),
                at(column(rows, 1), 0.99),
                100 * Arrays.stream(excess).average().orElse(0),
                100 * at(excess, 0.9),
                100 * at(excess, 0.99),
                100 * at(excess, 1),
                Arrays.stream(excess).filter(x -> x > 0.005).count(),
                (long) Arrays.stream(column(rows, 3)).sum(),
                100 * at(column(rows, 4), 0.5),
                (long) Arrays.stream(column(rows, 5)).sum(),
                (long) Arrays.stream(column(rows, 6)).sum());
    }

    private static double[] column(List<double[]> rows, int c) {
        return rows.stream()
                .mapToDouble(r -> r[c])
                .filter(x -> !Double.isNaN(x))
                .sorted()
                .toArray();
    }

    private static double at(double[] sorted, double share) {
        return sorted.length == 0
                ? Double.NaN
                : sorted[(int) Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
    }
}
