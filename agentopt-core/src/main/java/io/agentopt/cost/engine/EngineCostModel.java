package io.agentopt.cost.engine;

import io.agentopt.cost.Confidence;
import io.agentopt.cost.CostModel;
import io.agentopt.cost.Demand;
import io.agentopt.cost.Estimate;
import io.agentopt.cost.RooflineCostModel;
import io.agentopt.cost.SecondsSum;
import io.agentopt.cost.kernel.KernelModel;
import io.agentopt.hardware.DeviceKind;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.ModelSpec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * Passes of language models by the terms of a serving engine, everything else by a fallback. Immutable; each setting returns another model.
 *
 * <p>For a prefill or decode on a GPU or accelerator it takes, in this order, a fit of that device and the model's number formats, the
 * terms of the nearest fit that somebody measured ({@link Confidence#TRANSFERRED}, spread 1.5 times, at least .2: the same device in other
 * formats first, then the same vendor, then by balance and rates), and {@link EngineTerms#generic}. Where the fallback is surer than that,
 * as an efficiency table measured here is, the fallback's time stands. CPUs, embeddings and single demands go by the fallback, and so
 * does every refusal: what it calls infeasible or unknown stays so.
 */
public final class EngineCostModel implements CostModel {
    private static final double ACCELERATOR_SPREAD = 1.5; // the generic terms are a GPU's

    private final CostModel fallback;
    private final List<CalibratedEngine> engines;
    private final KvReading kvReading;

    /** What an estimate goes by; with a fit, its correction counts too. */
    private record Basis(EngineTerms terms, Optional<EngineFit> fit) {}

    private EngineCostModel(CostModel fallback, List<CalibratedEngine> engines, KvReading kvReading) {
        this.fallback = Objects.requireNonNull(fallback, "fallback");
        this.engines = List.copyOf(engines);
        this.kvReading = Objects.requireNonNull(kvReading, "kvReading");
    }

    /** {@return a model that knows no measurements} */
    public static EngineCostModel generic() {
        return over(RooflineCostModel.generic());
    }

    /** {@return a model without fits over a fallback, such as a roofline with efficiencies measured here} */
    public static EngineCostModel over(CostModel fallback) {
        return new EngineCostModel(fallback, List.of(), KvReading.PER_GROUP);
    }

    /** {@return this model with a fit more} */
    public EngineCostModel with(CalibratedEngine engine) {
        List<CalibratedEngine> more = new ArrayList<>(engines);
        more.add(engine);
        return new EngineCostModel(fallback, more, kvReading);
    }

    /**
     * {@return this model with terms worked out from kernels, where a device has no fit of an engine}
     *
     * @param kernels of any devices; a device and format without a matrix product is left out
     */
    public EngineCostModel withKernels(List<? extends KernelModel<?>> kernels, Attribution attribution) {
        List<CalibratedEngine> more = new ArrayList<>(engines);
        more.addAll(KernelTerms.engines(kernels, attribution));
        return new EngineCostModel(fallback, more, kvReading);
    }

    /** {@return this model with another assumption of how attention reads shared KV entries; the default is {@link KvReading#PER_GROUP}} */
    public EngineCostModel kvReading(KvReading reading) {
        return new EngineCostModel(fallback, engines, reading);
    }

    @Override
    public Estimate seconds(Demand demand, DeviceSpec device, int tensorParallel) {
        return fallback.seconds(demand, device, tensorParallel);
    }

    @Override
    public void addSeconds(Demand demand, DeviceSpec device, int tensorParallel, SecondsSum sum) {
        fallback.addSeconds(demand, device, tensorParallel, sum);
    }

    @Override
    public Estimate prefill(
            ModelSpec model, DeviceSpec device, int tensorParallel, int promptTokens, int batch, int cachedPrefix) {
        Estimate without = fallback.prefill(model, device, tensorParallel, promptTokens, batch, cachedPrefix);
        return engine(
                without,
                new Deployment(model, device, tensorParallel, kvReading),
                new EngineLoad(promptTokens, 1, batch),
                EngineMetric.TIME_TO_FIRST_TOKEN,
                d -> EnginePass.prefill(d, promptTokens, cachedPrefix, batch, false),
                1);
    }

    @Override
    public Estimate fusedPrefill(
            ModelSpec model, DeviceSpec device, int tensorParallel, int promptTokens, int batch, int cachedPrefix) {
        Estimate without = fallback.fusedPrefill(model, device, tensorParallel, promptTokens, batch, cachedPrefix);
        return engine(
                without,
                new Deployment(model, device, tensorParallel, kvReading),
                new EngineLoad(promptTokens, 1, batch),
                EngineMetric.TIME_TO_FIRST_TOKEN,
                d -> EnginePass.prefill(d, promptTokens, cachedPrefix, batch, true),
                1);
    }

    @Override
    public Estimate decode(
            ModelSpec model, DeviceSpec device, int tensorParallel, int promptTokens, int outputTokens, int batch) {
        Estimate without = fallback.decode(model, device, tensorParallel, promptTokens, outputTokens, batch);
        int context = (int) Math.min(Integer.MAX_VALUE, (long) promptTokens + Math.max(1, outputTokens / 2));
        return engine(
                without,
                new Deployment(model, device, tensorParallel, kvReading),
                new EngineLoad(promptTokens, outputTokens, batch),
                EngineMetric.TOKEN_TIME,
                d -> EnginePass.decode(d, context, batch),
                outputTokens - 1);
    }

    @Override
    public Estimate decodeStep(ModelSpec model, DeviceSpec device, int tensorParallel, int contextTokens, int batch) {
        Estimate without = fallback.decodeStep(model, device, tensorParallel, contextTokens, batch);
        return engine(
                without,
                new Deployment(model, device, tensorParallel, kvReading),
                new EngineLoad(Math.max(1, contextTokens - 1), 1, batch),
                EngineMetric.TOKEN_TIME,
                d -> EnginePass.decode(d, contextTokens, batch),
                1);
    }

    @Override
    public Estimate embed(ModelSpec model, DeviceSpec device, int tensorParallel, int tokens, int batch) {
        return fallback.embed(model, device, tensorParallel, tokens, batch);
    }

    private Estimate engine(
            Estimate without,
            Deployment d,
            EngineLoad load,
            EngineMetric metric,
            Function<Deployment, EnginePass> pass,
            double times) {
        if (!(without instanceof Estimate.Known known)
                || d.device().kind() == DeviceKind.CPU
                || d.device().peakFlops(d.model().compute()).isEmpty()) return without;
        Basis basis = basis(d.model(), d.device());
        EngineTerms terms = basis.terms;
        if (known.confidence().compareTo(terms.confidence()) < 0) return without;
        EngineWork work = new EngineWork(List.of(new EngineWork.Share(pass.apply(d), times, false)));
        EngineMeasurement at = new EngineMeasurement(d, load, metric, 1);
        double seconds =
                work.seconds(terms.vector()) * basis.fit.map(f -> f.factor(at)).orElse(1.0);
        if (!Double.isFinite(seconds)) {
            return new Estimate.Unknown("A pass of model '" + d.model().id() + "' on device '"
                    + d.device().id() + "' is beyond what a double can time.");
        }
        double spread = basis.fit.map(f -> f.relativeSpread(at)).orElse(terms.relativeSpread());
        return new Estimate.Known(seconds, spread, terms.confidence(), work.breakdown(terms));
    }

    private Basis basis(ModelSpec model, DeviceSpec device) {
        Comparator<CalibratedEngine> byModel =
                Comparator.comparing(e -> e.modelId().isEmpty());
        Optional<EngineFit> own = engines.stream()
                .filter(e -> e.isOf(model, device))
                .min(byModel.thenComparing(e -> e.fit().used() == 0)
                        .thenComparing(e -> e.fit().terms().confidence()))
                .map(CalibratedEngine::fit);
        if (own.isPresent()) return new Basis(own.get().terms(), own);
        return new Basis(lent(model, device).orElseGet(() -> generic(device)), Optional.empty());
    }

    private Optional<EngineTerms> lent(ModelSpec model, DeviceSpec device) {
        Comparator<CalibratedEngine> nearest =
                Comparator.comparing((CalibratedEngine e) -> !e.device().id().equals(device.id()));
        return engines.stream()
                .filter(e -> e.lends() && e.device().kind() != DeviceKind.CPU)
                .min(nearest.thenComparing(e -> !e.device().vendor().equals(device.vendor()))
                        .thenComparing(e -> e.device().kind() != device.kind())
                        .thenComparing(e -> !e.hasFormats(model))
                        .thenComparingDouble(e -> e.distance(device))
                        .thenComparing(e -> e.modelId().isPresent())
                        .thenComparing(e -> e.fit().used() == 0))
                .map(e -> e.lent(device));
    }

    /** Generic terms, no share of arithmetic above what matrix products were seen to reach. */
    private static EngineTerms generic(DeviceSpec device) {
        EngineTerms terms = EngineTerms.generic(device);
        double most = device.maxMatmulEfficiency().orElse(1);
        for (EngineTerm share : List.of(EngineTerm.COMPUTE, EngineTerm.DECODE_COMPUTE)) {
            if (terms.get(share) > most) terms = terms.with(share, Math.max(share.low(), most));
        }
        return device.kind() == DeviceKind.ACCELERATOR
                ? terms.as(Confidence.GENERIC, ACCELERATOR_SPREAD * terms.relativeSpread())
                : terms;
    }
}
