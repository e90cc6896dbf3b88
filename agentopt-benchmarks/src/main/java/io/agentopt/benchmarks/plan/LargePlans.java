package io.agentopt.benchmarks.plan;

import io.agentopt.benchmarks.Metric;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.solve.Placed;
import io.agentopt.plan.solve.Solution;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The layered problems of 200, 1000 and 2000 operators; CP-SAT takes part in the first, where it finds good placements. */
record LargePlans(Optional<CpSatSolver> oracle, Duration limit, boolean quick) {
    private static final long SEED = 1;
    /** What is left to the clock for reading the problem and stating the answer, so that the whole call keeps the limit. */
    private static final double SHARE_FOR_SEARCH = 0.95;

    List<Metric> run() {
        List<Metric> metrics = new ArrayList<>();
        System.out.printf("%nlarge problems; CP-SAT up to %d s on 200x20%n", limit.toSeconds());
        Duel first = duel(200, 20, 1, oracle);
        Optional<Placed> theirs =
                first.oracle().flatMap(o -> o instanceof Placed p ? Optional.of(p) : Optional.empty());
        if (first.ours() instanceof Placed ours && theirs.isPresent()) {
            double cost = theirs.get().dollarsPerHour();
            metrics.add(Metric.of("cost_ratio_cpsat.200x20", ours.dollarsPerHour() / cost, "ratio")
                    .goal("<= 1.001"));
        } else {
            System.out.println("  no cost_ratio_cpsat.200x20: one of the two found no placement in its time");
        }
        metrics.add(seconds("time_s.200x20", first).goal("<= 1"));
        metrics.add(gap("proved_gap.200x20", first));
        if (quick) return metrics;
        Duel second = duel(1000, 20, 5, Optional.empty());
        metrics.add(gap("proved_gap.1000x20", second).goal("<= 0.01"));
        metrics.add(seconds("time_s.1000x20", second).goal("<= 5"));
        Duel third = duel(2000, 40, 20, Optional.empty());
        metrics.add(gap("proved_gap.2000x40", third).goal("<= 0.02"));
        metrics.add(seconds("time_s.2000x40", third).goal("<= 20"));
        return metrics;
    }

    private Duel duel(int operators, int modes, int seconds, Optional<CpSatSolver> peer) {
        PlacementProblem problem = PlanSuite.large(operators, modes, SEED);
        Duel duel = Duel.of(problem, Duration.ofMillis((long) (seconds * 1000 * SHARE_FOR_SEARCH)), peer, limit);
        System.out.println(duel.line());
        for (String each : duel.contradictions()) System.out.println("    CONTRADICTION: " + each);
        return duel;
    }

    private static Metric seconds(String name, Duel duel) {
        return Metric.of(name, duel.ours().statistics().elapsedNanos() / 1e9, "s");
    }

    /** Without a placement nothing is proved: a gap of the whole. */
    private static Metric gap(String name, Duel duel) {
        Solution ours = duel.ours();
        return Metric.of(name, ours instanceof Placed p ? p.gap() : 1, "share");
    }
}
