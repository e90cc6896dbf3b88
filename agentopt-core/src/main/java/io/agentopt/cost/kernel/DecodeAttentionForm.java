package io.agentopt.cost.kernel;

import io.agentopt.cost.kernel.KernelShape.DecodeAttention;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.Precision;
import java.util.List;

/**
 * Time of attention of one new token per sequence over its context:
 *
 * <pre>
 * t       = ((compute^p + memory^p) + (step * tokens seen)^p)^(1/p) + launch
 * compute = 4 * batch * KV heads * max(16, heads per KV head) * head dimension * seen / (peak * ec)
 * memory  = (cache + queries + result bytes) / (bandwidth * em) * pad^a * waves^b * idle^c * unsplit^d + tile * tiles / processors
 * tiles   = batch * KV heads: one processor reads the cache of one KV head
 * pad     = 64 ceil(seen / 64) / seen: the cache is read in chunks
 * chunks  = tiles * ceil(seen / 64): what the kernel may split the cache into
 * waves   of tiles, idle of chunks, as in {@link GemmForm}; unsplit: idle of tiles where each head has a KV head, else 1
 * </pre>
 *
 * Small batches leave processors without a cache to read; engines split the context among them, at a cost, and some do not where nothing
 * but one head reads it. {@code step} is what one more token costs a processor that reads alone. A tensor core multiplies at least 16 rows,
 * however few heads share a KV head.
 */
public final class DecodeAttentionForm extends ArithmeticForm<DecodeAttention> {
    private static final int CHUNK = 64;
    private static final int LEAST_ROWS = 16;
    private static final List<Term> TERMS = List.of(
            Term.share("compute", 0.3),
            Term.share("memory", 0.7),
            new Term("launch", "s", 1e-7, 1.2e-5, 1e-3),
            new Term("exponent", "1", 1, 2, 6),
            Term.weight("waves", 0.2),
            Term.weight("idle", 0.3),
            Term.weight("pad", 0.3),
            new Term("step", "s/token", 1e-13, 1e-10, 1e-7),
            Term.weight("unsplit", 0.1),
            new Term("tile", "s", 1e-10, 1e-7, 1e-5));

    /** The form of a device for arithmetic in a format, of which the device must have a rate. */
    public DecodeAttentionForm(DeviceSpec device, Precision precision) {
        super(device, precision);
    }

    @Override
    public List<Term> terms() {
        return TERMS;
    }

    @Override
    public double seconds(DecodeAttention s, double[] x) {
        double tiles = (double) s.batch() * s.kvHeads();
        double chunks = Math.ceil(s.seen() / CHUNK);
        double quantisation = Math.exp(x[4] * Multiprocessors.logWaves(tiles, processors)
                + x[5] * Multiprocessors.logIdle(tiles * chunks, processors)
                + (s.heads() == s.kvHeads() ? x[8] * Multiprocessors.logIdle(tiles, processors) : 0)
                + x[6] * Math.log(chunks * CHUNK / s.seen()));
        double rows = tiles * Math.max(LEAST_ROWS, s.heads() / s.kvHeads());
        double perTile = x[9] * tiles / Math.max(1, processors);
        double roofline = KernelForm.norm(compute(s, rows) / x[0], memory(s) / x[1] * quantisation + perTile, x[3]);
        return KernelForm.norm(roofline, x[7] * s.seen(), x[3]) + x[2];
    }

    @Override
    public double idealSeconds(DecodeAttention s) {
        return Math.max(compute(s, (double) s.batch() * s.heads()), memory(s));
    }

    private double compute(DecodeAttention s, double rows) {
        return 4 * rows * s.headDim() * s.seen() / peak;
    }

    private double memory(DecodeAttention s) {
        double cache = 2 * s.seen() * s.kvHeads() * s.kv().bytes();
        double queries = 2.0 * s.heads() * s.compute().bytes();
        return s.batch() * s.headDim() * (cache + queries) / device.memoryBytesPerSecond();
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
    public double feature(DecodeAttention s, int i) {
        return switch (i) {
            case 0 -> KernelForm.log2(s.batch());
            case 1 -> KernelForm.log2(s.context());
            case 2 -> KernelForm.log2(s.kvHeads());
            case 3 -> KernelForm.log2((double) s.heads() / s.kvHeads());
            case 4 -> KernelForm.log2(s.headDim());
            default -> s.window() == 0 ? 0 : 2;
        };
    }

    @Override
    public DecodeAttentionForm on(DeviceSpec other) {
        return new DecodeAttentionForm(other, precision);
    }
}
