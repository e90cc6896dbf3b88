package io.agentopt.benchmarks.kernels;

import java.util.List;

/**
 * What {@code ./build bench kernels} was asked for.
 *
 * @param only start of the names of the kernels to run; empty for all
 * @param rounds turns of each contender
 * @param docs whether the page docs/kernels-cpu.md is rewritten
 */
record KernelsOptions(String only, int rounds, boolean docs) {
    private static final int ROUNDS = 9;
    private static final int MOST_ROUNDS = 1000;

    /** Reads {@code [--only PREFIX] [--rounds N] [--docs]}. */
    static KernelsOptions of(List<String> options) {
        String only = "";
        int rounds = ROUNDS;
        boolean docs = false;
        for (int i = 0; i < options.size(); i += 2) {
            String option = options.get(i);
            if (option.equals("--docs")) {
                docs = true;
                i--; // it stands alone
                continue;
            }
            if (i + 1 == options.size()) {
                throw new IllegalArgumentException("Option '" + option + "' of bench 'kernels' needs a value.");
            }
            String value = options.get(i + 1);
            switch (option) {
                case "--only" -> only = value;
                case "--rounds" -> rounds = rounds(value);
                default ->
                    throw new IllegalArgumentException("Bench 'kernels' does not know the option '" + option
                            + "'. Known: --only PREFIX, --rounds N, --docs.");
            }
        }
        return new KernelsOptions(only, rounds, docs);
    }

    private static int rounds(String value) {
        try {
            int n = Integer.parseInt(value);
            if (n >= 1 && n <= MOST_ROUNDS) return n;
        } catch (NumberFormatException e) {
            // told below
        }
        throw new IllegalArgumentException(
                "--rounds of bench 'kernels' is '" + value + "'; give 1 to " + MOST_ROUNDS + ".");
    }
}
