package io.agentopt.runtime.text;

import java.util.Arrays;

/**
 * Turns tokens into text as they come. A piece of text is given out once no later token can change it: not while it ends
 * in a part of a character, nor while the tokenizer's decoder would write it otherwise before another letter. Only the last
 * two pieces are decoded again for each token, so a long answer costs no more per token than a short one.
 */
public final class TextStream {
    private static final char PART_OF_CHARACTER = '\uFFFD';

    private final Tokenizer tokenizer;
    private final int[] letter;
    private int[] ids = new int[64];
    private int count;
    private int anchor; // first token that is decoded again
    private int given; // tokens whose text was given out

    public TextStream(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
        letter = tokenizer.encode("a");
    }

    /** {@return the text that this token settles; often empty} */
    public String next(int id) {
        if (count == ids.length) ids = Arrays.copyOf(ids, 2 * count);
        ids[count++] = id;
        String text = decode(anchor, count);
        return text.isEmpty() || text.charAt(text.length() - 1) == PART_OF_CHARACTER || !settled(text)
                ? ""
                : give(text);
    }

    /** {@return what was held back; ends the stream} */
    public String finish() {
        return give(decode(anchor, count));
    }

    private String give(String text) {
        String before = decode(anchor, given);
        anchor = given;
        given = count;
        return text.startsWith(before) ? text.substring(before.length()) : "";
    }

    private boolean settled(String text) {
        int[] longer = Arrays.copyOf(Arrays.copyOfRange(ids, anchor, count), count - anchor + letter.length);
        System.arraycopy(letter, 0, longer, count - anchor, letter.length);
        return tokenizer.decode(longer).startsWith(text);
    }

    private String decode(int from, int to) {
        return tokenizer.decode(Arrays.copyOfRange(ids, from, to));
    }
}
