package io.agentopt.plan.solve;

/** The kind of limit that makes a problem infeasible. Declared in the order in which a repair is looked for. */
public enum Family {
    /** The end-to-end deadline. */
    DEADLINE,
    /** A limit before the end, such as the first token. */
    MILESTONE,
    /** Too few devices of a class for the load or the parallelism. */
    INVENTORY,
    /** Too little memory on the devices there are. */
    MEMORY,
    /** Two operators that must talk have no link between the classes they could run on. */
    LINK,
    /** More data than a link between two classes carries. */
    BANDWIDTH,
    /** Co-located operators have no class in common that fits. */
    COLOCATION
}
