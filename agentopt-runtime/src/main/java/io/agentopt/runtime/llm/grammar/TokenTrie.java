package io.agentopt.runtime.llm.grammar;

import io.agentopt.runtime.text.Vocabulary;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Tokens by their bytes, as a tree that lies in preorder in arrays: the children of a node follow it, and where its bytes
 * cannot come the walk skips to behind them. So a walk looks at no more bytes than the tokens that fit have in common.
 */
final class TokenTrie {
    private final int[] ids; // in the order of their bytes
    private final byte[] label;
    private final short[] depth; // from 1
    private final int[] behind; // first node that is no descendant
    private final int[] from; // first of ids that ends at the node; the last is before the next node's first
    private final int deepest;

    /** @param some ids of tokens that have bytes */
    TokenTrie(Vocabulary vocabulary, int[] some) {
        ids = IntStream.of(some)
                .boxed()
                .sorted(Comparator.comparing(vocabulary::bytes, Arrays::compareUnsigned))
                .mapToInt(Integer::intValue)
                .toArray();
        int most = IntStream.of(ids).map(id -> vocabulary.bytes(id).length).sum();
        byte[] labels = new byte[most];
        short[] depths = new short[most];
        int[] ends = new int[most], firsts = new int[most + 1];
        int[] open = new int
                [1
                        + IntStream.of(ids)
                                .map(id -> vocabulary.bytes(id).length)
                                .max()
                                .orElse(0)];
        int nodes = 0, level = 0;
        byte[] before = {};
        for (int i = 0; i < ids.length; i++) {
            byte[] bytes = vocabulary.bytes(ids[i]);
            int same = Arrays.mismatch(before, bytes);
            if (same < 0) same = bytes.length;
            for (; level > same; level--) ends[open[level]] = nodes;
            for (; level < bytes.length; level++) {
                labels[nodes] = bytes[level];
                depths[nodes] = (short) (level + 1);
                firsts[nodes] = i;
                open[level + 1] = nodes++;
            }
            before = bytes;
        }
        for (; level > 0; level--) ends[open[level]] = nodes;
        firsts[nodes] = ids.length;
        label = Arrays.copyOf(labels, nodes);
        depth = Arrays.copyOf(depths, nodes);
        behind = Arrays.copyOf(ends, nodes);
        from = Arrays.copyOf(firsts, nodes + 1);
        deepest = open.length;
    }

    /** Sets the bits of tokens whose bytes may come after a state. */
    void allow(State start, Grammar grammar, long[] mask) {
        State[] path = new State[deepest + 1];
        path[0] = start;
        for (int node = 0; node < label.length; ) {
            int level = depth[node];
            State next = grammar.step(path[level - 1], label[node] & 0xFF);
            if (next == State.DEAD) {
                node = behind[node];
                continue;
            }
            path[level] = next;
            for (int i = from[node]; i < from[node + 1]; i++) mask[ids[i] >> 6] |= 1L << ids[i];
            node++;
        }
    }
}
