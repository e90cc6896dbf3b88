package io.agentopt.hardware;

import java.util.Objects;

/**
 * The way between two devices: a transfer of n bytes takes {@code latencySeconds + n / bytesPerSecond} and costs
 * {@code n * dollarsPerByte}.
 *
 * @param kind what it is
 * @param latencySeconds time before the first byte arrives, s
 * @param bytesPerSecond one-way rate, bytes/s; infinite only for {@link #SAME_DEVICE}
 * @param dollarsPerByte price of traffic, $/byte
 */
public record Link(LinkKind kind, double latencySeconds, double bytesPerSecond, double dollarsPerByte) {
    /** Both ends are one device: no time, no money. */
    public static final Link SAME_DEVICE = new Link(LinkKind.SAME_DEVICE, 0, Double.POSITIVE_INFINITY, 0);

    /** 200 Gbit/s one-way, 10 us, no charge: the lower end of what arXiv 2507.19635 finds sufficient between chassis. */
    public static final Link DEFAULT_NETWORK = network(25e9, 10e-6);

    public Link {
        Objects.requireNonNull(kind, "kind");
        if (!(latencySeconds >= 0 && Double.isFinite(latencySeconds))) {
            throw new IllegalArgumentException("The latency (" + latencySeconds + " s) of a " + kind.id()
                    + " link must be finite and at least 0.");
        }
        boolean local = kind == LinkKind.SAME_DEVICE;
        if (!(bytesPerSecond > 0) || Double.isInfinite(bytesPerSecond) != local) {
            throw new IllegalArgumentException("The rate (" + bytesPerSecond + " bytes/s) of a " + kind.id()
                    + " link must be finite and above 0; use Link.SAME_DEVICE where there is no link.");
        }
        if (!(dollarsPerByte >= 0 && Double.isFinite(dollarsPerByte))) {
            throw new IllegalArgumentException("The price (" + dollarsPerByte + " $/byte) of a " + kind.id()
                    + " link must be finite and at least 0.");
        }
    }

    /** {@return a network link without a charge} */
    public static Link network(double bytesPerSecond, double latencySeconds) {
        return new Link(LinkKind.NETWORK, latencySeconds, bytesPerSecond, 0);
    }

    /** {@return a link inside a host} */
    public static Link intraNode(double bytesPerSecond, double latencySeconds) {
        return new Link(LinkKind.INTRA_NODE, latencySeconds, bytesPerSecond, 0);
    }

    /** {@return seconds to move so many bytes} */
    public double seconds(double bytes) {
        return latencySeconds + bytes / bytesPerSecond;
    }

    /** {@return dollars to move so many bytes} */
    public double dollars(double bytes) {
        return bytes * dollarsPerByte;
    }
}
