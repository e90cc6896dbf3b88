package io.agentopt.cost.engine;

import io.agentopt.cost.CollectiveKind;
import io.agentopt.cost.Confidence;
import io.agentopt.cost.kernel.CollectiveForm;
import io.agentopt.cost.kernel.DecodeAttentionForm;
import io.agentopt.cost.kernel.GemmForm;
import io.agentopt.cost.kernel.KernelFit;
import io.agentopt.cost.kernel.KernelModel;
import io.agentopt.cost.kernel.KernelShape;
import io.agentopt.cost.kernel.KernelShape.Collective;
import io.agentopt.cost.kernel.KernelShape.DecodeAttention;
import io.agentopt.cost.kernel.KernelShape.Gemm;
import io.agentopt.cost.kernel.KernelShape.PrefillAttention;
import io.agentopt.cost.kernel.PrefillAttentionForm;
import io.agentopt.model.Precision;
import java.util.EnumMap;
import java.util.Map;

/**
 * What fitted kernels say about {@link EngineTerms}: each kernel is timed at a size that one term governs, by its fitted and by its generic
 * model. A rate changes by the ratio of the two, a fixed time by their difference, so a kernel nobody measured changes nothing.
 *
 * <pre>
 * COMPUTE, DECODE_COMPUTE  matrix product of 4096 and 256 x 8192 x 8192       LAYER  4 smallest products, 1 smallest decode attention
 * MEMORY                   the same of 16 rows                                HOP    all-reduce of 8 KiB / sqrt(N - 1)
 * ATTENTION, KV            one prompt of 4096; 64 sequences of 4096           LINK   all-reduce of 8 MiB
 * </pre>
 */
final class KernelStart {
    private static final double SPREAD = 0.3; // kernels leave the engine's own overhead open
    private static final int HEADS = 32;
    private static final int KV_HEADS = 8;
    private static final int HEAD_DIM = 128;
    private static final long WIDE = 8192;
    private static final long CONTEXT = 4096;

    private final Map<EngineTerm, Double> values = new EnumMap<>(EngineTerm.class);

    private KernelStart(EngineTerms generic) {
        for (EngineTerm term : EngineTerm.values()) values.put(term, generic.get(term));
    }

    /** {@return terms moved by what the kernels say, within their bounds} */
    static EngineTerms of(EngineTerms generic, Precision precision, KernelFits fits) {
        KernelStart start = new KernelStart(generic);
        fits.gemm().map(KernelFit::model).ifPresent(model -> {
            KernelModel<Gemm> before = KernelModel.generic(new GemmForm(model.device(), precision));
            start.rate(EngineTerm.COMPUTE, before, model, gemm(CONTEXT, WIDE, precision));
            start.rate(EngineTerm.DECODE_COMPUTE, before, model, gemm(256, WIDE, precision));
            start.rate(EngineTerm.MEMORY, before, model, gemm(16, WIDE, precision));
            start.fixed(EngineTerm.LAYER_SECONDS, 4, before, model, gemm(1, 128, precision));
        });
        fits.prefillAttention().map(KernelFit::model).ifPresent(model -> {
            KernelModel<PrefillAttention> before =
                    KernelModel.generic(new PrefillAttentionForm(model.device(), Precision.BF16));
            PrefillAttention one =
                    new PrefillAttention(1, CONTEXT, HEADS, KV_HEADS, HEAD_DIM, 0, Precision.BF16, Precision.BF16);
            start.rate(EngineTerm.ATTENTION, before, model, one);
        });
        fits.decodeAttention().map(KernelFit::model).ifPresent(model -> {
            KernelModel<DecodeAttention> before =
                    KernelModel.generic(new DecodeAttentionForm(model.device(), Precision.BF16));
            start.rate(EngineTerm.KV, before, model, decode(64, CONTEXT));
            start.fixed(EngineTerm.LAYER_SECONDS, 1, before, model, decode(1, 16));
        });
        fits.allReduce().map(KernelFit::model).ifPresent(model -> {
            KernelModel<Collective> before = KernelModel.generic(new CollectiveForm(model.device()));
            int n = fits.reducing();
            start.fixed(
                    EngineTerm.HOP_SECONDS,
                    1 / Math.sqrt(n - 1.0),
                    before,
                    model,
                    new Collective(CollectiveKind.ALL_REDUCE, 8 << 10, n, n));
            start.rate(EngineTerm.LINK, before, model, new Collective(CollectiveKind.ALL_REDUCE, 8 << 20, n, n));
        });
        return start.terms(generic, fits);
    }

    private static Gemm gemm(long m, long width, Precision precision) {
        return new Gemm(m, width, width, precision, precision);
    }

    private static DecodeAttention decode(long batch, long context) {
        return new DecodeAttention(batch, context, HEADS, KV_HEADS, HEAD_DIM, 0, Precision.BF16, Precision.BF16);
    }

    private <S extends KernelShape> void rate(EngineTerm term, KernelModel<S> before, KernelModel<S> fitted, S shape) {
        values.merge(term, before.seconds(shape) / fitted.seconds(shape), (now, ratio) -> now * ratio);
    }

    private <S extends KernelShape> void fixed(
            EngineTerm term, double times, KernelModel<S> before, KernelModel<S> fitted, S shape) {
        values.merge(term, times * (fitted.seconds(shape) - before.seconds(shape)), Double::sum);
    }

    private EngineTerms terms(EngineTerms generic, KernelFits fits) {
        EngineTerms terms = generic;
        for (EngineTerm term : EngineTerm.values()) {
            terms = terms.with(term, Math.clamp(values.getOrDefault(term, 0.0), term.low(), term.high()));
        }
        return fits.isEmpty() ? terms : terms.as(Confidence.TRANSFERRED, SPREAD);
    }
}
