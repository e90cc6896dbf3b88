package io.agentopt.cost.kernel;

import io.agentopt.cost.CollectiveKind;
import io.agentopt.cost.Collectives;
import io.agentopt.cost.Topology;
import io.agentopt.cost.kernel.KernelShape.Collective;
import io.agentopt.hardware.DeviceSpec;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Time of an exchange of one kind between one number of devices over one kind of link:
 *
 * <pre>
 * t       = launch + ((wire / share)^p + (middle * sqrt(bytes))^p)^(1/p)
 * wire    = sum over the levels that it crosses of bytes * traffic / rate        islands, hosts, network: {@link Collectives}
 * </pre>
 *
 * The square root stands for the middle sizes, where a library trades more, smaller steps against the rate; large messages go by the rate
 * alone. Fit each kind, each number of devices and each number per host by itself, as they differ in kind, and say by {@link #among} which.
 */
public final class CollectiveForm implements KernelForm<Collective> {
    private static final List<Term> TERMS = List.of(
            Term.share("link", 0.75),
            new Term("launch", "s", 1e-7, 7e-6, 1e-2),
            new Term("middle", "s/sqrt(byte)", 1e-12, 8e-9, 1e-5),
            new Term("exponent", "1", 1, 1.1, 6));

    /**
     * The exchanges that terms belong to.
     *
     * @param kind what is exchanged
     * @param devices that take part, at least 2; exactly 2 in a send-receive
     * @param devicesPerHost of those, on one host
     */
    public record Group(CollectiveKind kind, int devices, int devicesPerHost) {
        public Group {
            Objects.requireNonNull(kind, "kind");
            devices = new Collective(kind, 1, devices, devicesPerHost).devices(); // has the same limits
        }

        /** {@return whether all devices are on one host} */
        public boolean onOneHost() {
            return devices <= devicesPerHost;
        }
    }

    private final DeviceSpec device;
    private final Topology topology;
    private final Optional<Group> group;

    /** The form of devices whose intra-node rate is known. */
    public CollectiveForm(DeviceSpec device) {
        this(device, Topology.of(device));
    }

    /** The form of devices that are joined so; how many there are a host is in each shape. */
    public CollectiveForm(DeviceSpec device, Topology topology) {
        this(device, topology, Optional.empty());
    }

    CollectiveForm(DeviceSpec device, Topology topology, Optional<Group> group) {
        this.device = device;
        this.topology = topology;
        this.group = group;
    }

    /** {@return this form, its terms about one group of exchanges} */
    public CollectiveForm among(Group members) {
        return new CollectiveForm(device, topology, Optional.of(members));
    }

    /** {@return how the devices are joined} */
    public Topology topology() {
        return topology;
    }

    /** {@return the exchanges that the terms belong to; empty if nobody said} */
    public Optional<Group> group() {
        return group;
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
    public double seconds(Collective s, double[] x) {
        return x[1] + KernelForm.norm(wire(s, false) / x[0], x[2] * Math.sqrt(s.bytes()), x[3]);
    }

    /** Where hosts have a network port for each device, all of them carry the traffic between hosts. */
    @Override
    public double idealSeconds(Collective s) {
        return wire(s, true);
    }

    private double wire(Collective s, boolean everyPort) {
        return Collectives.wireSeconds(s.kind(), s.bytes(), s.devices(), s.devicesPerHost(), topology, everyPort);
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
    public double feature(Collective s, int i) {
        return KernelForm.log2(s.bytes());
    }

    @Override
    public CollectiveForm on(DeviceSpec other) {
        return new CollectiveForm(other, Topology.of(other), group);
    }
}
