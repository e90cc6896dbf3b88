package io.agentopt.runtime.device.spec;

/** Where a number of a described device comes from. */
public enum Origin {
    /** Measured on this machine. */
    MEASURED,
    /** Usual for the class of the device; what was measured here, under load, was less. */
    TYPICAL,
    /** Told by the driver or its management library. */
    DRIVER,
    /** Told by the operating system. */
    SYSTEM,
    /** From the packaged catalog, whose entry names its sources. */
    CATALOG,
    /** Computed from what was told and the makers' published rates per processor and cycle. */
    DERIVED,
    /** Nobody tells; a usual value. */
    ASSUMED
}
