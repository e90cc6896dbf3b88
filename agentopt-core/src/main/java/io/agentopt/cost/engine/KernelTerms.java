package io.agentopt.cost.engine;

import io.agentopt.cost.Confidence;
import io.agentopt.cost.kernel.DecodeAttentionForm;
import io.agentopt.cost.kernel.GemmForm;
import io.agentopt.cost.kernel.KernelModel;
import io.agentopt.cost.kernel.KernelShape;
import io.agentopt.cost.kernel.KernelShape.DecodeAttention;
import io.agentopt.cost.kernel.KernelShape.Gemm;
import io.agentopt.cost.kernel.KernelShape.PrefillAttention;
import io.agentopt.cost.kernel.PrefillAttentionForm;
import io.agentopt.cost.kernel.Term;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Terms of an engine from models of its kernels, by asking each for a kernel that one resource bounds. Time to launch is taken off, as
 * LAYER counts it:
 *
 * <pre>
 * COMPUTE, DECODE_COMPUTE  share of the peak that a product of 8192 x 8192 x 8192 reaches; of 8-bit formats over .73 of it
 * MEMORY                   share of the bandwidth that a product of 16 x 28672 x 8192 reaches
 * ATTENTION                share of the 16-bit peak that a prompt of 8192 tokens reaches, 32 heads of 128, 8 KV heads
 * KV                       share of the bandwidth that 64 sequences of 4096 tokens reach, the same heads
 * LAYER                    4 launches of a product + 1 of decode attention
 * </pre>
 *
 * Iteration, sequences and collectives are generic: no kernel tells them. (An all-reduce does not say its number of devices.)
 */
final class KernelTerms {
    private static final long LARGE = 8192;
    private static final long WIDE = 28672;
    private static final long FEW = 16;
    private static final int HEADS = 32;
    private static final int KV_HEADS = 8;
    private static final int HEAD_DIM = 128;
    private static final int PRODUCTS_PER_LAYER = 4;
    private static final double LAUNCH_OF_ATTENTION = 12e-6;
    private static final double LEAST_SPREAD = 0.2; // of what is generic beside the kernels

    private final DeviceSpec device;
    private EngineTerms terms;
    private Confidence confidence;
    private double spread;

    private KernelTerms(KernelModel<Gemm> gemm) {
        device = gemm.device();
        terms = EngineTerms.generic(device);
        confidence = gemm.confidence();
        spread = Math.max(LEAST_SPREAD, gemm.relativeSpread());
    }

    static EngineTerms of(
            KernelModel<Gemm> gemm,
            Optional<KernelModel<PrefillAttention>> prefill,
            Optional<KernelModel<DecodeAttention>> decode) {
        KernelTerms t = new KernelTerms(gemm);
        t.products(gemm, decode.map(KernelTerms::launch).orElse(LAUNCH_OF_ATTENTION));
        prefill.ifPresent(t::prefill);
        decode.ifPresent(t::decode);
        return t.terms.as(t.confidence, t.spread);
    }

    private void products(KernelModel<Gemm> gemm, double launchOfAttention) {
        Precision format = gemm.form().precision().orElseThrow();
        double launch = launch(gemm);
        double peak = device.peakFlops(format).orElseThrow() * (format.bytes() <= 1 ? EnginePass.EIGHT_BIT : 1);
        double large = gemm.seconds(new Gemm(LARGE, LARGE, LARGE, format, format)) - launch;
        set(EngineTerm.COMPUTE, 2.0 * LARGE * LARGE * LARGE / (peak * large));
        set(EngineTerm.DECODE_COMPUTE, 2.0 * LARGE * LARGE * LARGE / (peak * large));
        double bytes = (double) WIDE * LARGE * format.bytes()
                + FEW * LARGE * format.bytes()
                + FEW * WIDE * Math.max(2, format.bytes());
        double narrow = gemm.seconds(new Gemm(FEW, WIDE, LARGE, format, format)) - launch;
        set(EngineTerm.MEMORY, bytes / (device.memoryBytesPerSecond() * narrow));
        set(EngineTerm.LAYER_SECONDS, PRODUCTS_PER_LAYER * launch + launchOfAttention);
    }

