package io.agentopt.benchmarks.plan;

import io.agentopt.benchmarks.Metric;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.solve.Infeasible;
import io.agentopt.plan.solve.Placed;
import io.agentopt.plan.solve.PlacementSolver;
import io.agentopt.plan.solve.Proof;
import io.agentopt.plan.solve.Solution;
import io.agentopt.plan.solve.SolveOptions;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Replanning of problems of 45 to 55 operators: 20 of them, each changed 50 times, with a budget of 3 ms. The time is that of the whole call,
 * by the clock and by the processor time of its thread, which other programs do not lengthen; before the first change each problem is prepared
 * for likely ones, with up to 50 ms a solve.
 *
 * <p>The excess is over the least cost known: a cold search of 100 ms started from the answer, and CP-SAT with a limit of 2 s on every 20th
 * change. Where the answer is no placement and the reference has one, the excess counts as 1 (100 %).
 */
record ReplanPlans(Optional<CpSatSolver> oracle, boolean quick) {
    private static final int BASES = 20;
    private static final int CHANGES = 50;
    private static final int WARM_UP = 200;
    private static final int EVERY = 20;
    private static final Duration BUDGET = Duration.ofMillis(3);
    private static final Duration PREPARE = Duration.ofMillis(50);
    private static final Duration COLD = Duration.ofMillis(100);
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration ORACLE = Duration.ofSeconds(2);

    /** A problem with its placement in force, and a replanner that is prepared for its changes. */
    private record Running(PlacementProblem problem, Placed placed, Replanning replanning) {}

    /** What the changes came to. */
    private static final class Tally {
        private final List<Double> milliseconds = new ArrayList<>();
        private final List<Double> processorMilliseconds = new ArrayList<>();
        private final List<Double> excess = new ArrayList<>();
        private int missed;
        private int infeasible;
        private int proved;
        private int count;
    }

    List<Metric> run() {
        List<Running> running = running(quick ? BASES / 10 : BASES);
        System.out.printf(
                Locale.ROOT,
                "%nreplanning: %d problems x %d changes, %d ms each%n",
                running.size(),
                CHANGES,
                BUDGET.toMillis());
        warmUp(running);
        Tally tally = new Tally();
        for (Running each : running) {
            SplittableRandom random = new SplittableRandom(each.problem.name().hashCode());
            for (int k = 0; k < CHANGES; k++) one(each, random, tally);
            System.out.printf(
                    Locale.ROOT,
                    "  %-26s p99 so far %.2f ms, worst excess so far %.3f %%%n",
                    each.problem.name(),
                    Quantile.upper(tally.milliseconds, 0.99),
                    100 * Quantile.upper(tally.excess, 1));
        }
        System.out.printf(
                Locale.ROOT,
                "  %d changes: %d without a placement, %d where only the reference found one; mean excess %.3f %%, p99 %.3f %%%n",
                tally.count,
                tally.infeasible,
                tally.missed,
                100 * mean(tally.excess),
                100 * Quantile.upper(tally.excess, 0.99));
        return List.of(
                Metric.of("replan_ms_p99.50", Quantile.upper(tally.milliseconds, 0.99), "ms")
                        .goal("<= 5"),
                Metric.of("replan_ms_median.50", Quantile.median(tally.milliseconds), "ms"),
                Metric.of("replan_processor_ms_p99.50", Quantile.upper(tally.processorMilliseconds, 0.99), "ms"),
                Metric.of("replan_excess_worst.50", Quantile.upper(tally.excess, 1), "share")
                        .goal("<= 0.005"),
                Metric.of("replan_excess_p99.50", Quantile.upper(tally.excess, 0.99), "share"),
                Metric.of("replan_excess_mean.50", mean(tally.excess), "share"),
                Metric.of("replan_missed.50", tally.missed, "count").goal("0"),
                Metric.of("replan_references_proved.50", tally.proved, "count"));
    }

    private static double mean(List<Double> sample) {
        return sample.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    }

    private static List<Running> running(int count) {
        List<Running> running = new ArrayList<>();
        AgentFamily[] families = AgentFamily.values();
        for (long seed = 1000; running.size() < count; seed++) {
            PlacementProblem problem = families[(int) (seed % families.length)].problem(seed);
            int n = problem.operators().size();
            if (n < 45 || n > 55) continue;
            Solution cold = PlacementSolver.portfolio().solve(problem, SolveOptions.time(1, FIRST));
            if (!(cold instanceof Placed placed)) continue;
            Replanning prepared = Replanning.prepared(problem, placed, SolveOptions.time(1, PREPARE));
            running.add(new Running(problem, placed, prepared));
        }
        return running;
    }

    private static PlacementProblem change(Running each, SplittableRandom random) {
        Perturbation[] kinds = Perturbation.values();
        return kinds[random.nextInt(kinds.length)].of(each.problem, each.placed, random);
    }

    private static void warmUp(List<Running> running) {
        SplittableRandom random = new SplittableRandom(3);
        for (int k = 0; k < WARM_UP; k++) {
            Running each = running.get(k % running.size());
            each.replanning.replan(change(each, random), each.placed, options(k));
        }
    }

    private static SolveOptions options(long seed) {
        return SolveOptions.time(seed, BUDGET);
    }

    private void one(Running each, SplittableRandom random, Tally tally) {
        PlacementProblem changed = change(each, random);
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long processor = threads.getCurrentThreadCpuTime();
        long begin = System.nanoTime();
        Solution answer = each.replanning.replan(changed, each.placed, options(tally.count));
        tally.milliseconds.add((System.nanoTime() - begin) / 1e6);
        tally.processorMilliseconds.add((threads.getCurrentThreadCpuTime() - processor) / 1e6);
        double cost = answer instanceof Placed p ? p.dollarsPerHour() : Double.POSITIVE_INFINITY;
        double least = reference(changed, answer, each, tally);
        tally.count++;
        if (Double.isInfinite(least)) {
            tally.infeasible++;
        } else if (Double.isInfinite(cost)) {
            tally.missed++;
            tally.excess.add(1.0);
        } else {
            tally.excess.add(least <= 0 ? 0 : Math.max(0, cost / least - 1));
        }
    }

    private double reference(PlacementProblem changed, Solution answer, Running each, Tally tally) {
        List<Integer> start = answer instanceof Placed p ? p.modes() : each.placed.modes();
        Solution cold = PlacementSolver.portfolio()
                .solve(changed, SolveOptions.time(17, COLD).from(start));
        double least = answer instanceof Placed p ? p.dollarsPerHour() : Double.POSITIVE_INFINITY;
        if (cold instanceof Placed p) least = Math.min(least, p.dollarsPerHour());
        boolean proved = cold instanceof Infeasible || (cold instanceof Placed p && p.proof() == Proof.OPTIMAL);
        if (!proved && oracle.isPresent() && tally.count % EVERY == 0) {
            Solution exact = oracle.get().solve(changed, SolveOptions.time(1, ORACLE));
            if (exact instanceof Placed p) least = Math.min(least, p.dollarsPerHour());
            proved = exact instanceof Infeasible || (exact instanceof Placed p && p.proof() == Proof.OPTIMAL);
        }
        if (proved) tally.proved++;
        return least;
    }
}
