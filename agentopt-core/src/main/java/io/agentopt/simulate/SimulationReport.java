package io.agentopt.simulate;

import io.agentopt.simulate.server.LlmRequest;
import io.agentopt.simulate.server.Refusal;
import io.agentopt.simulate.server.RequestTimes;
import io.agentopt.simulate.server.ServerReport;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What a simulation came to.
 *
 * @param requests those that got all their tokens, in the order of their ends
 * @param refusals how many did not, by reason
 * @param seconds simulated time from the start to the last event, s
 * @param timeToFirstToken from arrival, s
 * @param timePerOutputToken mean over a request's tokens after the first, of requests with more than one, s
 * @param endToEnd from arrival to the last token, s
 * @param queueWait from arrival to the first iteration, s
 * @param server what the server did
 */
public record SimulationReport(
        List<RequestLog.Entry> requests,
        Map<Refusal, Integer> refusals,
        double seconds,
        Percentiles timeToFirstToken,
        Percentiles timePerOutputToken,
        Percentiles endToEnd,
        Percentiles queueWait,
        ServerReport server) {
    public SimulationReport {
        requests = List.copyOf(requests);
        refusals = Map.copyOf(refusals);
    }

    /** {@return the report of what a log holds} */
    public static SimulationReport of(RequestLog log, double seconds, ServerReport server) {
        List<RequestLog.Entry> done = log.entries();
        double[] perToken = done.stream()
                .filter(e -> e.request().outputTokens() > 1)
                .mapToDouble(SimulationReport::perToken)
                .toArray();
        return new SimulationReport(
                done,
                log.refusals(),
                seconds,
                times(done, RequestTimes::timeToFirstToken),
                Percentiles.of(perToken),
                times(done, RequestTimes::endToEnd),
                times(done, RequestTimes::queueWait),
                server);
    }

    /** {@return share of the simulated time in which the server worked} */
    public double utilisation() {
        return seconds == 0 ? 0 : server.utilisation(seconds);
    }

    /** {@return tokens made a second of simulated time} */
    public double outputTokensPerSecond() {
        return seconds == 0 ? 0 : server.outputTokens() / seconds;
    }

    /** {@return share of all requests, refused ones included, whose last token was out in time} */
    public double attainment(double endToEndSeconds) {
        int all = requests.size()
                + refusals.values().stream().mapToInt(Integer::intValue).sum();
        long good = requests.stream()
                .filter(e -> e.times().endToEnd() <= endToEndSeconds)
                .count();
        return all == 0 ? 1 : (double) good / all;
    }

    /** {@return what the server costs for the simulated time, at a price for all its devices together} */
    public double dollars(double dollarsPerHour) {
        return seconds / 3600 * dollarsPerHour;
    }

    /** {@return the energy of the simulated time, J, at the power of all its devices together while they work and while they do not} */
    public double joules(double busyWatts, double idleWatts) {
        return server.busySeconds() * busyWatts + Math.max(0, seconds - server.busySeconds()) * idleWatts;
    }

    private static double perToken(RequestLog.Entry e) {
        LlmRequest request = e.request();
        return (e.times().finished() - e.times().firstToken()) / (request.outputTokens() - 1);
    }

    private static Percentiles times(List<RequestLog.Entry> done, ToDoubleFunction<RequestTimes> time) {
        return Percentiles.of(
                done.stream().mapToDouble(e -> time.applyAsDouble(e.times())).toArray());
    }
}
