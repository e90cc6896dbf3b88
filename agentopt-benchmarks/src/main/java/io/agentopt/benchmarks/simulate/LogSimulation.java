package io.agentopt.benchmarks.simulate;

import io.agentopt.cost.CollectiveKind;
import io.agentopt.cost.Collectives;
import io.agentopt.cost.Estimate;
import io.agentopt.cost.Topology;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.simulate.Percentiles;
import io.agentopt.simulate.RequestLog;
import io.agentopt.simulate.SimulationReport;
import io.agentopt.simulate.TraceSimulation;
import io.agentopt.simulate.profile.OperatorIterationTimes;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * A served log and its simulation, request by request.
 *
 * @param log as measured
 * @param endToEnd simulated, s, by request; NaN where the simulator refused it
 * @param timeToFirstToken simulated, s, by request
 * @param report of the simulator
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record LogSimulation(ServedLog log, double[] endToEnd, double[] timeToFirstToken, SimulationReport report) {
    /** Runs it with a time that the host adds to each iteration. */
    static LogSimulation run(ServedLog log, double hostSeconds) {
        OperatorIterationTimes times =
                new OperatorIterationTimes(log.profile(), log.model().layers(), hostSeconds, allReduce(log));
        SimulationReport report = TraceSimulation.run(log.trace(), log.settings(), times);
        int n = log.requests().size();
        double[] endToEnd = new double[n];
        double[] first = new double[n];
        java.util.Arrays.fill(endToEnd, Double.NaN);
        java.util.Arrays.fill(first, Double.NaN);
        for (RequestLog.Entry e : report.requests()) {
            endToEnd[e.request().id()] = e.times().endToEnd();
            first[e.request().id()] = e.times().timeToFirstToken();
        }
        return new LogSimulation(log, endToEnd, first, report);
    }

    /** Simulated over measured, less 1, for the requests from one to another. */
    record Errors(double endToEndMean, double endToEndP90, double firstTokenMean, double endToEndEach) {}

    Errors errors(int from, int to) {
        double[] measured = IntStream.range(from, to)
                .mapToDouble(i -> ServedLog.endToEnd(log.requests().get(i)))
                .toArray();
        double[] first = IntStream.range(from, to)
                .mapToDouble(i -> ServedLog.timeToFirstToken(log.requests().get(i)))
                .toArray();
        Percentiles ours = Percentiles.of(java.util.Arrays.copyOfRange(endToEnd, from, to));
        Percentiles theirs = Percentiles.of(measured);
        double oursFirst = Percentiles.of(java.util.Arrays.copyOfRange(timeToFirstToken, from, to))
                .mean();
        double each = IntStream.range(from, to)
                .mapToDouble(i -> Math.abs(endToEnd[i] / measured[i - from] - 1))
                .average()
                .orElse(Double.NaN);
        return new Errors(
                ours.mean() / theirs.mean() - 1,
                ours.p90() / theirs.p90() - 1,
                oursFirst / Percentiles.of(first).mean() - 1,
                each);
    }

    private static IntToDoubleFunction allReduce(ServedLog log) {
        if (log.tensorParallel() == 1) return _ -> 0;
        DeviceSpec device = log.device()
                .orElseThrow(() -> new IllegalArgumentException("The log was served by " + log.tensorParallel()
                        + " devices, whose link is unknown. Name the folder of the profiles after the device, such as"
                        + " rtxpro6000_llama-3.1-8b."));
        Topology topology = Topology.of(device);
        double bytesPerToken = log.model().hidden() * log.model().compute().bytes();
        return tokens -> {
            Estimate e = Collectives.estimate(
                    CollectiveKind.ALL_REDUCE, tokens * bytesPerToken, log.tensorParallel(), topology);
            return e instanceof Estimate.Known k ? k.seconds() : Double.NaN;
        };
    }
}
