package io.agentopt.cost.engine;

import io.agentopt.cost.CollectiveKind;
import io.agentopt.cost.kernel.KernelForm;
import io.agentopt.cost.kernel.KernelModel;
import io.agentopt.cost.kernel.KernelShape;
import io.agentopt.cost.kernel.KernelShape.Collective;
import io.agentopt.cost.kernel.KernelShape.DecodeAttention;
import io.agentopt.cost.kernel.KernelShape.Gemm;
import io.agentopt.cost.kernel.KernelShape.PrefillAttention;
import io.agentopt.cost.kernel.PrefillAttentionForm;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.Precision;
import java.util.EnumMap;
import java.util.Map;

/**
 * What models of kernels say about {@link EngineTerms}: each kernel is timed at a size that one term governs, by its fitted and by its generic
 * terms. A rate changes by the ratio of the two, a fixed time by their difference, so a kernel nobody measured changes nothing.
 *
 * <pre>
 * COMPUTE, DECODE_COMPUTE  matrix product of 8192 and 1024 x 8192 x 8192      LAYER  4 smallest products, 1 smallest decode attention
 * MEMORY                   matrix product of 16 x 28672 x 8192                HOP    all-reduce of 8 KiB / sqrt(N - 1)
 * ATTENTION, KV            one prompt of 8192; 64 sequences of 4096           LINK   all-reduce of 8 MiB
 * </pre>
 *
 * Generic products in 8 bits are taken to reach {@link EnginePass#EIGHT_BIT} of what the form says, as passes count them: COMPUTE is the share
 * beside that. ATTENTION is a share of the 16-bit peak, whatever the kernel computes in.
 */
final class KernelStart {
    private static final int HEADS = 32;
    private static final int KV_HEADS = 8;
    private static final int HEAD_DIM = 128;
    private static final long WIDE = 8192;
    private static final int PRODUCTS_PER_LAYER = 4;
    private static final double LEAST_SPREAD = 0.2; // of what is generic beside the kernels

    private final Map<EngineTerm, Double> values = new EnumMap<>(EngineTerm.class);

    private KernelStart(EngineTerms generic) {
        for (EngineTerm term : EngineTerm.values()) values.put(term, generic.get(term));
    }

    /** {@return the terms of an engine that nobody measured, on a device whose kernels somebody did: as sure as the least sure of them} */
    static EngineTerms of(DeviceSpec device, KernelModels models) {
        return moved(EngineTerms.generic(device), models)
                .as(models.confidence(), Math.max(LEAST_SPREAD, models.relativeSpread()));
    }

    /** {@return terms moved by what the kernels say, within their bounds; confidence and spread stay} */
    static EngineTerms moved(EngineTerms generic, KernelModels models) {
        KernelStart start = new KernelStart(generic);
        models.gemm().ifPresent(start::products);
        models.prefillAttention().ifPresent(start::prompts);
        models.decodeAttention().ifPresent(start::decodeSteps);
        models.allReduce().ifPresent(model -> start.allReduces(model, models.reducing()));
        EngineTerms terms = generic;
        for (EngineTerm term : EngineTerm.values()) {
            terms = terms.with(term, Math.clamp(start.values.getOrDefault(term, 0.0), term.low(), term.high()));
        }
        return terms;
    }

    private void products(KernelModel<Gemm> model) {
        Precision format = model.form().precision().orElseThrow();
        Generic<Gemm> before = Generic.of(model.form(), format.bytes() <= 1 ? EnginePass.EIGHT_BIT : 1);
        rate(EngineTerm.COMPUTE, before, model, gemm(WIDE, WIDE, WIDE, format));
        rate(EngineTerm.DECODE_COMPUTE, before, model, gemm(1024, WIDE, WIDE, format));
        rate(EngineTerm.MEMORY, before, model, gemm(16, 28672, WIDE, format));
        fixed(EngineTerm.LAYER_SECONDS, PRODUCTS_PER_LAYER, before, model, gemm(1, 128, 128, format));
    }

    private void prompts(KernelModel<PrefillAttention> model) {
        Precision format = model.form().precision().orElseThrow();
        Precision usual = model.device().peakFlops(Precision.BF16).isPresent() ? Precision.BF16 : format;
        Generic<PrefillAttention> before = Generic.of(new PrefillAttentionForm(model.device(), usual), 1);
        rate(EngineTerm.ATTENTION, before.seconds(prompt(usual)), model, prompt(format));
    }

    private void decodeSteps(KernelModel<DecodeAttention> model) {
        Precision format = model.form().precision().orElseThrow();
        Generic<DecodeAttention> before = Generic.of(model.form(), 1);
        rate(EngineTerm.KV, before, model, decode(64, 4096, format));
        fixed(EngineTerm.LAYER_SECONDS, 1, before, model, decode(1, 16, format));
    }

    private void allReduces(KernelModel<Collective> model, int n) {
        Generic<Collective> before = Generic.of(model.form(), 1);
        fixed(EngineTerm.HOP_SECONDS, 1 / Math.sqrt(n - 1.0), before, model, allReduce(8 << 10, n));
        rate(EngineTerm.LINK, before, model, allReduce(8 << 20, n));
    }

    private static Gemm gemm(long m, long n, long k, Precision format) {
        return new Gemm(m, n, k, format, format);
    }

    private static PrefillAttention prompt(Precision format) {
        return new PrefillAttention(1, 8192, HEADS, KV_HEADS, HEAD_DIM, 0, format, format);
    }

    private static DecodeAttention decode(long batch, long context, Precision format) {
        return new DecodeAttention(batch, context, HEADS, KV_HEADS, HEAD_DIM, 0, format, format);
    }

    private static Collective allReduce(long bytes, int n) {
        return new Collective(CollectiveKind.ALL_REDUCE, bytes, n, n);
    }

    /** A form with its generic terms. */
    private record Generic<S extends KernelShape>(KernelForm<S> form, double[] terms) {
        static <S extends KernelShape> Generic<S> of(KernelForm<S> form, double computeFactor) {
            double[] terms = form.generic();
            for (int i = 0; i < terms.length; i++) {
                if (form.terms().get(i).name().equals("compute")) terms[i] *= computeFactor;
            }
            return new Generic<>(form, terms);
        }

        double seconds(S shape) {
            return form.seconds(shape, terms);
        }
    }

    private <S extends KernelShape> void rate(EngineTerm term, Generic<S> before, KernelModel<S> fitted, S shape) {
        rate(term, before.seconds(shape), fitted, shape);
    }

    private <S extends KernelShape> void rate(EngineTerm term, double before, KernelModel<S> fitted, S shape) {
        double ratio = before / fitted.seconds(shape);
        if (Double.isFinite(ratio)) values.merge(term, ratio, (now, r) -> now * r);
    }

    private <S extends KernelShape> void fixed(
            EngineTerm term, double times, Generic<S> before, KernelModel<S> fitted, S shape) {
        double difference = times * (fitted.seconds(shape) - before.seconds(shape));
        if (Double.isFinite(difference)) values.merge(term, difference, Double::sum);
    }
}
