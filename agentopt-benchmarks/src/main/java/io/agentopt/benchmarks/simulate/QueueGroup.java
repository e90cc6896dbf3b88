package io.agentopt.benchmarks.simulate;

import io.agentopt.benchmarks.Metric;
import io.agentopt.plan.queueing.BatchingServers;
import io.agentopt.plan.queueing.BatchingServers.Shared;
import io.agentopt.plan.queueing.MultiServerQueue;
import io.agentopt.plan.queueing.Waiting;
import io.agentopt.simulate.event.EventQueue;
import io.agentopt.simulate.event.FcfsStation;
import io.agentopt.simulate.server.LlmRequest;
import io.agentopt.simulate.server.LlmServer;
import io.agentopt.simulate.server.Refusal;
import io.agentopt.simulate.server.RequestTimes;
import io.agentopt.simulate.server.ServerListener;
import io.agentopt.simulate.server.ServerSettings;
import io.agentopt.workload.Arrivals;
import java.util.ArrayList;
import java.util.List;
import java.util.PrimitiveIterator;
import java.util.SplittableRandom;

/**
 * {@code queue_closed_form_error}: the simulator against queues whose mean is known: M/M/1, M/D/1, M/M/4, M/M/16, and a server of a language model
 * that shares its iterations. Mean wait of 16 million customers (mean time of 300,000, for the last); the largest relative difference counts.
 */
final class QueueGroup implements SimulateMetricGroup {
    private static final int CUSTOMERS = 4_000_000;
    private static final int RUNS = 4;
    private static final int REQUESTS = 300_000;
    private static final double UTILISATION = 0.7;

    @Override
    public String name() {
        return "Queues whose mean is known";
    }

    @Override
    public List<Metric> run(SimulateOptions options) {
        List<Double> errors = new ArrayList<>();
        errors.add(station("M/M/1", MultiServerQueue.exponential(1, UTILISATION, 1)));
        errors.add(station("M/D/1", new MultiServerQueue(1, UTILISATION, 1, 1, 0)));
        errors.add(station("M/M/4", MultiServerQueue.exponential(4, 4 * UTILISATION, 1)));
        errors.add(station("M/M/16", MultiServerQueue.exponential(16, 16 * UTILISATION, 1)));
        errors.add(sharing());
        double worst = errors.stream().mapToDouble(e -> e).max().orElseThrow();
        return List.of(Metric.of("queue_closed_form_error", worst, "share").goal("<= 0.02"));
    }

    private static double station(String name, MultiServerQueue q) {
        double mean = 0;
        for (int run = 0; run < RUNS; run++) mean += meanWait(q, 100 * q.servers() + 10 * run) / RUNS;
        return error(name, mean, ((Waiting.Stable) q.waiting()).meanSeconds());
    }

    private static double meanWait(MultiServerQueue q, long seed) {
        EventQueue queue = new EventQueue();
        FcfsStation station = new FcfsStation(queue, q.servers());
        SplittableRandom random = new SplittableRandom(seed);
        PrimitiveIterator.OfDouble arrivals = new Arrivals.Poisson(q.arrivalsPerSecond()).times(seed + 1);
        double[] waited = {0};
        int[] arrived = {0};
        Runnable[] next = new Runnable[1];
        next[0] = () -> {
            if (arrived[0]++ == CUSTOMERS) return;
            queue.at(
                    arrivals.nextDouble(),
                    (now, tag) -> {
                        double service = q.serviceCv2() == 0 ? 1 : -Math.log1p(-random.nextDouble());
                        station.submit(service, (end, t) -> waited[0] += end - now - service, 0);
                        next[0].run();
                    },
                    0);
        };
        next[0].run();
        queue.run();
        return waited[0] / CUSTOMERS;
    }

    private static double sharing() {
        double tokens = 60;
        double rate = UTILISATION * 32 / (tokens * (0.015 + 0.0004 * 32));
        EventQueue queue = new EventQueue();
        // prompts of one token that take a decode step's time, so that every token of a request is a share of an
        // iteration
        LlmServer server = new LlmServer(
                queue,
                ServerSettings.of(32, 64, 1 << 20).prefixCaching(false),
                work -> 0.015 + 0.0004 * work.sequences());
        SplittableRandom random = new SplittableRandom(4);
        double[] seconds = {0};
        ServerListener listener = new ServerListener() {
            @Override
            public void finished(LlmRequest request, RequestTimes times) {
                seconds[0] += times.endToEnd();
            }

            @Override
            public void refused(LlmRequest request, Refusal why, double at) {
                throw new IllegalStateException("Request " + request.id() + " was refused: " + why + ".");
            }
        };
        for (double at : new Arrivals.Poisson(rate).first(REQUESTS, 5)) {
            int length = 1 + (int) Math.floor(-Math.log1p(-random.nextDouble()) * (tokens - 0.5));
            queue.at(at, (now, tag) -> server.submit(new LlmRequest(tag, 1, length), listener), 0);
        }
        queue.run();
        BatchingServers closed = new BatchingServers(1, 32, rate, 1, tokens, n -> 0.015 + 0.0004 * n, 0);
        double mean = ((Shared.Steady) closed.solve()).request(tokens, 1).mean();
        return error("shared iterations", seconds[0] / REQUESTS, mean);
    }

    private static double error(String name, double simulated, double closed) {
        double error = Math.abs(simulated - closed) / closed;
        System.out.printf(
                "  %-18s simulated %.5f s, closed form %.5f s, error %.2f %%%n", name, simulated, closed, 100 * error);
        return error;
    }
}
