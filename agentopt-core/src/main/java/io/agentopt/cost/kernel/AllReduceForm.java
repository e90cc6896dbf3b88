package io.agentopt.cost.kernel;

import io.agentopt.cost.kernel.KernelShape.AllReduce;
import io.agentopt.hardware.DeviceSpec;
import java.util.List;

/**
 * Time of an all-reduce between one number of devices over one kind of link:
 *
 * <pre>
 * t       = launch + ((bytes * 2 (n-1)/n / (link * share))^p + (middle * sqrt(bytes))^p)^(1/p)
 * </pre>
 *
 * {@code link} is the one-way rate inside a host where all devices share one, else the rate between hosts. The square root stands for the
 * middle sizes, where a library trades more, smaller steps against the rate; large messages go by the rate alone. Fit each number of devices
 * and each number per host by itself: they differ in kind.
 */
public final class AllReduceForm implements KernelForm<AllReduce> {
    private static final List<Term> TERMS = List.of(
            Term.share("link", 0.6),
            new Term("launch", "s", 1e-7, 2e-5, 1e-2),
            new Term("middle", "s/sqrt(byte)", 1e-12, 1e-9, 1e-5),
            new Term("exponent", "1", 1, 1.5, 6));

    private final DeviceSpec device;
    private final double inside;
    private final double between;

    /** The form of a device, whose intra-node rate must be known. */
    public AllReduceForm(DeviceSpec device) {
        this.device = device;
        inside = device.intraNodeBytesPerSecond()
                .orElseThrow(() -> new IllegalArgumentException("The intra-node rate of device '" + device.id()
                        + "' is unknown, so its all-reduces cannot be timed. Add the rate in a device file."));
        between = device.scaleOutBytesPerSecond().orElse(inside);
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
    public double seconds(AllReduce s, double[] x) {
        return x[1] + KernelForm.norm(idealSeconds(s) / x[0], x[2] * Math.sqrt(s.bytes()), x[3]);
    }

    @Override
    public double idealSeconds(AllReduce s) {
        double rate = s.devices() <= s.devicesPerHost() ? inside : between;
        return s.bytes() * 2.0 * (s.devices() - 1) / s.devices() / rate;
    }

    @Override
    public int features() {
        return 1;
    }

    @Override
    public int sizeFeatures() {
        return 1;
    }

    @Override
    public double feature(AllReduce s, int i) {
        return KernelForm.log2(s.bytes());
    }

    @Override
    public AllReduceForm on(DeviceSpec other) {
        return new AllReduceForm(other);
    }
}
