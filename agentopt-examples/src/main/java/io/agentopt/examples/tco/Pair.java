package io.agentopt.examples.tco;

import java.util.List;

/** Who prefills and who decodes, written as in the paper. */
record Pair(String prefill, String decode) {
    static final Pair BASELINE = of("H100::H100");
    static final Pair BLACKWELL_GAUDI = of("B200::Gaudi3");
    static final Pair BLACKWELL = of("B200::B200");
    static final Pair HOPPER_GAUDI = of("H100::Gaudi3");

    /**
     * Those that the paper's figures 8 and 9 are known to show. They have "6 combinations"; which is the sixth is not known from any text
     * about them, so it is not marked.
     */
    static final List<Pair> PAPER = List.of(BASELINE, BLACKWELL, of("B200::H100"), HOPPER_GAUDI, BLACKWELL_GAUDI);

    static Pair of(String text) {
        String[] parts = text.split("::", -1);
        if (parts.length != 2) {
            throw new IllegalArgumentException("The pair '" + text + "' must name a device on each side of '::'.");
        }
        return new Pair(parts[0], parts[1]);
    }

    @Override
    public String toString() {
        return prefill + "::" + decode;
    }
}
