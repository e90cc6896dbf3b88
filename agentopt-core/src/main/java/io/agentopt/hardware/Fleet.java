package io.agentopt.hardware;

import io.agentopt.internal.Nearest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The devices that a plan may use, and the links between their classes. Immutable.
 *
 * <p>Links that the fleet does not state follow a rule. Two devices of one class: the device's intra-node rate where it is known (a
 * class is taken to fill hosts), else the network. Devices of two classes: the network at the least of its rate and both devices'
 * scale-out rates. Work that stays on one device crosses {@link Link#SAME_DEVICE}, which the caller knows and a fleet does not.
 *
 * @param name for reports
 * @param classes at least one; names are unique
 * @param network between hosts
 * @param links stated links, in both directions
 * @param unlinked pairs of members between which nothing may flow, in either direction
 * @param endpoints hosted services beside the devices; may be none
 */
public record Fleet(
        String name,
        List<DeviceClass> classes,
        Link network,
        Map<Ends, Link> links,
        Set<Ends> unlinked,
        List<HostedEndpoint> endpoints) {
    /** Latency inside a host where the fleet states no link, s. */
    public static final double INTRA_NODE_LATENCY_SECONDS = 5e-6;

    /** PCIe 4.0 x16, one-way, bytes/s: between a host's devices where no rate is known. */
    public static final double PCIE_BYTES_PER_SECOND = 31e9;

    /** The names of two members, in either order. */
    public record Ends(String first, String second) {
        public Ends {
            if (first.compareTo(second) > 0) {
                String swap = first;
                first = second;
                second = swap;
            }
        }
    }

    public Fleet {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(network, "network");
        if (name.isBlank()) throw new IllegalArgumentException("A fleet needs a name; it is blank.");
        classes = List.copyOf(classes);
        links = Map.copyOf(links);
        unlinked = Set.copyOf(unlinked);
        endpoints = List.copyOf(endpoints);
        if (classes.isEmpty())
            throw new IllegalArgumentException("Fleet '" + name + "' has no devices. Add at least one class.");
        List<String> names = classes.stream().map(DeviceClass::name).toList();
        List<String> members = Stream.concat(names.stream(), endpoints.stream().map(HostedEndpoint::name))
                .toList();
        for (int i = 0; i < members.size(); i++) {
            if (members.indexOf(members.get(i)) != i) {
                throw new IllegalArgumentException("Fleet '" + name + "' has two "
                        + (i < names.size() ? "device classes" : "members") + " named '" + members.get(i)
                        + "'. Rename one.");
            }
        }
        for (Ends ends : unlinked) {
            if (ends.first().equals(ends.second())) {
                throw new IllegalArgumentException("Fleet '" + name + "' forbids traffic within '" + ends.first()
                        + "'. Operators of one member always reach each other; forbid pairs of members.");
            }
            if (!members.contains(ends.first()) || !members.contains(ends.second())) {
                throw new IllegalArgumentException("Fleet '" + name + "' forbids traffic between '" + ends.first()
                        + "' and '" + ends.second() + "', of which one is none of its members " + members + ".");
            }
            if (links.containsKey(ends)) {
                throw new IllegalArgumentException("Fleet '" + name + "' both links '" + ends.first() + "' and '"
                        + ends.second() + "' and forbids traffic between them. Drop one of the two.");
            }
        }
        for (Ends ends : links.keySet()) {
            for (String end : List.of(ends.first(), ends.second())) {
                if (!names.contains(end)) {
                    throw new IllegalArgumentException("A link of fleet '" + name + "' ends at '" + end
                            + "', which is none of its device classes " + names + ".");
                }
            }
        }
    }

    /** A fleet in which every member may reach every other one, without hosted endpoints. */
    public Fleet(String name, List<DeviceClass> classes, Link network, Map<Ends, Link> links) {
        this(name, classes, network, links, Set.of(), List.of());
    }

    /** {@return a fleet under construction whose devices are rented at the middle of their listings} */
    public static Builder rented(String name) {
        return new Builder(name, Price.rented());
    }

    /** {@return a fleet under construction whose devices are priced by a policy} */
    public static Builder priced(String name, Price price) {
        return new Builder(name, price);
    }

    /** {@return one host with these devices, each at the middle of its listed rent; a class is named after its device} */
    public static Fleet of(DeviceSpec... devices) {
        Builder builder = rented("local");
        for (DeviceSpec device : devices) builder.add(device.id(), device, 1);
        for (DeviceSpec a : devices) {
            for (DeviceSpec b : devices) {
                if (a.id().compareTo(b.id()) < 0) builder.link(a.id(), b.id(), withinHost(a, b));
            }
        }
        return builder.build();
    }

    private static Link withinHost(DeviceSpec a, DeviceSpec b) {
        double rate = Math.min(
                a.intraNodeBytesPerSecond().orElse(PCIE_BYTES_PER_SECOND),
                b.intraNodeBytesPerSecond().orElse(PCIE_BYTES_PER_SECOND));
        return Link.intraNode(Math.min(rate, PCIE_BYTES_PER_SECOND), INTRA_NODE_LATENCY_SECONDS);
    }

    /**
     * {@return the class with a name}
     *
     * @throws IllegalArgumentException if there is none
     */
    public DeviceClass find(String className) {
        for (DeviceClass c : classes) {
            if (c.name().equals(className)) return c;
        }
        List<String> names = classes.stream().map(DeviceClass::name).toList();
        throw new IllegalArgumentException("Fleet '" + name + "' has no device class '" + className
                + "'. Did you mean one of " + Nearest.to(className, names) + "?");
    }

    /** {@return whether data may flow between two members, such as device classes or an endpoint; within one always} */
    public boolean mayExchange(String first, String second) {
        return first.equals(second) || !unlinked.contains(new Ends(first, second));
    }

    /** {@return the link between two different devices, one of each class; of one class if both are the same} */
    public Link link(DeviceClass from, DeviceClass to) {
        Link stated = links.get(new Ends(from.name(), to.name()));
        if (stated != null) return stated;
        OptionalDouble inside = from.device().intraNodeBytesPerSecond();
        if (from.name().equals(to.name()) && inside.isPresent()) {
            return Link.intraNode(inside.getAsDouble(), INTRA_NODE_LATENCY_SECONDS);
        }
        double rate = Math.min(
                network.bytesPerSecond(),
                Math.min(
                        from.device().scaleOutBytesPerSecond().orElse(Double.MAX_VALUE),
                        to.device().scaleOutBytesPerSecond().orElse(Double.MAX_VALUE)));
        return new Link(LinkKind.NETWORK, network.latencySeconds(), rate, network.dollarsPerByte());
    }

    /** {@return this fleet with other device classes; links that end at none of them are left out} */
    public Fleet withClasses(List<DeviceClass> others) {
        Set<String> members = Stream.concat(
                        others.stream().map(DeviceClass::name),
                        endpoints.stream().map(HostedEndpoint::name))
                .collect(Collectors.toSet());
        Predicate<Ends> gone = e -> !members.contains(e.first()) || !members.contains(e.second());
        Map<Ends, Link> kept = new HashMap<>(links);
        kept.keySet().removeIf(gone);
        Set<Ends> apart = new HashSet<>(unlinked);
        apart.removeIf(gone);
        return new Fleet(name, others, network, kept, apart, endpoints);
    }

    /** Collects a fleet. */
    public static final class Builder {
        private final String name;
        private final Price price;
        private final List<DeviceClass> classes = new ArrayList<>();
        private final Map<Ends, Link> links = new HashMap<>();
        private final Set<Ends> unlinked = new HashSet<>();
        private final List<HostedEndpoint> endpoints = new ArrayList<>();
        private Link network = Link.DEFAULT_NETWORK;

        private Builder(String name, Price price) {
            this.name = name;
            this.price = price;
        }

        /** Adds devices of the packaged catalog, as a class of that name. */
        public Builder add(String deviceId, int count) {
            return add(deviceId, DeviceCatalog.packaged().find(deviceId), count);
        }

        /** Adds devices at the fleet's price policy. */
        public Builder add(String className, DeviceSpec device, int count) {
            return add(new DeviceClass(className, device, count, price));
        }

        /** Adds a class with a price of its own. */
        public Builder add(DeviceClass deviceClass) {
            classes.add(deviceClass);
            return this;
        }

        /** States the link between devices of two classes, or of one. */
        public Builder link(String first, String second, Link link) {
            links.put(new Ends(first, second), link);
            return this;
        }

        /** States the link between devices of two classes, or of one, by its name in the packaged {@link LinkCatalog}. */
        public Builder link(String first, String second, String linkId) {
            return link(first, second, LinkCatalog.packaged().find(linkId));
        }

        /** Says that nothing may flow between two members, in either direction. */
        public Builder forbid(String first, String second) {
            unlinked.add(new Ends(first, second));
            return this;
        }

        /** Adds a hosted service. */
        public Builder endpoint(HostedEndpoint endpoint) {
            endpoints.add(endpoint);
            return this;
        }

        /** States the network between hosts by its name in the packaged {@link LinkCatalog}. */
        public Builder network(String linkId) {
            return network(LinkCatalog.packaged().find(linkId));
        }

        /** States the network between hosts. */
        public Builder network(Link link) {
            network = link;
            return this;
        }

        /** {@return the fleet} */
        public Fleet build() {
            return new Fleet(name, classes, network, links, unlinked, endpoints);
        }
    }
}
