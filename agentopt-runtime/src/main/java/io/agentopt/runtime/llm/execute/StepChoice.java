package io.agentopt.runtime.llm.execute;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.agentopt.mlir.gpu.Arguments;
import io.agentopt.mlir.gpu.PinnedMemory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Chooses the tokens of steps on the device, in two slots: the best of each row, then a drawn one where that is asked for. The
 * ids go to the inputs of the next step and to pinned memory. Steps that draw nowhere run the greedy kernel alone.
 */
final class StepChoice implements AutoCloseable {
    private static final long ALIGNMENT = 16;

    private final CudaDevice device;
    private final GreedyChoice greedy;
    private final DrawnChoice drawn;
    private final CudaScores scores;
    private final DeviceInputs step;
    private final int rows;
    private final DrawInputs draws;
    private final PinnedMemory ids; // int32 [2, rows], each slot from a multiple of 16 bytes on
    private final List<Arguments> greedyArguments = new ArrayList<>(); // by slot
    private final Map<Integer, Arguments> drawnArguments = new HashMap<>(); // by width and slot

    /** @param scores of two slots, which are {@link CudaScores#slotRows} apart */
    StepChoice(CudaDevice device, GreedyChoice greedy, CudaScores scores, DeviceInputs step, int rows, int vocab) {
        this.device = device;
        this.greedy = greedy;
        this.scores = scores;
        this.step = step;
        this.rows = rows;
        drawn = new DrawnChoice(device.context(), vocab);
        draws = new DrawInputs(device.context(), rows);
        ids = device.context().allocatePinned(2 * slotBytes());
        for (int slot = 0; slot < 2; slot++) {
            greedyArguments.add(greedy.arguments(
                    scores.of(slot * CudaScores.slotRows(rows), rows),
                    step.idsMemory(),
                    step.beforeMemory(),
                    ids,
                    slot * slotBytes()));
        }
    }

    private long slotBytes() {
        return Math.ceilDiv(rows * JAVA_INT.byteSize(), ALIGNMENT) * ALIGNMENT;
    }

    /**
     * Queues the choice behind a step of the first rows.
     *
     * @param asked ascending; the other rows take the highest score
     * @param by index of {@code asked}
     */
    void queue(int covered, int slot, int[] asked, List<Draw> by) {
        greedy.launch(device.stream(), covered, greedyArguments.get(slot));
        if (by.stream().allMatch(Draw::isHighest)) return;
        for (int r = 0; r < covered; r++) draws.draw(slot, r, Draw.HIGHEST);
        for (int i = 0; i < asked.length; i++) draws.draw(slot, asked[i], by.get(i));
        draws.upload(device.stream(), slot);
        Arguments arguments = drawnArguments.computeIfAbsent(
                2 * covered + slot,
                key -> drawn.arguments(
                        covered,
                        rows,
                        scores.of(slot * CudaScores.slotRows(rows), rows),
                        draws,
                        step.idsMemory().slice(0, (long) rows * Long.BYTES),
                        ids,
                        slot * slotBytes()));
        drawn.launch(device.stream(), covered, arguments);
    }

    /** {@return the id that a step chose, once it has been waited for; -1 if its scores are no numbers} */
    int id(int slot, int row) {
        return ids.segment().get(JAVA_INT, slot * slotBytes() + row * JAVA_INT.byteSize());
    }

    @Override
    public void close() {
        drawn.close();
        draws.close();
        ids.close();
    }
}
