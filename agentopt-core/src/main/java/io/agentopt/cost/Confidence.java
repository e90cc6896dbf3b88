package io.agentopt.cost;

/** How an efficiency was found, surest first. */
public enum Confidence {
    /** Fitted to measurements of this machine. */
    MEASURED,
    /** Fitted to somebody else's measurements of this device. */
    IMPORTED,
    /** Borrowed from a measured device that resembles this one. */
    TRANSFERRED,
    /** The library's default for this kind of device. */
    GENERIC;

    /** {@return the less sure of two} */
    public Confidence weaker(Confidence other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
