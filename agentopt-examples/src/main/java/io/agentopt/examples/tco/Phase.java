package io.agentopt.examples.tco;

import java.util.Locale;

/** The two halves of an answer that a pair of devices shares. */
enum Phase {
    PREFILL,
    DECODE;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
