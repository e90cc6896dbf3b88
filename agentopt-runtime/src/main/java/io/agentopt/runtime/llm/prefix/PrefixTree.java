package io.agentopt.runtime.llm.prefix;

import io.agentopt.runtime.llm.batch.PrefixCache;
import io.agentopt.runtime.llm.kv.KvBlock;
import io.agentopt.runtime.llm.kv.KvRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Known prompts as a radix tree over their tokens. An edge is a block: as many tokens as a prefill's chunk, with their keys
 * and values in the device's own memory. A way from the root is the beginning of at least one prompt.
 *
 * <p>Blocks are chunks, no more and no less, because a chunk is what one run of the model computes: a prompt that begins with
 * known blocks goes on at a chunk's beginning, as it would have without them, and so its numbers are the same bit for bit.
 *
 * <p>Least recently used leaves go first. A use touches a whole way, the deepest block first, so a block is always more
 * recent than those behind it: the least recent of all is a leaf, and eviction costs no search.
 */
public final class PrefixTree implements PrefixCache {
    private final int block;
    private final long budget;
    private final boolean answers;
    private final Node root = new Node(null, null, null);
    private final LinkedHashSet<Node> byAge = new LinkedHashSet<>(); // least recently used first
    private long bytes;
    private long prompts;
    private long hits;
    private long promptTokens;
    private long reusedTokens;
    private long evicted;
    private long refused;
    private volatile PrefixStatistics statistics;

    /** Tokens of a block; equal if the tokens are. */
    private record Label(int[] tokens, int hash) {
        static Label of(int[] tokens, int from, int length) {
            int[] part = Arrays.copyOfRange(tokens, from, from + length);
            return new Label(part, Arrays.hashCode(part));
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Label l && hash == l.hash && Arrays.equals(tokens, l.tokens);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }

    /** Identity is equality: two blocks of equal tokens behind different prompts differ. */
    private static final class Node {
        final @Nullable Node parent;
        final @Nullable Label label;
        final @Nullable KvBlock saved;
        final Map<Label, Node> children = new HashMap<>();

        Node(@Nullable Node parent, @Nullable Label label, @Nullable KvBlock saved) {
            this.parent = parent;
            this.label = label;
            this.saved = saved;
        }
    }

    /**
     * @param block tokens of a block: the chunk size
     * @param budget most bytes kept
     * @param answers as {@link #keepsAnswers}
     */
    public PrefixTree(int block, long budget, boolean answers) {
        this.block = block;
        this.budget = budget;
        this.answers = answers;
        statistics = new PrefixStatistics(0, 0, 0, 0, 0, budget, 0, 0, 0);
    }

    @Override
    public boolean keepsAnswers() {
        return answers;
    }

    @Override
    public int restore(KvRows rows, int row, int[] tokens, int held, int most) {
        List<Node> way = way(tokens, (int) Math.min((tokens.length - 1) / block, ((long) held + most) / block));
        int at = held;
        for (Node node : way.subList(Math.min(way.size(), held / block), way.size())) {
            if (!restored(rows, row, at, node)) break;
            at += block;
        }
        touch(way);
        if (held == 0) {
            prompts++;
            promptTokens += tokens.length;
            if (at > 0) hits++;
        }
        reusedTokens += at - held;
        publish();
        return at;
    }

    private boolean restored(KvRows rows, int row, int at, Node node) {
        KvBlock saved = node.saved;
        if (saved == null) return false;
        try {
            rows.restore(saved, row, at);
            return true;
        } catch (RuntimeException | OutOfMemoryError e) { // the prompt computes it instead
            refused++;
            return false;
        }
    }

    @Override
    public void remember(KvRows rows, int row, int[] tokens, int held) {
        int whole = held / block;
        List<Node> way = way(tokens, whole);
        touch(way); // so that none of it is evicted for what comes behind it
        while (way.size() < whole) {
            Node last = way.isEmpty() ? root : way.getLast();
            Optional<Node> added = add(rows, row, tokens, way.size() * block, last);
            if (added.isEmpty()) break;
            way.add(added.get());
            touch(way);
        }
        publish();
    }

    private Optional<Node> add(KvRows rows, int row, int[] tokens, int from, Node parent) {
        long size = block * rows.shape().bytesPerPosition();
        if (!makeRoom(size, parent)) {
            refused++;
            return Optional.empty();
        }
        Label label = Label.of(tokens, from, block);
        try {
            KvBlock saved = rows.save(row, from, from + block);
            Node node = new Node(parent, label, saved);
            parent.children.put(label, node);
            byAge.addLast(node);
            bytes += saved.bytes();
            return Optional.of(node);
        } catch (RuntimeException | OutOfMemoryError e) { // a later prompt computes it again
            refused++;
            return Optional.empty();
        }
    }

    /** {@return whether a block behind {@code parent}, which must stay, fits now} */
    private boolean makeRoom(long size, Node parent) {
        while (bytes + size > budget) {
            if (byAge.isEmpty() || byAge.getFirst() == parent) return false; // what is left is the way to the new block
            evict(byAge.getFirst());
        }
        return true;
    }

    private void evict(Node leaf) {
        byAge.remove(leaf);
        Node parent = leaf.parent;
        if (parent != null && leaf.label != null) parent.children.remove(leaf.label);
        KvBlock saved = leaf.saved;
        if (saved != null) {
            bytes -= saved.bytes();
            saved.close();
        }
        evicted++;
    }

    /** {@return the known beginning of tokens, at most so many blocks} */
    private List<Node> way(int[] tokens, int blocks) {
        List<Node> way = new ArrayList<>();
        Node node = root;
        while (way.size() < blocks) {
            Node next = node.children.get(Label.of(tokens, way.size() * block, block));
            if (next == null) break;
            way.add(next);
            node = next;
        }
        return way;
    }

    private void touch(List<Node> way) {
        for (Node node : way.reversed()) {
            byAge.remove(node);
            byAge.addLast(node);
        }
    }

    private void publish() {
        statistics = new PrefixStatistics(
                prompts, hits, promptTokens, reusedTokens, bytes, budget, byAge.size(), evicted, refused);
    }

    /** {@return what it did so far; any thread may ask} */
    public PrefixStatistics statistics() {
        return statistics;
    }

    @Override
    public void close() {
        while (!byAge.isEmpty()) evict(byAge.getFirst());
    }
}
