package io.agentopt.runtime.llm.batch;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtException;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.llm.execute.DecodeStep;
import io.agentopt.runtime.llm.execute.DecoderExecutor;
import io.agentopt.runtime.llm.execute.PromptSharing;
import io.agentopt.runtime.llm.kv.KvBlock;
import io.agentopt.runtime.llm.kv.KvRows;
import io.agentopt.runtime.llm.kv.KvShape;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

/**
 * A decoder without arithmetic: a row's "cache" is the tokens appended to it, and its next token is their sum modulo the
 * vocabulary, so any mix-up of rows or positions shows. Tokens of {@link #poison} make the run fail, those of {@link #unnumbered}
 * give scores that are no numbers.
 */
final class FakeExecutor implements DecoderExecutor, KvRows {
    static final int VOCAB = 97;

    final Set<Integer> poison = ConcurrentHashMap.newKeySet();
    final Set<Integer> noRoom = ConcurrentHashMap.newKeySet();
    final Map<Integer, Throwable> broken = new ConcurrentHashMap<>(); // what a step with a token throws
    final List<Integer> begun = java.util.Collections.synchronizedList(new ArrayList<>()); // first tokens of prompts
    final Set<Integer> unnumbered = ConcurrentHashMap.newKeySet();
    final List<String> log = java.util.Collections.synchronizedList(new ArrayList<>());
    volatile PromptSharing sharing = PromptSharing.NONE;
    private final int[][] rows;
    private final MemorySegment[] scores;
    private final int widest;
    final AtomicInteger blocks = new AtomicInteger(); // saved and not closed
    volatile boolean noMemory;
    volatile boolean noCopies;
    volatile boolean noMoves;
    volatile BiConsumer<Integer, Integer> onPrefill = (first, to) -> {}; // first token, positions after it
    volatile boolean dead; // fails where no request is at fault
    volatile boolean closed;

    FakeExecutor(int rows, int capacity, int widest) {
        this.rows = new int[rows][capacity];
        scores = new MemorySegment[rows];
        this.widest = widest;
    }

    /** {@return what the model says to a prompt, by the definition} */
    static List<Integer> answer(int[] prompt, int tokens) {
        List<Integer> ids = new ArrayList<>();
        int sum = Arrays.stream(prompt).sum();
        for (int i = 0; i < tokens; i++) {
            int next = Math.floorMod(sum, VOCAB);
            ids.add(next);
            sum += next;
        }
        return ids;
    }

    @Override
    public KvRows kv() {
        return this;
    }

    @Override
    public int vocab() {
        return VOCAB;
    }

    @Override
    public int widestStep() {
        if (dead) throw new IllegalStateException("the device is gone");
        return widest;
    }

    @Override
    public void prefill(int row, int[] tokens, int from, int to, OrtRunOptions options) {
        log.add("prefill " + row + " " + from + ".." + to);
        if (from == 0) begun.add(tokens[0]);
        onPrefill.accept(tokens[0], to);
        if (noRoom.contains(tokens[from])) throw new OutOfMemoryError("no room for scores");
        for (int i = from; i < to; i++) append(row, tokens[i], i);
    }

    @Override
    public PromptSharing promptSharing() {
        return sharing;
    }

    @Override
    public void prefill(int firstRow, List<int[]> prompts, OrtRunOptions options) {
        log.add("together " + firstRow + " "
                + prompts.stream().map(p -> p.length).toList());
        for (int i = 0; i < prompts.size(); i++) {
            int[] tokens = prompts.get(i);
            onPrefill.accept(tokens[0], tokens.length);
            for (int p = 0; p < tokens.length; p++) append(firstRow + i, tokens[p], p);
        }
    }

    @Override
    public void decode(DecodeStep step, OrtRunOptions options) {
        log.add("decode " + Arrays.toString(step.rows()));
        for (int token : step.tokens()) {
            if (broken.get(token) instanceof RuntimeException e) throw e;
            if (broken.get(token) instanceof Error e) throw e;
            if (poison.contains(token)) throw new OrtException(1, "token " + token + " is poison");
        }
        for (int i = 0; i < step.rows().length; i++) {
            int row = step.rows()[i];
            append(row, step.tokens()[i], step.held()[row]);
        }
    }

    private void append(int row, int token, int position) {
        if (poison.contains(token)) throw new OrtException(1, "token " + token + " is poison");
        rows[row][position] = token;
        int sum = 0;
        for (int i = 0; i <= position; i++) sum += rows[row][i];
        float[] values = new float[VOCAB];
        values[Math.floorMod(sum, VOCAB)] = 1;
        if (unnumbered.contains(token)) values[3] = Float.NaN;
        scores[row] = MemorySegment.ofArray(values);
    }

    @Override
    public MemorySegment scores(int row) {
        return scores[row];
    }

    @Override
    public void scores(int row, MemorySegment values) {
        scores[row] = MemorySegment.ofArray(values.toArray(JAVA_FLOAT));
    }

    @Override
    public int best(int row) {
        for (int i = 0; i < VOCAB; i++) if (scores[row].getAtIndex(JAVA_FLOAT, i) == 1) return hasNaN(row) ? -1 : i;
        return -1;
    }

    private boolean hasNaN(int row) {
        return Float.isNaN(scores[row].getAtIndex(JAVA_FLOAT, 3));
    }

    @Override
    public KvShape shape() {
        return new KvShape(1, 1, 1, ElementType.FLOAT32);
    }

    @Override
    public int rows() {
        return rows.length;
    }

    @Override
    public int capacity() {
        return rows[0].length;
    }

    @Override
    public void read(int row, int from, int to, int firstLayer, int layers, MemorySegment packed) {
        MemorySegment.copy(MemorySegment.ofArray(rows[row]), 4L * from, packed, 0, 4L * (to - from));
    }

    @Override
    public void write(int row, int at, int positions, int firstLayer, int layers, MemorySegment packed) {
        MemorySegment.copy(packed, 0, MemorySegment.ofArray(rows[row]), 4L * at, 4L * positions);
    }

    @Override
    public void move(int fromRow, int toRow, int positions) {
        log.add("move " + fromRow + " " + toRow);
        if (noMoves) throw new OrtException(1, "no moves today");
        System.arraycopy(rows[fromRow], 0, rows[toRow], 0, positions);
    }

    @Override
    public KvBlock save(int row, int from, int to) {
        log.add("save " + from + ".." + to);
        if (noMemory) throw new OutOfMemoryError("no room for a block");
        return new Block(Arrays.copyOfRange(rows[row], from, to), blocks);
    }

    @Override
    public void restore(KvBlock block, int row, int at) {
        if (noCopies) throw new IllegalStateException("no copies today");
        log.add("restore " + row + " " + at);
        int[] saved = ((Block) block).tokens;
        System.arraycopy(saved, 0, rows[row], at, saved.length);
    }

    private static final class Block implements KvBlock {
        private final int[] tokens;
        private final AtomicInteger open;

        Block(int[] tokens, AtomicInteger open) {
            this.tokens = tokens;
            this.open = open;
            open.incrementAndGet();
        }

        @Override
        public int positions() {
            return tokens.length;
        }

        @Override
        public long bytes() {
            return 8L * tokens.length;
        }

        @Override
        public void close() {
            open.decrementAndGet();
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
