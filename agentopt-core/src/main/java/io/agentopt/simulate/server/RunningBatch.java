package io.agentopt.simulate.server;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The sequences that run, in the order in which they were admitted, and what an iteration does to them. */
final class RunningBatch {
    private static final int BLOCK = ServerSettings.BLOCK_TOKENS;

    private final @Nullable Sequence[] sequences;
    private final int[] needing = new int[BLOCK]; // sequences that need a block in so many iterations, modulo the block
    private int size;
    private long decodeContext; // of all sequences in the first iteration of a run

    RunningBatch(int maxSequences) {
        this.sequences = new Sequence[maxSequences];
    }

    int size() {
        return size;
    }

    Sequence get(int i) {
        return Objects.requireNonNull(sequences[i]);
    }

    void add(Sequence s) {
        sequences[size++] = s;
    }

    Sequence removeLast() {
        Sequence last = get(--size);
        sequences[size] = null;
        return last;
    }

    List<Sequence> removeAll() {
        List<Sequence> all = new ArrayList<>();
        for (int i = 0; i < size; i++) all.add(get(i));
        Arrays.fill(sequences, null);
        size = 0;
        return all;
    }

    /** Says what the iteration that was scheduled does. */
    void describe(IterationWork work) {
        work.clear();
        for (int i = 0; i < size; i++) {
            Sequence s = get(i);
            if (s.decodes()) work.addDecodes(1, s.tokens());
            else if (s.underway > 0) work.addChunk(s.underway, s.computed);
        }
        decodeContext = work.decodeContextTokens();
    }

    /** {@return tokens that the sequences leave to others in the iteration after the one that was scheduled} */
    int budgetAhead(ServerSettings settings) {
        int budget = settings.maxBatchedTokens();
        for (int i = 0; i < size; i++) {
            Sequence s = get(i);
            int left = s.pending() - s.underway;
            boolean ends = left == 0 && s.generated + 1 >= s.target(settings.role());
            if (!ends) budget -= Math.min(Math.max(1, left), budget);
        }
        return budget;
    }

    /** Says what an iteration of a run of decodes does, the first being 0. */
    void describeDecode(IterationWork work, int iteration) {
        work.clear();
        work.addDecodes(size, decodeContext + (long) size * iteration);
    }

    /**
     * {@return iterations until something else than decoding can happen: a sequence ends, one makes its first token, or the blocks do not suffice} All
     * sequences decode and hold the blocks of the first iteration.
     */
    int decodeIterations(ServerRole role, int blocks, int longest) {
        int iterations = longest;
        Arrays.fill(needing, 0);
        for (int i = 0; i < size; i++) {
            Sequence s = get(i);
            if (Double.isNaN(s.firstToken)) return 1;
            iterations = Math.min(iterations, s.target(role) - s.generated);
            needing[Math.floorMod(-s.computed, BLOCK)]++;
        }
        long available = blocks;
        if (size * (iterations / BLOCK + 1L) <= available) return iterations;
        for (int i = 1; i < iterations; i++) {
            available -= needing[i % BLOCK];
            if (available < 0) return i;
        }
        return iterations;
    }

    /** Lets iterations of a run of decodes end; {@return the tokens made}. */
    long advanceDecodes(KvPool pool, int iterations, double now, List<Sequence> first) {
        for (int i = 0; i < size; i++) {
            Sequence s = get(i);
            s.computed += iterations;
            s.generated += iterations;
            if (!s.hold(pool, s.computed)) {
                throw new IllegalStateException("A run of " + iterations + " iterations lacks KV blocks.");
            }
            noteFirst(s, now, first);
        }
        return (long) size * iterations;
    }

    /** Lets the iteration that was scheduled end; {@return the tokens made}. */
    long advance(KvPool pool, boolean prefixCaching, double now, List<Sequence> first) {
        long made = 0;
        for (int i = 0; i < size; i++) {
            Sequence s = get(i);
            s.computed += s.underway;
            if (prefixCaching) s.sharePrefix(pool);
            if (s.pending() > 0) continue;
            s.generated++;
            made++;
            noteFirst(s, now, first);
        }
        return made;
    }

    /** Moves those that have all the tokens that the server makes to a list. */
    void removeReady(ServerRole role, List<Sequence> ready) {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            Sequence s = get(i);
            if (s.generated >= s.target(role)) ready.add(s);
            else sequences[kept++] = s;
        }
        Arrays.fill(sequences, kept, size, null);
        size = kept;
    }

    private static void noteFirst(Sequence s, double now, List<Sequence> first) {
        if (!Double.isNaN(s.firstToken)) return;
        s.firstToken = now;
        first.add(s);
    }
}
