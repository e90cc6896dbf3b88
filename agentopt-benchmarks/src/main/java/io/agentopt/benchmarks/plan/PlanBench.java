package io.agentopt.benchmarks.plan;

import io.agentopt.benchmarks.BenchReport;
import io.agentopt.benchmarks.Metric;
import io.agentopt.plan.problem.PlacementProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * {@code ./build bench plan [--problems DIR] [--quick] [--seconds N]}: the planner and CP-SAT on the same problems in the same run, one thread
 * each, one after the other problem by problem.
 */
public final class PlanBench {
    private static final int SMALL = 60;

    private PlanBench() {}

    /** Runs all of it. */
    public static BenchReport run(List<String> arguments) {
        PlanBenchOptions options = PlanBenchOptions.of(arguments);
        Optional<CpSatSolver> oracle =
                CpSatSolver.load(why -> System.out.println(why + " The rest is measured without it."));
        List<PlacementProblem> added = options.added();
        List<PlacementProblem> small = new ArrayList<>(options.some(PlanSuite.small()));
        small.addAll(options.some(PlanSuite.tight()));
        for (PlacementProblem each : added) if (each.operators().size() <= SMALL) small.add(each);
        long begin = System.nanoTime();
        List<Metric> metrics = new ArrayList<>(new SmallPlans(small, oracle, options.oracle()).run());
        metrics.addAll(new LargePlans(oracle, options.oracle().multipliedBy(6), options.quick()).run());
        for (PlacementProblem each : added) {
            if (each.operators().size() <= SMALL) continue;
            Duel duel = Duel.of(each, options.oracle(), oracle, options.oracle());
            System.out.println(duel.line());
            for (String complaint : duel.contradictions()) System.out.println("    CONTRADICTION: " + complaint);
        }
        metrics.addAll(new ReplanPlans(oracle, options.quick()).run());
        System.out.printf(Locale.ROOT, "%nall of it: %.0f s%n", (System.nanoTime() - begin) / 1e9);
        return new BenchReport("plan", metrics);
    }
}
