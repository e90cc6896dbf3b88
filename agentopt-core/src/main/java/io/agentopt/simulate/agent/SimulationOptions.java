package io.agentopt.simulate.agent;

import io.agentopt.workload.Arrivals;
import io.agentopt.workload.Workload;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How a plan is simulated. Equal options give equal reports.
 *
 * @param requests how many come, at least 100
 * @param seed of all random numbers
 * @param arrivals when they come; empty for independent arrivals at the planned rate
 * @param variation of lengths and latencies
 * @param maxSequences sequences that a server of a language model runs at a time, at most
 * @param maxBatchedTokens tokens of one iteration, at most
 * @param failures what breaks
 */
public record SimulationOptions(
        int requests,
        long seed,
        Optional<Arrivals> arrivals,
        Variation variation,
        int maxSequences,
        int maxBatchedTokens,
        List<DeviceFailure> failures) {
    private static final int FEWEST_REQUESTS = 100;

    /** 4,000 independent requests, seed 1, on servers with vLLM's limits: 256 sequences, 8,192 tokens an iteration. */
    public static final SimulationOptions DEFAULT =
            new SimulationOptions(4000, 1, Optional.empty(), Variation.DEFAULT, 256, 8192, List.of());

    public SimulationOptions {
        Objects.requireNonNull(arrivals, "arrivals");
        Objects.requireNonNull(variation, "variation");
        failures = List.copyOf(failures);
        if (requests < FEWEST_REQUESTS) {
            throw new IllegalArgumentException("A simulation of " + requests
                    + " requests says nothing about percentiles." + " Take at least " + FEWEST_REQUESTS + ".");
        }
        if (maxSequences < 1 || maxBatchedTokens < maxSequences) {
            throw new IllegalArgumentException("The maxSequences (" + maxSequences
                    + ") of a server must be at least 1, and its maxBatchedTokens (" + maxBatchedTokens
                    + ") at least as many.");
        }
    }

    /** {@return these options with another number of requests} */
    public SimulationOptions requests(int count) {
        return new SimulationOptions(count, seed, arrivals, variation, maxSequences, maxBatchedTokens, failures);
    }

    /** {@return these options with another seed} */
    public SimulationOptions seed(long other) {
        return new SimulationOptions(requests, other, arrivals, variation, maxSequences, maxBatchedTokens, failures);
    }

    /** {@return these options with stated arrivals} */
    public SimulationOptions arrivals(Arrivals stated) {
        return new SimulationOptions(
                requests, seed, Optional.of(stated), variation, maxSequences, maxBatchedTokens, failures);
    }

    /** {@return these options with other variations} */
    public SimulationOptions variation(Variation other) {
        return new SimulationOptions(requests, seed, arrivals, other, maxSequences, maxBatchedTokens, failures);
    }

    /** {@return these options with what breaks} */
    public SimulationOptions failures(List<DeviceFailure> broken) {
        return new SimulationOptions(requests, seed, arrivals, variation, maxSequences, maxBatchedTokens, broken);
    }

    /** {@return when requests of a workload come} */
    Arrivals arrivalsOf(Workload workload) {
        return arrivals.orElseGet(() -> new Arrivals.Poisson(workload.requestsPerSecond()));
    }

    /** {@return variance of the gaps between arrivals over their squared mean} */
    double arrivalCv2(Workload workload) {
        return switch (arrivalsOf(workload)) {
            case Arrivals.Poisson p -> 1;
            case Arrivals.GammaGaps g -> g.cv2();
            case Arrivals.MarkovModulated m -> cv2(m.first(requests, seed));
            case Arrivals.Trace t -> cv2(t.first(requests, seed));
        };
    }

    private static double cv2(double[] times) {
        if (times.length < 3) return 1;
        double mean = (times[times.length - 1] - times[0]) / (times.length - 1);
        double variance = 0;
        for (int i = 1; i < times.length; i++) variance += Math.pow(times[i] - times[i - 1] - mean, 2);
        return mean == 0 ? 1 : variance / (times.length - 1) / (mean * mean);
    }
}
