package io.agentopt.cost.kernel;

import io.agentopt.cost.kernel.KernelShape.StepAttention;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.Precision;
import java.util.List;

/**
 * Time of the attention of one engine step, a piece of a prompt and running sequences in one call:
 *
 * <pre>
 * t       = launch + prompt + decode + step * longest context seen
 * prompt  = norm(4 H d (s c + s (s+1)/2 + 64 s) / (peak * ec) * idle^a, 2 G d (c + s) bytes / (bandwidth * em))
 * decode  = 2 G d n context bytes / (bandwidth * em) * alone^b
 * idle    = max(1, processors / (H ceil(s/128)))     alone = max(1, processors / (G n))
 * </pre>
 *
 * s tokens of the piece after c cached ones, n sequences that decode, H heads, G KV heads, d elements of a head.
 */
public final class StepAttentionForm extends ArithmeticForm<StepAttention> {
    private static final int TILE = 128;
    private static final List<Term> TERMS = List.of(
            Term.share("compute", 0.45),
            Term.share("memory", 0.6),
            new Term("launch", "s", 1e-7, 8e-6, 1e-3),
            new Term("exponent", "1", 1, 2, 6),
            new Term("step", "s", 1e-12, 1e-10, 1e-7),
            Term.weight("idle", 0.3),
            Term.weight("alone", 0.1));

    /** The form of a device for arithmetic in a format, of which the device must have a rate. */
    public StepAttentionForm(DeviceSpec device, Precision precision) {
        super(device, precision);
    }

    @Override
    public List<Term> terms() {
        return TERMS;
    }

    @Override
    public double seconds(StepAttention s, double[] x) {
        double t = x[2] + x[4] * Math.max(s.tokens() == 0 ? 0 : s.cached() + s.tokens(), s.context());
        if (s.tokens() > 0) {
            double diagonal = 4.0 * s.heads() * s.headDim() * TILE / 2 * s.tokens() / peak;
            double tiles = s.heads() * Math.ceil((double) s.tokens() / TILE);
            double idle = Math.exp(x[5] * Multiprocessors.logIdle(tiles, processors));
            t += KernelForm.norm(
                    (arithmetic(s) + diagonal) / x[0] * idle, read(s, s.cached() + s.tokens()) / x[1], x[3]);
        }
        if (s.decodes() > 0) {
            double alone = Multiprocessors.logIdle((double) s.kvHeads() * s.decodes(), processors);
            t += read(s, (double) s.decodes() * s.context()) / x[1] * Math.exp(x[6] * alone);
        }
        return t;
    }

    /** Caches that were just written may be read from the chip, so that arithmetic alone binds. */
    @Override
    public double idealSeconds(StepAttention s) {
        return arithmetic(s) + 4.0 * s.heads() * s.headDim() * s.decodes() * s.context() / peak;
    }

    private double arithmetic(StepAttention s) {
        return 4.0
                * s.heads()
                * s.headDim()
                * (s.tokens() * (double) s.cached() + s.tokens() * (s.tokens() + 1.0) / 2)
                / peak;
    }

    private double read(StepAttention s, double tokens) {
        return 2.0 * s.kvHeads() * s.headDim() * tokens * s.precision().bytes() / device.memoryBytesPerSecond();
    }

    @Override
    public int features() {
        return 5;
    }

    @Override
    public int sizeFeatures() {
        return 4;
    }

    @Override
    public double feature(StepAttention s, int i) {
        return switch (i) {
            case 0 -> KernelForm.log2(1.0 + s.tokens());
            case 1 -> KernelForm.log2(1.0 + s.cached());
            case 2 -> KernelForm.log2(1.0 + s.decodes());
            case 3 -> KernelForm.log2(1.0 + s.context());
            default -> KernelForm.log2(s.heads());
        };
    }

    @Override
    public StepAttentionForm on(DeviceSpec other) {
        return new StepAttentionForm(other, precision);
    }
}
