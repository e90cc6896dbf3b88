package io.agentopt.simulate.agent;

import io.agentopt.cost.CostModel;
import io.agentopt.plan.granular.OperatorId;
import io.agentopt.plan.queueing.BatchingServers;
import io.agentopt.plan.queueing.BatchingServers.Shared;
import io.agentopt.plan.queueing.Moments;
import io.agentopt.plan.queueing.MultiServerQueue;
import io.agentopt.plan.queueing.Waiting;
import io.agentopt.simulate.server.ServerRole;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntToDoubleFunction;

/**
 * Times of prompts and completions on the servers of one model.
 *
 * <pre>
 * P = seconds of a prompt alone, A = what it adds to an iteration that runs anyway, s = seconds between two tokens (with prompts in between)
 * prompt, servers idle   P + (g / r - 1)+ A                               g = calls that come together, r = servers
 * prompt, servers busy   s / 2 + T + A + (g / r - 1)+ A + W               W = wait of a queue of prompts, service A
 * completion             iterations * s, and the wait for a place in the batch
 * </pre>
 */
record PoolModel(LlmPool pool, PoolLoad load, CostModel cost, SimulationOptions options, double arrivalCv2) {
    /** What there is to say. */
    sealed interface Result {}

    /**
     * Servers that keep up.
     *
     * @param working share of them that is at work, mean
     */
    record Solved(Map<OperatorId, Moments> moments, double working) implements Result {}

    record Overloaded(String reason) implements Result {}

    Result solve() {
        PoolTimes times = new PoolTimes(cost, pool);
        double burst = Math.max(arrivalCv2, load.together());
        return pool.key().role() == ServerRole.PREFILL_ONLY ? prompts(times, burst) : batches(times, burst);
    }

    private Result prompts(PoolTimes times, double burst) {
        double service = meanPrompt(times::promptSeconds);
        MultiServerQueue queue = new MultiServerQueue(
                pool.servers(),
                load.reading(),
                service,
                burst,
                options.variation().promptCv2());
        return switch (queue.waiting()) {
            case Waiting.Saturated s -> new Overloaded(s.reason());
            case Waiting.Stable s -> {
                Map<OperatorId, Moments> moments = new HashMap<>();
                for (PoolLoad.Calls c : load.calls()) {
                    Moments own = prompt(times.promptSeconds(c.prompt()));
                    moments.put(OperatorId.prefill(c.path()), s.moments().then(own));
                }
                yield new Solved(moments, s.utilisation());
            }
        };
    }

    private Result batches(PoolTimes times, double burst) {
        double added = load.reading() == 0 ? 0 : meanPrompt(times::addedByPrompt);
        double promptShare = load.reading() * added / pool.servers();
        double context = load.context();
        BatchingServers servers = new BatchingServers(
                pool.servers(),
                pool.sequences(load.tokensHeld(), options.maxSequences()),
                load.generating(),
                burst,
                Math.max(1e-9, load.iterations()),
                n -> times.decodeSeconds(n, context),
                promptShare);
        return switch (servers.solve()) {
            case Shared.Overloaded o -> new Overloaded(o.saturated().reason());
            case Shared.Steady s ->
                new Solved(moments(times, s, promptShare, added), 1 - (1 - s.working()) * (1 - promptShare));
        };
    }

    private Map<OperatorId, Moments> moments(PoolTimes times, Shared.Steady steady, double promptShare, double added) {
        Map<OperatorId, Moments> moments = new HashMap<>();
        double context = load.context();
        double iteration = steady.tokenSeconds().mean();
        double alone = times.decodeSeconds(Math.max(1, steady.inBatch()), context);
        double cv2 = options.variation().promptCv2();
        Moments queue = Moments.NONE;
        if (promptShare > 0) {
            double wait = promptShare / (1 - promptShare) * added * (1 + cv2) / 2;
            queue = new Waiting.Stable(wait, promptShare, promptShare).moments();
        }
        for (PoolLoad.Calls c : load.calls()) {
            Moments place = steady.waiting().moments();
            if (c.reads()) {
                double others = Math.max(0, c.together() / pool.servers() - 1);
                double own = times.addedByPrompt(c.prompt());
                double idle = times.promptSeconds(c.prompt()) + others * own;
                double busy = iteration / 2 + alone + (1 + others) * own;
                double b = steady.busy();
                double mean = b * busy + (1 - b) * idle;
                double between = b * (1 - b) * (busy - idle) * (busy - idle) + b * iteration * iteration / 12;
                Moments read = new Moments(mean, between + Math.pow((1 + others) * own, 2) * cv2);
                moments.put(
                        OperatorId.prefill(c.path()), place.then(queue.times(b)).then(read));
                place = Moments.NONE;
            }
            if (c.generates()) {
                Moments made =
                        steady.generating(c.iterations(), options.variation().outputCv2());
                Moments begin = c.reads() ? Moments.NONE : Moments.of(steady.busy() * iteration / 2, 1.0 / 3);
                moments.put(OperatorId.decode(c.path()), place.then(begin).then(made));
            }
        }
        return moments;
    }

    private Moments prompt(double seconds) {
        return Moments.of(seconds, options.variation().promptCv2());
    }

    private double meanPrompt(IntToDoubleFunction seconds) {
        double rate = 0;
        double sum = 0;
        for (PoolLoad.Calls c : load.calls()) {
            if (!c.reads()) continue;
            rate += c.rate();
            sum += c.rate() * seconds.applyAsDouble(c.prompt());
        }
        return rate == 0 ? 0 : sum / rate;
    }
}
