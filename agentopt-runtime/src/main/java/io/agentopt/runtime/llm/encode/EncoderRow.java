package io.agentopt.runtime.llm.encode;

/**
 * A text, or a pair of texts, as an encoder reads it. The arrays are not copied and must not change.
 *
 * @param tokens at least one
 * @param types of the tokens, as many: 0 for the first text, 1 for the second; empty for zeros
 */
@SuppressWarnings("ArrayRecordComponent") // rows are not compared
public record EncoderRow(int[] tokens, int[] types) {
    private static final int[] ZEROS = {};

    public EncoderRow {
        if (tokens.length == 0) throw new IllegalArgumentException("A row of an encoder has no tokens. Leave it out.");
        if (types.length != 0 && types.length != tokens.length) {
            throw new IllegalArgumentException("A row of an encoder has " + tokens.length + " tokens but "
                    + types.length + " types. Give one for each, or none.");
        }
    }

    /** {@return a row of one text} */
    public static EncoderRow of(int[] tokens) {
        return new EncoderRow(tokens, ZEROS);
    }

    /** {@return the number of tokens} */
    public int length() {
        return tokens.length;
    }
}
