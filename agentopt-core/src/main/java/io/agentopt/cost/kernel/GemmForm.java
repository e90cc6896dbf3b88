package io.agentopt.cost.kernel;

import io.agentopt.cost.kernel.KernelShape.Gemm;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.Precision;
import java.util.List;

/**
 * Time of a matrix product:
 *
 * <pre>
 * t       = (compute^p + memory^p)^(1/p) + launch + depth * k
 * compute = 2 m n k / (peak * ec) * pad^a * waves^b * idle^c
 * memory  = (weights + activations + result bytes) / (bandwidth * em)
 * pad     = elements of the 128 x 128 tiles that cover C, divided by m n
 * waves   = ceil(tiles / processors) * processors / tiles        idle = max(1, processors / tiles)
 * </pre>
 *
 * The weights a, b, c in (0, 1] say how much of the quantisation is paid: libraries choose smaller tiles, or split k, where 128 x 128 leaves
 * processors idle. {@code depth} is the time of one step through k, which no number of processors shortens.
 */
public final class GemmForm extends ArithmeticForm<Gemm> {
    private static final int TILE = 128;
    private static final double PHASE = 6; // a whole idle wave is as far as a 64-fold size
    private static final List<Term> TERMS = List.of(
            Term.share("compute", 0.72),
            Term.share("memory", 0.78),
            new Term("launch", "s", 1e-7, 4e-6, 1e-3),
            new Term("exponent", "1", 1, 2, 6),
            Term.weight("pad", 0.5),
            Term.weight("waves", 0.2),
            Term.weight("idle", 0.2),
            new Term("depth", "s", 1e-12, 1e-10, 1e-8));

    /** The form of a device for arithmetic in a format, of which the device must have a rate. */
    public GemmForm(DeviceSpec device, Precision precision) {
        super(device, precision);
    }

    @Override
    public List<Term> terms() {
        return TERMS;
    }

    @Override
    public double seconds(Gemm s, double[] x) {
        double tiles = tiles(s.m()) * tiles(s.n());
        double pad = Math.log(tiles * TILE * TILE / ((double) s.m() * s.n()));
        double quantisation = Math.exp(x[4] * pad
                + x[5] * Multiprocessors.logWaves(tiles, processors)
                + x[6] * Multiprocessors.logIdle(tiles, processors));
        return KernelForm.norm(compute(s) / x[0] * quantisation, memory(s) / x[1], x[3]) + x[2] + x[7] * s.k();
    }

    @Override
    public double idealSeconds(Gemm s) {
        return Math.max(compute(s), memory(s));
    }

    private double compute(Gemm s) {
        return 2.0 * s.m() * s.n() * s.k() / peak;
    }

    private double memory(Gemm s) {
        double result = (double) s.m() * s.n() * Math.max(2, s.compute().bytes());
        double bytes = (double) s.n() * s.k() * s.weights().bytes()
                + (double) s.m() * s.k() * s.compute().bytes()
                + result;
        return bytes / device.memoryBytesPerSecond();
    }

    @Override
    public int features() {
        return 5;
    }

    @Override
    public int sizeFeatures() {
        return 1;
    }

    @Override
    public int phaseFeatures() {
        return 2;
    }

    @Override
    public double feature(Gemm s, int i) {
        return switch (i) {
            case 0 -> KernelForm.log2(s.m());
            case 1 -> KernelForm.log2(s.n());
            case 2 -> KernelForm.log2(s.k());
            case 3 -> PHASE * Multiprocessors.logWaves(tiles(s.m()) * tiles(s.n()), processors);
            default -> PHASE * Math.log(tiles(s.m()) * TILE / s.m());
        };
    }

    private static double tiles(long size) {
        return Math.ceil((double) size / TILE);
    }

    @Override
    public GemmForm on(DeviceSpec other) {
        return new GemmForm(other, precision);
    }
}
