package io.agentopt.benchmarks;

import io.agentopt.benchmarks.cost.CostBench;
import io.agentopt.benchmarks.gpu.GpuKernels;
import io.agentopt.benchmarks.kernels.KernelsBench;
import io.agentopt.benchmarks.llm.LlmBench;
import io.agentopt.benchmarks.lower.LowerBench;
import io.agentopt.benchmarks.plan.PlanBench;
import io.agentopt.benchmarks.simulate.SimulateBench;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** Runs a bench by name: {@code ./build bench NAME [options]}. */
public final class Bench {
    private static final Map<String, Function<List<String>, BenchReport>> BENCHES = new TreeMap<>(Map.of(
            "cost", CostBench::run,
            "first-light", FirstLight::run,
            "kernels", KernelsBench::run,
            "kernels-gpu", GpuKernels::run,
            "llm", LlmBench::run,
            "lower", LowerBench::run,
            "plan", PlanBench::run,
            "simulate", SimulateBench::run));

    private Bench() {}

    /** Runs the bench that is named, with the options that follow. */
    public static void main(String[] args) {
        Function<List<String>, BenchReport> bench = args.length == 0 ? null : BENCHES.get(args[0]);
        if (bench == null) {
            System.err.println((args.length == 0 ? "No bench is named." : "There is no bench '" + args[0] + "'.")
                    + " Known: " + String.join(", ", BENCHES.keySet()));
            System.exit(2);
            return;
        }
        try {
            bench.apply(List.of(args).subList(1, args.length)).publish();
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        }
    }
}
