package io.agentopt.hardware;

/** What lies between two endpoints of a transfer. */
public enum LinkKind {
    /** Nothing: both ends are one device. */
    SAME_DEVICE("same-device"),
    /** NVLink, Infinity Fabric, PCIe: two devices of one host. */
    INTRA_NODE("intra-node"),
    /** Two hosts. */
    NETWORK("network");

    private final String id;

    LinkKind(String id) {
        this.id = id;
    }

    /** {@return the lower-case name used in files} */
    public String id() {
        return id;
    }
}
