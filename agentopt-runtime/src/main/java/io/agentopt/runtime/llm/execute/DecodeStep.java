package io.agentopt.runtime.llm.execute;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * One token for each of several rows.
 *
 * <p>Executors that need neighbouring rows run others as well; {@code held} says how many positions every row of the table
 * holds, so that what lies there survives.
 *
 * @param rows ascending, each once
 * @param tokens by index of {@code rows}
 * @param held valid positions by row number, for every row of the table; rows behind the last of these hold none; a token lands
 *     at position {@code held[row]}
 * @param draws by index of {@code rows}: how the tokens behind follow from the scores, which a device may use to choose them;
 *     {@link Draw#HIGHEST} where nobody knows
 * @param goesOn whether the next step is likely to be of the same rows with the tokens that these draws give, so that a device
 *     may begin it already
 */
public record DecodeStep(int[] rows, int[] tokens, int[] held, List<Draw> draws, boolean goesOn) {
    /** A step after which the best tokens follow. */
    public DecodeStep(int[] rows, int[] tokens, int[] held, boolean goesOn) {
        this(rows, tokens, held, Collections.nCopies(rows.length, Draw.HIGHEST), goesOn);
    }

    /** A step after which anything may come. */
    public DecodeStep(int[] rows, int[] tokens, int[] held) {
        this(rows, tokens, held, false);
    }

    public DecodeStep {
        if (rows.length == 0 || rows.length != tokens.length || rows.length != draws.size()) {
            throw new IllegalArgumentException("A decode step has " + rows.length + " rows, " + tokens.length
                    + " tokens and " + draws.size() + " draws; give one of both for each of at least one row.");
        }
        for (int i = 1; i < rows.length; i++) {
            if (rows[i] <= rows[i - 1]) {
                throw new IllegalArgumentException(
                        "The rows " + Arrays.toString(rows) + " of a decode step must ascend, each once.");
            }
        }
        if (held.length <= rows[rows.length - 1]) {
            throw new IllegalArgumentException("A decode step of rows " + Arrays.toString(rows)
                    + " needs the held positions of every row up to the last, but has " + held.length + ".");
        }
    }
}
