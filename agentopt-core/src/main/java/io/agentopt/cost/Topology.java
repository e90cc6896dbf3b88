package io.agentopt.cost;

import io.agentopt.hardware.DeviceSpec;
import java.util.OptionalDouble;

/**
 * How devices are joined: islands of devices with a fast link, hosts of islands, hosts in a network.
 *
 * @param islandDevices devices that the fast link joins: 2 for an NVLink pair, all of a host behind a switch
 * @param islandBytesPerSecond one-way rate of a device inside its island, bytes/s
 * @param hostDevices devices of a host, at least those of an island
 * @param hostBytesPerSecond one-way rate of an island to the others of its host, bytes/s; not used where a host is one island
 * @param networkBytesPerSecond one-way rate of a host to others, that all its devices of a group share, bytes/s; empty if unknown
 */
public record Topology(
        int islandDevices,
        double islandBytesPerSecond,
        int hostDevices,
        double hostBytesPerSecond,
        OptionalDouble networkBytesPerSecond) {
    /** Devices of a host where nothing says: the chassis of arXiv 2507.19635. */
    public static final int USUAL_HOST_DEVICES = 8;

    public Topology {
        if (islandDevices < 1 || hostDevices < islandDevices) {
            throw new IllegalArgumentException("A topology of " + hostDevices + " devices a host in islands of "
                    + islandDevices + " needs islands of at least 1 device, and hosts of at least one island.");
        }
        positive(islandBytesPerSecond, "island");
        positive(hostBytesPerSecond, "host");
        networkBytesPerSecond.ifPresent(rate -> positive(rate, "network"));
    }

    /** {@return hosts of so many devices that all share one kind of link} */
    public static Topology uniform(int hostDevices, double bytesPerSecond, OptionalDouble networkBytesPerSecond) {
        return new Topology(hostDevices, bytesPerSecond, hostDevices, bytesPerSecond, networkBytesPerSecond);
    }

    /**
     * {@return hosts of {@link #USUAL_HOST_DEVICES} devices, all at the device's intra-node rate; one device's scale-out rate is what a host
     * gets: what was measured between hosts came nearer to it than to a multiple}
     *
     * @throws IllegalArgumentException if the intra-node rate is unknown
     */
    public static Topology of(DeviceSpec device) {
        double inside = device.intraNodeBytesPerSecond()
                .orElseThrow(() -> new IllegalArgumentException("The intra-node rate of device '" + device.id()
                        + "' is unknown, so its collectives cannot be timed. Add the rate in a device file."));
        return uniform(USUAL_HOST_DEVICES, inside, device.scaleOutBytesPerSecond());
    }

    private static void positive(double rate, String what) {
        if (!(rate > 0 && Double.isFinite(rate))) {
            throw new IllegalArgumentException(
                    "The " + what + " rate (" + rate + " bytes/s) of a topology must be finite and above 0.");
        }
    }
}
