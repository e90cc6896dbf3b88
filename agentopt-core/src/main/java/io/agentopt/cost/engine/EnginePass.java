package io.agentopt.cost.engine;

import io.agentopt.cost.AttentionWork;
import io.agentopt.cost.Demand;
import io.agentopt.cost.Parameters;
import io.agentopt.cost.TransformerDemand;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.ModelSpec;
import io.agentopt.model.Precision;

/**
 * One forward pass with everything but the fitted terms worked out: seconds at peak rates, so that a fit evaluates it in nanoseconds.
 *
 * <pre>
 * seconds = smoothMax(gemm / COMPUTE, traffic / MEMORY) + smoothMax(attention / ATTENTION, kv / KV)
 *           + ITERATION + layers * LAYER + all-reduces * sqrt(N - 1) * HOP       unless fused
 *           + sequences * (SEQUENCE or PROMPT) + reduced / LINK
 * </pre>
 *
 * A fused pass rides on a decode step that runs anyway (chunked prefill): weights and fixed times are paid there.
 *
 * @param decode whether it is a decode step
 * @param fused whether it rides on another pass
 * @param gemm matrix products at the rate they can reach, s
 * @param gemmPeak share of the peak rate which that is: 1, less for 8-bit formats
 * @param traffic weights and activations at the peak bandwidth, s
 * @param attention attention scores at the 16-bit peak rate, s
 * @param kv KV cache read at the peak bandwidth, s
 * @param iterations 1, or 0 for a single layer
 * @param layers layers executed
 * @param sequences sequences in the batch
 * @param hops all-reduces times the root of N - 1
 * @param reduced all-reduced bytes at the one-way link rate, s
 */
record EnginePass(
        boolean decode,
        boolean fused,
        double gemm,
        double gemmPeak,
        double traffic,
        double attention,
        double kv,
        double iterations,
        double layers,
        double sequences,
        double hops,
        double reduced) {
    /** 8-bit products reach less of their peak: .56 of it where 16-bit ones reach .77 (kernel tables, H100). */
    static final double EIGHT_BIT = 0.73;

    /** Engines keep 16 bits between the layers, whatever the products compute in. */
    private static final double ACTIVATION_BYTES = 2;

    static EnginePass prefill(Deployment d, int prompt, int batch, boolean fused) {
        return prefill(d, prompt, 0, batch, fused);
    }

    /** A prefill of prompts whose first tokens are cached. */
    static EnginePass prefill(Deployment d, int prompt, int cachedPrefix, int batch, boolean fused) {
        Demand demand = TransformerDemand.prefill(d.model(), prompt, batch, cachedPrefix);
        return of(d, demand, AttentionWork.prefill(d.model(), prompt, batch, cachedPrefix), batch, false, fused);
    }

    static EnginePass decode(Deployment d, int context, int batch) {
        Demand demand = TransformerDemand.decodeStep(d.model(), context, batch);
        return of(d, demand, AttentionWork.decode(d.model(), context, context, batch), batch, true, false);
    }

    /** {@return one layer of this pass, without the output matrix over the vocabulary} */
    EnginePass layer(Deployment d) {
        double head = Parameters.of(d.model()).head();
        double n = d.tensorParallel();
        double headGemm = 2 * head * sequences / (n * rate(d));
        double headBytes = fused ? 0 : head * d.model().weights().bytes();
        double headTraffic = headBytes / (n * d.device().memoryBytesPerSecond());
        return new EnginePass(
                decode,
                fused,
                Math.max(0, gemm - headGemm) / layers,
                gemmPeak,
                Math.max(0, traffic - headTraffic) / layers,
                attention / layers,
                kv / layers,
                0,
                1,
                sequences,
                hops / layers,
                reduced / layers);
    }

    /** {@return seconds with the values of {@link EngineTerm}, in its order} */
    double seconds(double[] x) {
        double p = x[EngineTerm.EXPONENT.index()];
        double share = x[(decode ? EngineTerm.DECODE_COMPUTE : EngineTerm.COMPUTE).index()];
        double perSequence = x[(decode ? EngineTerm.SEQUENCE_SECONDS : EngineTerm.PROMPT_SECONDS).index()];
        double fixed = fused
                ? 0
                : iterations * x[EngineTerm.ITERATION_SECONDS.index()]
                        + layers * x[EngineTerm.LAYER_SECONDS.index()]
                        + hops * x[EngineTerm.HOP_SECONDS.index()];
        return smoothMax(gemm / share, traffic / x[EngineTerm.MEMORY.index()], p)
                + smoothMax(attention / x[EngineTerm.ATTENTION.index()], kv / x[EngineTerm.KV.index()], p)
                + fixed
                + sequences * perSequence
                + reduced / x[EngineTerm.LINK.index()];
    }

    /** {@return the time that the devices' peaks allow, s} */
    double ideal() {
        return Math.max(gemm * gemmPeak, traffic);
    }

    private static EnginePass of(
            Deployment d, Demand demand, AttentionWork work, double sequences, boolean decode, boolean fused) {
        ModelSpec m = d.model();
        DeviceSpec device = d.device();
        double n = d.tensorParallel();
        double scores = work.flops(m);
        double kvBytes = work.kvRead(m);
        double wide = Math.max(1, ACTIVATION_BYTES / m.compute().bytes());
        double activations = wide * Math.max(0, demand.bytesRead() + demand.bytesWritten() - kvBytes);
        double bandwidth = n * device.memoryBytesPerSecond();
        double reading = decode ? d.kvReading().factor((double) m.heads() / m.kvHeads()) : 1;
        double link = n > 1 ? device.intraNodeBytesPerSecond().orElse(0) : 0;
        return new EnginePass(
                decode,
                fused,
                Math.max(0, demand.flops() - scores) / (n * rate(d)),
                m.compute().bytes() <= 1 ? EIGHT_BIT : 1,
                ((fused ? 0 : demand.weightBytes()) + activations) / bandwidth,
                scores / (n * device.peakFlops(Precision.BF16).orElse(rate(d))),
                kvBytes * reading / bandwidth,
                1,
                demand.layers(),
                sequences,
                link > 0 ? demand.reductions() * Math.sqrt(n - 1) : 0,
                link > 0 ? 2 * (n - 1) / n * wide * demand.reduceBytes() / link : 0);
    }

    private static double rate(Deployment d) {
        Precision format = d.model().compute();
        double peak = d.device()
                .peakFlops(format)
                .orElseThrow(() -> new IllegalArgumentException("Device '"
                        + d.device().id() + "' has no known " + format.id() + " rate, which model '"
                        + d.model().id() + "' computes in. Add it in a device file."));
        return format.bytes() <= 1 ? peak * EIGHT_BIT : peak;
    }

    private static double smoothMax(double a, double b, double p) {
        double large = Math.max(a, b);
        if (large <= 0) return 0;
        double ratio = Math.min(a, b) / large;
        return ratio < 1e-6 ? large : large * Math.pow(1 + Math.pow(ratio, p), 1 / p);
    }
}
