package io.agentopt.runtime.llm.grammar;

import io.agentopt.runtime.text.Vocabulary;
import java.util.stream.IntStream;

/**
 * A vocabulary, sorted once for any grammar. Most tokens are pieces of plain text and fit wherever a string is being written; these are
 * one mask, so that only the others are looked at there.
 */
public final class Tokens {
    private final Vocabulary vocabulary;
    private final long[] plain;
    private final TokenTrie all;
    private final TokenTrie special; // all that is not plain

    public Tokens(Vocabulary vocabulary) {
        this.vocabulary = vocabulary;
        plain = new long[words()];
        int[] written = IntStream.range(0, vocabulary.size())
                .filter(id -> vocabulary.bytes(id).length > 0)
                .toArray();
        for (int id : written) if (QuotedPiece.isPlain(vocabulary.bytes(id))) plain[id >> 6] |= 1L << id;
        all = new TokenTrie(vocabulary, written);
        special = new TokenTrie(
                vocabulary,
                IntStream.of(written)
                        .filter(id -> (plain[id >> 6] & 1L << id) == 0)
                        .toArray());
    }

    Vocabulary vocabulary() {
        return vocabulary;
    }

    /** {@return a bit for each token, set if its bytes may come next} */
    long[] mask(State state, Grammar grammar) {
        if (!(state.piece instanceof QuotedPiece) || state.position != QuotedPiece.PLAIN) {
            long[] mask = new long[words()];
            all.allow(state, grammar, mask);
            return mask;
        }
        long[] mask = plain.clone();
        special.allow(state, grammar, mask);
        return mask;
    }

    private int words() {
        return (vocabulary.size() + 63) / 64;
    }
}
