package io.agentopt.runtime.llm.prefix;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.llm.kv.KvBlock;
import io.agentopt.runtime.llm.kv.KvRows;
import io.agentopt.runtime.llm.kv.KvShape;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** The tree against a plain list of known prompts that is searched from end to end. */
class PrefixTreePropertyTest {
    private static final int CAPACITY = 40;

    /** What is known, as whole beginnings; the order is that of last use, the oldest first. */
    private static final class PlainList {
        final int block;
        final int most;
        final List<List<Integer>> known = new ArrayList<>();

        PlainList(int block, int most) {
            this.block = block;
            this.most = most;
        }

        int restore(int[] tokens, int held, int most) {
            int n = 0;
            while ((n + 1) * block < tokens.length
                    && (n + 1) * block <= held + most
                    && known.contains(beginning(tokens, n + 1))) n++;
            use(tokens, n);
            return Math.max(held, n * block);
        }

        void remember(int[] tokens, int held) {
            int n = 0;
            while (n < held / block && known.contains(beginning(tokens, n + 1))) n++;
            use(tokens, n);
            for (; n < held / block; n++) {
                if (known.size() == most && !evict(beginning(tokens, n))) return;
                known.add(beginning(tokens, n + 1));
                use(tokens, n + 1);
            }
        }

        private boolean evict(List<Integer> keep) {
            Optional<List<Integer>> oldest = known.stream()
                    .filter(k -> !k.equals(keep)
                            && known.stream()
                                    .noneMatch(o -> o.size() > k.size()
                                            && o.subList(0, k.size()).equals(k)))
                    .findFirst();
            oldest.ifPresent(known::remove);
            return oldest.isPresent();
        }

        private void use(int[] tokens, int blocks) {
            for (int n = blocks; n >= 1; n--) {
                List<Integer> used = beginning(tokens, n);
                known.remove(used);
                known.add(used);
            }
        }

        private List<Integer> beginning(int[] tokens, int blocks) {
            return Arrays.stream(tokens, 0, blocks * block).boxed().toList();
        }
    }

    /** A row whose "keys and values" are numbers that depend on all tokens so far, as real ones do. */
    private static final class HashRows implements KvRows {
        final long[] row = new long[CAPACITY];
        int open;

        static long value(int[] tokens, int position) {
            return Arrays.hashCode(Arrays.copyOf(tokens, position + 1));
        }

        private final class Block implements KvBlock {
            final long[] saved;

            Block(long[] saved) {
                this.saved = saved;
                open++;
            }

            @Override
            public int positions() {
                return saved.length;
            }

            @Override
            public long bytes() {
                return 8L * saved.length;
            }

            @Override
            public void close() {
                open--;
            }
        }

        @Override
        public KvBlock save(int r, int from, int to) {
            return new Block(Arrays.copyOfRange(row, from, to));
        }

        @Override
        public void restore(KvBlock block, int r, int at) {
            System.arraycopy(((Block) block).saved, 0, row, at, block.positions());
        }

        @Override
        public KvShape shape() {
            return new KvShape(1, 1, 1, ElementType.FLOAT32); // 8 bytes a position
        }

        @Override
        public int rows() {
            return 1;
        }

        @Override
        public int capacity() {
            return CAPACITY;
        }

        @Override
        public void read(int r, int from, int to, int firstLayer, int layers, MemorySegment packed) {
            throw new AssertionError();
        }

        @Override
        public void write(int r, int at, int positions, int firstLayer, int layers, MemorySegment packed) {
            throw new AssertionError();
        }

        @Override
        public void move(int fromRow, int toRow, int positions) {
            throw new AssertionError();
        }
    }

    @Property(seed = "20261122", tries = 200)
    void knowsWhatAPlainListKnows(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int block, @ForAll @IntRange(max = 12) int most) {
        SplittableRandom random = new SplittableRandom(seed);
        HashRows rows = new HashRows();
        PlainList plain = new PlainList(block, most);
        PrefixTree tree = new PrefixTree(block, 8L * block * most + random.nextInt(8 * block), false);
        for (int i = 0; i < 60; i++) {
            int[] prompt = random.ints(1 + random.nextInt(CAPACITY), 0, 2).toArray();
            int held = 0;
            while (held < prompt.length) { // as a schedule fills it
                int atOnce = block * (1 + random.nextInt(9));
                int from = tree.restore(rows, 0, prompt, held, atOnce);
                assertThat(from).isEqualTo(plain.restore(prompt, held, atOnce)).isLessThan(prompt.length);
                held = Math.min(prompt.length, (from / block + 1) * block);
                tree.remember(rows, 0, prompt, held);
                plain.remember(prompt, held);
                assertThat(tree.statistics().blocks())
                        .isEqualTo(plain.known.size())
                        .isEqualTo(rows.open);
                assertThat(tree.statistics().bytes()).isEqualTo(8L * block * rows.open);
            }
        }
        tree.close();
        assertThat(rows.open).isZero();
    }

    @Property(seed = "20261122", tries = 100)
    void whatIsRestoredWasSavedBehindTheSameTokens(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int block = 1 + random.nextInt(4);
        HashRows rows = new HashRows();
        try (PrefixTree tree = new PrefixTree(block, 8L * block * 9, false)) {
            for (int i = 0; i < 80; i++) {
                int[] prompt = random.ints(1 + random.nextInt(CAPACITY), 0, 2).toArray();
                Arrays.fill(rows.row, -1);
                int from = tree.restore(rows, 0, prompt, 0, CAPACITY);
                for (int p = 0; p < from; p++) assertThat(rows.row[p]).isEqualTo(HashRows.value(prompt, p));
                for (int p = from; p < prompt.length; p++) rows.row[p] = HashRows.value(prompt, p);
                tree.remember(rows, 0, prompt, prompt.length);
            }
            assertThat(tree.statistics().hits()).isPositive();
        }
    }
}
