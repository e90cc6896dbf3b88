package io.agentopt.cost;

/** What devices exchange. Bytes are those that one device ends with, of a send-receive those sent. */
public enum CollectiveKind {
    /** Every device ends with the sum of all. */
    ALL_REDUCE("all-reduce"),
    /** Every device ends with the parts of all; bytes of the whole. */
    ALL_GATHER("all-gather"),
    /** Every device ends with its part of the sum; bytes of the whole, before it is cut. */
    REDUCE_SCATTER("reduce-scatter"),
    /** Every device sends each other one a part of its own; bytes of all parts of one device. */
    ALL_TO_ALL("all-to-all"),
    /** One device sends to one other. */
    SEND_RECV("send-receive");

    private final String id;

    CollectiveKind(String id) {
        this.id = id;
    }

    /** {@return the name used in messages} */
    public String id() {
        return id;
    }

    /**
     * {@return what passes the link of one member, over the bytes}
     *
     * @param members that exchange: devices, or groups of them that share a link to the others
     * @param devicesOfAMember devices behind one link, 1 where each has its own
     */
    double traffic(int members, int devicesOfAMember) {
        double others = (members - 1.0) / members;
        return switch (this) {
            case ALL_REDUCE -> 2 * others;
            case ALL_GATHER, REDUCE_SCATTER -> others;
            case ALL_TO_ALL -> others * devicesOfAMember;
            case SEND_RECV -> 1;
        };
    }
}
