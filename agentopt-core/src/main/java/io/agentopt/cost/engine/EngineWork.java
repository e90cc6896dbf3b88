package io.agentopt.cost.engine;

import io.agentopt.cost.Estimate;
import io.agentopt.cost.KvCapacity;
import java.util.List;

/**
 * What a metric of a load on a deployment consists of: passes, how often each runs, and which of them are interference.
 *
 * <pre>
 * TIME_TO_FIRST_TOKEN  prefill(batch)
 * TOKEN_TIME           decode(batch)                                      at the mean context, prompt + output / 2
 * SERVED_TOKEN_TIME    decode(b) + INTERFERENCE s (b - 1) fused prefill(1) / output   b: requests whose KV fits, at most the batch
 *                                                                         s: {@link PrefillScheduling#duringDecode}
 * REQUEST              prefill(batch) + (output - 1) waves decode(b)      waves = batch / b: requests beyond the KV capacity wait
 * LAYER_*              one layer of prefill(batch) or decode(batch)
 * </pre>
 */
record EngineWork(List<Share> shares) {
    /** A pass, and how often it runs. */
    record Share(EnginePass pass, double times, boolean interference) {}

    private static final double LEAST_KV_SHARE = 0.02; // of the memory, where weights seem to leave nothing

    static EngineWork of(Deployment d, EngineLoad load, EngineMetric metric) {
        int meanContext = load.promptTokens() + Math.max(1, load.outputTokens() / 2);
        return switch (metric) {
            case TIME_TO_FIRST_TOKEN -> once(prefill(d, load));
            case TOKEN_TIME -> once(EnginePass.decode(d, meanContext, load.batch()));
            case LAYER_PREFILL -> once(prefill(d, load).layer(d));
            case LAYER_DECODE ->
                once(EnginePass.decode(d, load.promptTokens(), load.batch()).layer(d));
            case SERVED_TOKEN_TIME -> {
                int running = running(d, meanContext, load.batch());
                EnginePass other = EnginePass.prefill(d, load.promptTokens(), 1, true);
                yield new EngineWork(List.of(
                        new Share(EnginePass.decode(d, meanContext, running), 1, false),
                        new Share(other, d.scheduling().duringDecode() * (running - 1) / load.outputTokens(), true)));
            }
            case REQUEST -> {
                int running = running(d, load.promptTokens() + load.outputTokens(), load.batch());
                double waves = (double) load.batch() / running;
                yield new EngineWork(List.of(
                        new Share(prefill(d, load), 1, false),
                        new Share(
                                EnginePass.decode(d, meanContext, running), waves * (load.outputTokens() - 1), false)));
            }
        };
    }

    /** {@return seconds with the values of {@link EngineTerm}, in its order} */
    double seconds(double[] terms) {
        double sum = 0;
        for (Share share : shares) {
            double times = share.interference ? share.times * terms[EngineTerm.INTERFERENCE.index()] : share.times;
            sum += times * share.pass.seconds(terms);
        }
        return sum;
    }

    /** {@return what the time is made of: arithmetic, traffic, fixed times, collectives} */
    Estimate.Breakdown breakdown(EngineTerms terms) {
        double compute = 0;
        double memory = 0;
        double fixed = 0;
        double collective = 0;
        for (Share share : shares) {
            EnginePass p = share.pass;
            double times = share.times * (share.interference ? terms.get(EngineTerm.INTERFERENCE) : 1);
            EngineTerm rate = p.decode() ? EngineTerm.DECODE_COMPUTE : EngineTerm.COMPUTE;
            EngineTerm sequence = p.decode() ? EngineTerm.SEQUENCE_SECONDS : EngineTerm.PROMPT_SECONDS;
            compute += times * (p.gemm() / terms.get(rate) + p.attention() / terms.get(EngineTerm.ATTENTION));
            memory += times * (p.traffic() / terms.get(EngineTerm.MEMORY) + p.kv() / terms.get(EngineTerm.KV));
            double hops = p.fused() ? 0 : p.hops() * terms.get(EngineTerm.HOP_SECONDS);
            double layers = p.fused() ? 0 : p.layers() * terms.get(EngineTerm.LAYER_SECONDS);
            double iterations = p.fused() ? 0 : p.iterations() * terms.get(EngineTerm.ITERATION_SECONDS);
            fixed += times * (iterations + layers + p.sequences() * terms.get(sequence));
            collective += times * (hops + p.reduced() / terms.get(EngineTerm.LINK));
        }
        return new Estimate.Breakdown(compute, memory, fixed, collective);
    }

    /** {@return the time that the devices' peaks allow, s; whether KV caches fit is not asked, as that rests on assumptions} */
    static double ideal(Deployment d, EngineLoad load, EngineMetric metric) {
        if (metric == EngineMetric.REQUEST) {
            int meanContext = load.promptTokens() + Math.max(1, load.outputTokens() / 2);
            double token = EnginePass.decode(d, meanContext, load.batch()).ideal();
            return prefill(d, load).ideal() + (load.outputTokens() - 1) * token;
        }
        return of(d, load, metric).shares.getFirst().pass.ideal();
    }

    private static int running(Deployment d, int context, int batch) {
        double capacity = KvCapacity.tokens(d.model(), d.device(), d.tensorParallel());
        double memory = d.tensorParallel() * d.device().memoryBytes();
        double least = LEAST_KV_SHARE * memory / d.model().kvBytesPerToken();
        return (int) Math.clamp(Math.max(capacity, least) / context, 1, batch);
    }

    private static EnginePass prefill(Deployment d, EngineLoad load) {
        return EnginePass.prefill(d, load.promptTokens(), load.batch(), false);
    }

    private static EngineWork once(EnginePass pass) {
        return new EngineWork(List.of(new Share(pass, 1, false)));
    }
}
