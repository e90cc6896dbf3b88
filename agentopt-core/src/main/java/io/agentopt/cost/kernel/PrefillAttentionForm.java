package io.agentopt.cost.kernel;

import io.agentopt.cost.kernel.KernelShape.PrefillAttention;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.Precision;
import java.util.List;

/**
 * Time of causal attention over a prompt, one tile of 128 queries of one head per processor at a time:
 *
 * <pre>
 * t       = (compute^p + memory^p)^(1/p) + launch + depth * tokens seen
 * compute = 4 * batch * heads * head dimension * (pairs + 64 tokens) / (peak * ec) * pad^a * waves^b * idle^c
 * memory  = (queries + keys + values + result bytes) / (bandwidth * em)
 * tiles   = batch * heads * ceil(tokens / 128)
 * pad     = 128 ceil(tokens / 128) / tokens; waves, idle as in {@link GemmForm}
 * </pre>
 *
 * The 64 tokens are the half of the diagonal tile that is computed and masked; {@code depth} is what one more token costs a tile that has a
 * processor to itself.
 */
public final class PrefillAttentionForm extends ArithmeticForm<PrefillAttention> {
    private static final int TILE = 128;
    private static final List<Term> TERMS = List.of(
            Term.share("compute", 0.6),
            Term.share("memory", 0.4),
            new Term("launch", "s", 1e-7, 1.2e-5, 1e-3),
            new Term("exponent", "1", 1, 2, 6),
            Term.weight("pad", 0.5),
            Term.weight("waves", 0.2),
            Term.weight("idle", 0.3),
            new Term("depth", "s/token", 1e-12, 1e-9, 1e-7));

    /** The form of a device for arithmetic in a format, of which the device must have a rate. */
    public PrefillAttentionForm(DeviceSpec device, Precision precision) {
        super(device, precision);
    }

    @Override
    public List<Term> terms() {
        return TERMS;
    }

    @Override
    public double seconds(PrefillAttention s, double[] x) {
        double blocks = Math.ceil((double) s.tokens() / TILE);
        double tiles = (double) s.batch() * s.heads() * blocks;
        double quantisation = Math.exp(x[4] * Math.log(blocks * TILE / s.tokens())
                + x[5] * Multiprocessors.logWaves(tiles, processors)
                + x[6] * Multiprocessors.logIdle(tiles, processors));
        double seen = s.window() == 0 ? s.tokens() : Math.min(s.tokens(), s.window());
        double masked = compute(s, s.pairs() + TILE / 2 * s.tokens());
        return KernelForm.norm(masked / x[0] * quantisation, memory(s) / x[1], x[3]) + x[2] + x[7] * seen;
    }

    @Override
    public double idealSeconds(PrefillAttention s) {
        return Math.max(compute(s, s.pairs()), memory(s));
    }

    private double compute(PrefillAttention s, double pairs) {
        return 4.0 * s.batch() * s.heads() * s.headDim() * pairs / peak;
    }

    private double memory(PrefillAttention s) {
        double queries = 2.0 * s.heads() * s.compute().bytes();
        double keys = 2.0 * s.kvHeads() * s.kv().bytes();
        return (double) s.batch() * s.tokens() * s.headDim() * (queries + keys) / device.memoryBytesPerSecond();
    }

    @Override
    public int features() {
        return 6;
    }

    @Override
    public int sizeFeatures() {
        return 2;
    }

    @Override
    public double feature(PrefillAttention s, int i) {
        return switch (i) {
            case 0 -> KernelForm.log2(s.batch());
            case 1 -> KernelForm.log2(s.tokens());
            case 2 -> KernelForm.log2(s.heads());
            case 3 -> KernelForm.log2((double) s.heads() / s.kvHeads());
            case 4 -> KernelForm.log2(s.headDim());
            default -> s.window() == 0 ? 0 : 2;
        };
    }

    @Override
    public PrefillAttentionForm on(DeviceSpec other) {
        return new PrefillAttentionForm(other, precision);
    }
}
