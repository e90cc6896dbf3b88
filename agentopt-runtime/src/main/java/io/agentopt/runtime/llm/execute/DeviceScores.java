package io.agentopt.runtime.llm.execute;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.agentopt.mlir.gpu.Arguments;
import io.agentopt.mlir.gpu.DeviceMemory;
import io.agentopt.mlir.gpu.DeviceSegment;
import io.agentopt.mlir.gpu.GpuException;
import io.agentopt.mlir.gpu.GpuStream;
import io.agentopt.mlir.gpu.PinnedMemory;
import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtTensor;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scores in a GPU's memory, of which the device chooses: only ids come to the host, scores when somebody asks. Its chosen ids are
 * compared with the host's once before it is used, because its code has not run on every chip that it was compiled for.
 */
final class DeviceScores implements RunScores {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceScores.class);
    private static final int OUT_OF_MEMORY = 2; // of both drivers
    private static final int CHECKED_ROWS = 4; // a tie, minus infinity, NaN, and plain numbers

    private final CudaDevice device;
    private final int rows;
    private final int vocab;
    private final GreedyChoice greedy;
    private final DeviceMemory scores; // float32 [2 * rows, vocab]: those of steps, then those of prompts
    private final CudaMemory tensors;
    private final DeviceMemory next; // int64 [rows] and int32 [rows], which the kernel writes and nobody reads
    private final PinnedMemory best; // int32 [2 * rows]
    private final boolean[] fromPrompt; // by row
    private final @Nullable PinnedMemory[] host; // by row

    private DeviceScores(CudaDevice device, GreedyChoice greedy, int rows, int vocab) {
        this.device = device;
        this.rows = rows;
        this.vocab = vocab;
        this.greedy = greedy;
        scores = device.context().allocate(2L * rows * scoreBytes());
        tensors = new CudaMemory(device.memory(), scores);
        next = device.context().allocate(rows * (JAVA_LONG.byteSize() + JAVA_INT.byteSize()));
        best = device.context().allocatePinned(2L * rows * JAVA_INT.byteSize());
        device.stream().fill(next.all(), 0);
        fromPrompt = new boolean[rows];
        host = new PinnedMemory[rows];
    }

    /**
     * {@return scores on a device; empty if there is no code for it, it refuses the code, or chooses otherwise than the host}
     *
     * @throws GpuException if the device has no room; it is the device's to close what was opened
     */
    static Optional<DeviceScores> on(CudaDevice device, int rows, int vocab) {
        if (!GreedyChoice.hasCode(device.context().device())) return Optional.empty();
        try {
            DeviceScores made = new DeviceScores(device, new GreedyChoice(device.context(), vocab), rows, vocab);
            if (made.choosesAsTheHost()) return Optional.of(made);
            made.close();
            LOG.warn("The {} chose other tokens in a check than the host. The host chooses.", device);
        } catch (GpuException e) {
            if (e.isDeviceLost() || e.error() == OUT_OF_MEMORY) throw e;
            LOG.warn("The {} does not choose tokens. The host does. {}", device, e.getMessage());
        }
        return Optional.empty();
    }

    private boolean choosesAsTheHost() {
        SplittableRandom random = new SplittableRandom(7);
        for (int row = 0; row < Math.min(CHECKED_ROWS, rows); row++) {
            PinnedMemory numbers = hostOf(row);
            for (int i = 0; i < vocab; i++) {
                float number = row == 1 ? Float.NEGATIVE_INFINITY : (float) random.nextDouble(-20, 20);
                numbers.segment().setAtIndex(JAVA_FLOAT, i, number);
            }
            if (row == 0)
                for (int i : new int[] {vocab / 3, vocab - 1}) numbers.segment().setAtIndex(JAVA_FLOAT, i, 30);
            if (row == 2) numbers.segment().setAtIndex(JAVA_FLOAT, vocab / 2, Float.NaN);
            device.stream().upload(place(row), numbers, 0);
        }
        choose(0, rows);
        boolean same = true;
        for (int row = 0; row < Math.min(CHECKED_ROWS, rows); row++) {
            same &= chosen(row) == HighestScore.of(hostOf(row).segment(), vocab);
        }
        return same;
    }

    private long scoreBytes() {
        return vocab * JAVA_FLOAT.byteSize();
    }

    // of a table of 2 * rows
    private DeviceSegment place(int row) {
        return scores.slice(row * scoreBytes(), scoreBytes());
    }

    private int chosen(int place) {
        return best.segment().getAtIndex(JAVA_INT, place);
    }

    private int placeOf(int row) {
        return fromPrompt[row] ? rows + row : row;
    }

    private void choose(int firstPlace, int count) {
        GpuStream stream = device.stream();
        Arguments arguments = greedy.arguments(
                scores.slice(firstPlace * scoreBytes(), count * scoreBytes()),
                next.slice(0, count * JAVA_LONG.byteSize()),
                next.slice(rows * JAVA_LONG.byteSize(), count * JAVA_INT.byteSize()),
                best,
                firstPlace * JAVA_INT.byteSize());
        greedy.launch(stream, count, arguments);
        stream.synchronize();
    }

    @Override
    public void step(int[] asked, Consumer<OrtTensor> run) {
        try (OrtTensor all = tensors.tensor(0, ElementType.FLOAT32, rows, 1, vocab)) {
            run.accept(all);
        }
        choose(0, rows);
        for (int row : asked) fromPrompt[row] = false;
    }

    @Override
    public void prompt(int row, Consumer<OrtTensor> run) {
        int place = rows + row;
        try (OrtTensor last = tensors.tensor(place * scoreBytes(), ElementType.FLOAT32, 1, 1, vocab)) {
            run.accept(last);
        }
        choose(place, 1);
        fromPrompt[row] = true;
    }

    @Override
    public MemorySegment of(int row) {
        PinnedMemory there = hostOf(row);
        device.stream().download(there, 0, place(placeOf(row)));
        device.stream().synchronize();
        return there.segment();
    }

    private PinnedMemory hostOf(int row) {
        PinnedMemory found = host[row];
        if (found == null) host[row] = found = device.context().allocatePinned(scoreBytes());
        return found;
    }

    @Override
    public void set(int row, MemorySegment values) {
        place(rows + row).copyFrom(values);
        best.segment().setAtIndex(JAVA_INT, rows + row, HighestScore.of(values, vocab));
        fromPrompt[row] = true;
    }

    @Override
    public int best(int row) {
        return chosen(placeOf(row));
    }

    @Override
    public void close() {
        device.stream().synchronize();
        for (PinnedMemory some : host) if (some != null) some.close();
        best.close();
        next.close();
        scores.close();
        greedy.close();
    }
}
