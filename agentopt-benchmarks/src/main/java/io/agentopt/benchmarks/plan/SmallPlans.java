package io.agentopt.benchmarks.plan;

import io.agentopt.benchmarks.Metric;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.solve.Infeasible;
import io.agentopt.plan.solve.Placed;
import io.agentopt.plan.solve.PlacementSolver;
import io.agentopt.plan.solve.SolveOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Problems of up to 60 operators: ours for one second, then CP-SAT. Counted are: for the share and the times, problems that CP-SAT solved to
 * proved optimality; for the gap, problems for which ours has a placement. Those that CP-SAT proved infeasible are counted apart.
 */
record SmallPlans(List<PlacementProblem> problems, Optional<CpSatSolver> oracle, Duration limit) {
    private static final Duration OURS = Duration.ofSeconds(1);
    private static final double NEAR = 1e-3;
    private static final int WARM_UP = 14;

    List<Metric> run() {
        warmUp();
        System.out.printf(
                Locale.ROOT,
                "%n%d problems of up to 60 operators; ours %.0f s, CP-SAT up to %.1f s, one thread each%n",
                problems.size(),
                OURS.toMillis() / 1e3,
                limit.toMillis() / 1e3);
        List<Duel> duels = new ArrayList<>();
        int contradictions = 0;
        for (PlacementProblem problem : problems) {
            Duel duel = Duel.of(problem, OURS, oracle, limit);
            System.out.println(duel.line());
            for (String each : duel.contradictions()) {
                System.out.println("    CONTRADICTION: " + each);
                contradictions++;
            }
            duels.add(duel);
        }
        return metrics(duels, contradictions);
    }

    /** Lets the compiler settle, on problems that are solved again afterwards. */
    private void warmUp() {
        for (PlacementProblem problem : problems.subList(0, Math.min(WARM_UP, problems.size()))) {
            PlacementSolver.portfolio().solve(problem, SolveOptions.time(7, OURS));
        }
    }

    private List<Metric> metrics(List<Duel> duels, int contradictions) {
        List<Double> gaps = new ArrayList<>();
        List<Double> millisecondsToPlan = new ArrayList<>();
        List<Double> millisecondsOfOracle = new ArrayList<>();
        int proved = 0;
        int near = 0;
        int infeasible = 0;
        int infeasibleOurs = 0;
        for (Duel duel : duels) {
            if (duel.ours() instanceof Placed p) gaps.add(p.gap());
            if (duel.provedInfeasible()) {
                infeasible++;
                if (duel.ours() instanceof Infeasible) infeasibleOurs++;
            }
            boolean counts = oracle.isEmpty()
                    ? duel.ours() instanceof Placed
                    : duel.optimum().isPresent();
            if (!counts) continue;
            millisecondsToPlan.add(duel.ours().statistics().bestNanos() / 1e6);
            if (duel.optimum().isEmpty()) continue;
            proved++;
            if (duel.within(NEAR, duel.optimum().get().dollarsPerHour())) {
                near++;
            } else {
                System.out.println("  missed: " + duel.line().strip());
            }
            millisecondsOfOracle.add(duel.oracle().orElseThrow().statistics().elapsedNanos() / 1e6);
        }
        List<Metric> metrics = new ArrayList<>();
        if (proved > 0)
            metrics.add(Metric.of("optimal_share.le60", (double) near / proved, "share")
                    .goal("1"));
        metrics.add(timed("time_ms_median.le60", Quantile.median(millisecondsToPlan), millisecondsOfOracle, 0.5)
                .goal("<= 5"));
        metrics.add(timed("time_ms_p99.le60", Quantile.upper(millisecondsToPlan, 0.99), millisecondsOfOracle, 0.99)
                .goal("<= 50"));
        metrics.add(Metric.of("proved_gap_median.le60", Quantile.median(gaps), "share")
                .goal("<= 0.01"));
        metrics.add(Metric.of("instances.le60", duels.size(), "count").goal(">= 100"));
        metrics.add(Metric.of("contradictions.le60", contradictions, "count").goal("0"));
        if (oracle.isPresent()) {
            metrics.add(Metric.of("cpsat_optimal.le60", proved, "count"));
            metrics.add(
                    Metric.of("infeasible_proved.le60", infeasibleOurs, "count").peer("CP-SAT", infeasible));
        }
        return metrics;
    }

    private static Metric timed(String name, double value, List<Double> oracle, double share) {
        Metric metric = Metric.of(name, value, "ms");
        return oracle.isEmpty() ? metric : metric.peer("CP-SAT to its proof", Quantile.upper(oracle, share));
    }
}
