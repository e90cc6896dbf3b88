package io.agentopt.runtime.text;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What a tokenizer puts around and between two texts that a model reads together, such as [CLS] first [SEP] second [SEP], and the types of the tokens. */
public final class PairFrame {
    private final Part before, between, after;
    private final int firstType, secondType;

    /** Tokens that the frame adds at one place, and their types. */
    private record Part(int[] tokens, int[] types) {
        static Part of(int[] tokens, int[] types, int from, int to) {
            return new Part(Arrays.copyOfRange(tokens, from, to), Arrays.copyOfRange(types, from, to));
        }
    }

    private PairFrame(Part before, Part between, Part after, int firstType, int secondType) {
        this.before = before;
        this.between = between;
        this.after = after;
        this.firstType = firstType;
        this.secondType = secondType;
    }

    /**
     * {@return the frame, learnt from a pair of texts}
     *
     * @param first tokens of the first text alone, as of {@code second} the second's
     * @param pair tokens of both within their frame, and the types of those
     */
    static Optional<PairFrame> learn(int[] first, int[] second, int[] pair, int[] types) {
        if (first.length == 0 || second.length == 0) return Optional.empty();
        int a = find(pair, first, 0);
        int b = a < 0 ? -1 : find(pair, second, a + first.length);
        if (b < 0) return Optional.empty();
        return Optional.of(new PairFrame(
                Part.of(pair, types, 0, a),
                Part.of(pair, types, a + first.length, b),
                Part.of(pair, types, b + second.length, pair.length),
                types[a],
                types[b]));
    }

    private static int find(int[] in, int[] what, int from) {
        for (int at = from; at + what.length <= in.length; at++)
            if (Arrays.equals(in, at, at + what.length, what, 0, what.length)) return at;
        return -1;
    }

    /** {@return the number of tokens that the frame adds to a pair} */
    public int length() {
        return before.tokens.length + between.tokens.length + after.tokens.length;
    }

    /** {@return whether anything stands between the two texts} */
    public boolean separates() {
        return between.tokens.length > 0;
    }

    /** {@return the tokens of a pair within its frame} */
    public int[] tokens(int[] first, int[] second) {
        return join(before.tokens, first, between.tokens, second, after.tokens);
    }

    /** {@return the types of the tokens of a pair of texts of so many tokens} */
    public int[] types(int first, int second) {
        return join(before.types, same(firstType, first), between.types, same(secondType, second), after.types);
    }

    private static int[] same(int type, int count) {
        int[] types = new int[count];
        Arrays.fill(types, type);
        return types;
    }

    private static int[] join(int[]... parts) {
        return Stream.of(parts).flatMapToInt(IntStream::of).toArray();
    }
}
