package io.agentopt.cost.kernel;

import io.agentopt.cost.kernel.KernelShape.Elementwise;
import io.agentopt.hardware.DeviceSpec;
import java.util.List;

/**
 * Time of a norm, an activation, a sum or a softmax; fit each kind by itself:
 *
 * <pre>
 * t       = launch + ((traffic)^p + (column * columns)^p)^(1/p)
 * traffic = bytes / (bandwidth * em) * (cached + (1 - cached) * miss)
 * miss    = 1 / (1 + (cache / bytes)^2)
 * </pre>
 *
 * Operands that are smaller than {@code cache} were just written and are still in the device's cache, which is {@code 1 / cached} times as fast
 * as its memory. {@code column} is what a processor needs for one column of a row, which more processors do not shorten.
 */
public final class ElementwiseForm implements KernelForm<Elementwise> {
    private static final double ALWAYS_FROM_MEMORY = 256e6; // bytes; no cache of a device listed is as large
    private static final double CACHE_OVER_MEMORY = 4; // assumed: nobody's cache is faster
    private static final List<Term> TERMS = List.of(
            Term.share("memory", 0.7),
            new Term("launch", "s", 1e-7, 3e-6, 1e-3),
            new Term("exponent", "1", 1, 2, 6),
            new Term("cached", "1", 0.1, 0.7, 1),
            new Term("cache", "byte", 1e5, 1e7, 3e8),
            new Term("column", "s", 1e-13, 1e-10, 1e-8));

    private final DeviceSpec device;

    public ElementwiseForm(DeviceSpec device) {
        this.device = device;
    }

    @Override
    public DeviceSpec device() {
        return device;
    }

    @Override
    public List<Term> terms() {
        return TERMS;
    }

    @Override
    public double seconds(Elementwise s, double[] x) {
        double bytes = s.bytes(), fill = x[4] / bytes;
        double slower = x[3] + (1 - x[3]) / (1 + fill * fill);
        double traffic = bytes / (device.memoryBytesPerSecond() * x[0]) * slower;
        return x[1] + KernelForm.norm(traffic, x[5] * s.columns(), x[2]);
    }

    @Override
    public double idealSeconds(Elementwise s) {
        double fromMemory = s.bytes() / device.memoryBytesPerSecond();
        return s.bytes() > ALWAYS_FROM_MEMORY ? fromMemory : fromMemory / CACHE_OVER_MEMORY;
    }

    @Override
    public int features() {
        return 2;
    }

    @Override
    public int sizeFeatures() {
        return 1;
    }

    @Override
    public double feature(Elementwise s, int i) {
        return KernelForm.log2(i == 0 ? s.rows() : s.columns());
    }

    @Override
    public ElementwiseForm on(DeviceSpec other) {
        return new ElementwiseForm(other);
    }
}
