package io.agentopt.cost;

import io.agentopt.hardware.DeviceSpec;
import java.util.OptionalDouble;

/**
 * How long devices take to exchange bytes, by what they exchange and how they are joined. An exchange is made level by level: inside the
 * islands, between the islands of a host, between hosts:
 *
 * <pre>
 * seconds = sum over the levels of launch + bytes * traffic / (rate * share) + middle * sqrt(bytes)
 * traffic = 2 (g-1)/g all-reduce, (g-1)/g all-gather and reduce-scatter, d (g-1)/g all-to-all, 1 send-receive
 * </pre>
 *
 * g is the number of members of a level (devices, islands, hosts), d how many devices are behind a member's link. An all-reduce that scatters
 * inside, reduces between and gathers inside moves just that much. A send-receive crosses the outermost level only. Terms are generic ones of
 * the class of link; a {@link io.agentopt.cost.kernel.CollectiveForm} is fitted where there are measurements.
 */
public final class Collectives {
    private Collectives() {}

    /**
     * {@return the time of one exchange; unknown where hosts must talk and the network's rate is unknown}
     *
     * @param bytes of one device, as the kind says; at least 0
     * @param devices that take part; 0 s for one
     */
    public static Estimate estimate(CollectiveKind kind, double bytes, int devices, Topology topology) {
        if (!(bytes >= 0 && Double.isFinite(bytes)) || devices < 1) {
            throw new IllegalArgumentException("A " + kind.id() + " of " + bytes + " bytes between " + devices
                    + " devices is none: bytes must be finite and at least 0, devices at least 1.");
        }
        if (devices > topology.hostDevices() && topology.networkBytesPerSecond().isEmpty()) {
            return new Estimate.Unknown("A " + kind.id() + " between " + devices + " devices crosses hosts of "
                    + topology.hostDevices() + ", whose network rate is unknown. Add it to the topology.");
        }
        double island = topology.islandBytesPerSecond(), host = topology.hostBytesPerSecond();
        double seconds = seconds(
                kind,
                bytes,
                devices,
                topology.islandDevices(),
                island,
                topology.hostDevices(),
                host,
                topology.networkBytesPerSecond().orElse(Double.NaN));
        LinkTerms outermost = devices > topology.hostDevices()
                ? LinkTerms.NETWORK
                : LinkTerms.inside(devices > topology.islandDevices() ? host : island);
        return new Estimate.Known(
                seconds, outermost.relativeSpread(), Confidence.GENERIC, new Estimate.Breakdown(0, 0, 0, seconds));
    }

    /**
     * {@return the time on the wire at full rates, without launches, s}
     *
     * @param devicesPerHost of those that take part
     * @param everyPort whether each device of a host has a way of its own to the network, else all share one
     */
    public static double wireSeconds(
            CollectiveKind kind, double bytes, int devices, int devicesPerHost, Topology topology, boolean everyPort) {
        int inside = Math.min(devices, devicesPerHost), hosts = up(devices, devicesPerHost);
        int island = Math.min(inside, topology.islandDevices()), islands = up(inside, topology.islandDevices());
        boolean last = kind == CollectiveKind.SEND_RECV;
        double seconds = 0;
        if (hosts > 1) {
            double rate = topology.networkBytesPerSecond().orElse(topology.hostBytesPerSecond());
            seconds += bytes * kind.traffic(hosts, inside) / (everyPort ? inside * rate : rate);
        }
        if (islands > 1 && !(last && hosts > 1)) {
            double ways = everyPort ? topology.islandDevices() : 1;
            seconds += bytes * kind.traffic(islands, topology.islandDevices()) / (ways * topology.hostBytesPerSecond());
        }
        if (island > 1 && !(last && (hosts > 1 || islands > 1))) {
            seconds += bytes * kind.traffic(island, 1) / topology.islandBytesPerSecond();
        }
        return seconds;
    }

    /** {@return seconds of the all-reduces of work that devices share; 0 on one device or where the link is unknown} */
    static double seconds(Demand demand, DeviceSpec device, int devices) {
        OptionalDouble link = device.intraNodeBytesPerSecond();
        if (devices == 1 || demand.reductions() == 0 || link.isEmpty()) return 0;
        double rate = link.getAsDouble();
        double network = device.scaleOutBytesPerSecond().orElse(rate);
        int host = Topology.USUAL_HOST_DEVICES;
        double bytes = demand.reduceBytes() / demand.reductions();
        return demand.reductions()
                * seconds(CollectiveKind.ALL_REDUCE, bytes, devices, host, rate, host, rate, network);
    }

    /** Takes the parts of a topology, so that the planner's inner loop makes no object. */
    private static double seconds(
            CollectiveKind kind,
            double bytes,
            int devices,
            int islandDevices,
            double islandRate,
            int hostDevices,
            double hostRate,
            double networkRate) {
        int inside = Math.min(devices, hostDevices), hosts = up(devices, hostDevices);
        int island = Math.min(inside, islandDevices), islands = up(inside, islandDevices);
        boolean last = kind == CollectiveKind.SEND_RECV;
        double seconds = 0;
        if (hosts > 1) seconds += LinkTerms.NETWORK.seconds(bytes * kind.traffic(hosts, inside) / networkRate, bytes);
        if (islands > 1 && !(last && hosts > 1)) {
            seconds +=
                    LinkTerms.inside(hostRate).seconds(bytes * kind.traffic(islands, islandDevices) / hostRate, bytes);
        }
        if (island > 1 && !(last && (hosts > 1 || islands > 1))) {
            seconds += LinkTerms.inside(islandRate).seconds(bytes * kind.traffic(island, 1) / islandRate, bytes);
        }
        return seconds;
    }

    private static int up(int devices, int group) {
        return (devices + group - 1) / group;
    }
}
