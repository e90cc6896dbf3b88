package io.agentopt.examples.bench;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Runs a bench by name: {@code ./build bench NAME}. */
public final class Bench {
    private static final Map<String, Supplier<BenchReport>> BENCHES =
            new TreeMap<>(Map.of("first-light", FirstLight::run));

    private Bench() {}

    /** Runs the bench that is named. */
    public static void main(String[] args) {
        Supplier<BenchReport> bench = args.length == 0 ? null : BENCHES.get(args[0]);
        if (bench == null) {
            System.err.println((args.length == 0 ? "No bench is named." : "There is no bench '" + args[0] + "'.")
                    + " Known: " + String.join(", ", BENCHES.keySet()));
            System.exit(2);
            return;
        }
        bench.get().publish();
    }
}