    private void prefill(KernelModel<PrefillAttention> model) {
        Precision format = model.form().precision().orElseThrow();
        PrefillAttention shape = new PrefillAttention(1, LARGE, HEADS, KV_HEADS, HEAD_DIM, 0, format, format);
        double flops = 4.0 * HEADS * HEAD_DIM * shape.pairs();
        double peak =
                device.peakFlops(Precision.BF16).orElse(device.peakFlops(format).orElseThrow());
        set(EngineTerm.ATTENTION, flops / (peak * (model.seconds(shape) - launch(model))));
        weaken(model);
    }

    private void decode(KernelModel<DecodeAttention> model) {
        Precision format = model.form().precision().orElseThrow();
        DecodeAttention shape = new DecodeAttention(64, 4096, HEADS, KV_HEADS, HEAD_DIM, 0, format, format);
        double bytes = 2.0 * 64 * 4096 * KV_HEADS * HEAD_DIM * format.bytes();
        set(EngineTerm.KV, bytes / (device.memoryBytesPerSecond() * (model.seconds(shape) - launch(model))));
        weaken(model);
    }

    private void weaken(KernelModel<?> model) {
        confidence = confidence.weaker(model.confidence());
        spread = Math.max(spread, model.relativeSpread());
    }

    private void set(EngineTerm term, double value) {
        terms = terms.with(term, value > 0 ? Math.clamp(value, term.low(), term.high()) : term.low());
    }

    private static double launch(KernelModel<?> model) {
        List<Term> names = model.form().terms();
        for (int i = 0; i < names.size(); i++) {
            if (names.get(i).name().equals("launch")) return model.terms()[i];
        }
        return 0;
    }

    /** {@return terms for every device and format that has a matrix product} */
    static List<CalibratedEngine> engines(List<? extends KernelModel<?>> kernels, Attribution attribution) {
        List<CalibratedEngine> engines = new ArrayList<>();
        for (KernelModel<?> kernel : kernels) {
            if (!(kernel.form() instanceof GemmForm form)) continue;
            Precision format = form.precision().orElseThrow();
            List<KernelModel<?>> together = new ArrayList<>(List.of(kernel));
            for (KernelModel<?> other : kernels) {
                boolean attention =
                        other.form() instanceof PrefillAttentionForm || other.form() instanceof DecodeAttentionForm;
                if (attention && other.device().id().equals(kernel.device().id())) together.add(other);
            }
            engines.add(new CalibratedEngine(
                    kernel.device(),
                    format,
                    format,
                    Optional.empty(),
                    EngineFit.of(EngineTerms.from(together)),
                    attribution));
        }
        return engines;
    }

    /** The forms of a device's kernels, one of a kind: the surest. */
    static EngineTerms from(List<? extends KernelModel<?>> kernels) {
        KernelModel<Gemm> gemm = KernelTerms.<Gemm>surest(kernels, GemmForm.class)
                .orElseThrow(() -> new IllegalArgumentException(
                        "Terms of an engine need a model of its matrix products, and there is none among "
                                + kernels.size() + " kernel models. Calibrate a GemmForm."));
        for (KernelModel<?> k : kernels) {
            if (!k.device().id().equals(gemm.device().id())) {
                throw new IllegalArgumentException("Kernels of '" + k.device().id() + "' and of '"
                        + gemm.device().id() + "' do not make terms of one engine. Give those of one device.");
            }
        }
        return of(gemm, surest(kernels, PrefillAttentionForm.class), surest(kernels, DecodeAttentionForm.class));
    }

    @SuppressWarnings("unchecked") // a form tells its shape
    private static <S extends KernelShape> Optional<KernelModel<S>> surest(
            List<? extends KernelModel<?>> kernels, Class<?> form) {
        KernelModel<?> best = null;
        for (KernelModel<?> k : kernels) {
            if (form.isInstance(k.form()) && (best == null || k.confidence().compareTo(best.confidence()) < 0))
                best = k;
        }
        return Optional.ofNullable((KernelModel<S>) best);
    }
}
