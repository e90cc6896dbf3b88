package io.agentopt.runtime.llm.execute;

import io.agentopt.runtime.backend.ort.EpDevice;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.backend.ort.SessionDevice;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.llm.kv.HostTensors;
import io.agentopt.runtime.llm.kv.KvRows;
import io.agentopt.runtime.llm.pack.ModelPack;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A decoder model on one device. One session serves prefill and decode; the keys and values of all requests lie in one
 * table of rows. Only one thread calls, except {@link OrtRunOptions#terminate()}, which ends the run in flight.
 *
 * <p>A run that fails leaves positions before the appended ones as they were.
 */
public interface DecoderExecutor extends AutoCloseable {
    /**
     * Loads a model where the settings say, by the way its file is wired. If it fails, nothing stays open.
     *
     * @param rows of the cache table
     * @param capacity positions of a row, at most the model's context
     * @throws io.agentopt.runtime.llm.pack.ModelPackException if the pack has a defect, or does not run there
     * @throws OutOfMemoryError if the device has no room for the caches
     */
    static DecoderExecutor open(
            ModelPack pack, ModelPack.Decoder layout, SessionSettings settings, int rows, int capacity) {
        return open(pack, layout, settings, GpuSettings.standard(), rows, capacity, HostTensors.SYSTEM);
    }

    /**
     * As the other.
     *
     * @param gpu how a GPU runs it
     * @param memory where executors take what they hold on the host
     */
    static DecoderExecutor open(
            ModelPack pack,
            ModelPack.Decoder layout,
            SessionSettings settings,
            GpuSettings gpu,
            int rows,
            int capacity,
            HostTensors memory) {
        SessionDevice where = settings.device().orElse(null);
        if (where instanceof EpDevice device && CudaDevice.is(device)) {
            return CudaExecutor.open(pack, layout, settings, gpu, CudaDevice.of(device), rows, capacity);
        }
        if (where != null && FixedShapeExecutor.suits(where)) {
            return FixedShapeExecutor.open(pack, layout, settings, where, rows, capacity, memory);
        }
        return switch (layout.wiring()) {
            case IN_PLACE -> InPlaceExecutor.open(pack, layout, settings, rows, capacity, memory);
            case CONCAT -> ConcatExecutor.open(pack, layout, settings, rows, capacity, memory);
        };
    }

    /** {@return whether such a session is one of the executor of GPUs} */
    static boolean runsOnGpu(SessionSettings settings) {
        return settings.device().orElse(null) instanceof EpDevice device && CudaDevice.is(device);
    }

    /** {@return the caches} */
    KvRows kv();

    /** {@return scores of a position} */
    int vocab();

    /** {@return most rows that one decode run takes; 1 if several would gain nothing} */
    int widestStep();

    /**
     * {@return whether a prompt costs least in one run, whatever its row holds already}  Then it is not cut into chunks, and
     * remembered beginnings save nothing.
     */
    default boolean fillsPromptsWhole() {
        return false;
    }

    /**
     * Appends tokens to one row; afterwards {@link #scores} of the row are those of the last token.
     *
     * @param tokens the prompt, of which those from {@code from} (inclusive) to {@code to} (exclusive) are appended
     * @param from also the position of the first, so the row holds the tokens before it already
     * @throws io.agentopt.runtime.backend.ort.OrtException if the run fails or is terminated
     */
    void prefill(int row, int[] tokens, int from, int to, OrtRunOptions options);

    /** {@return which prompts may be filled together by {@link #prefill(int, List, OrtRunOptions)}} */
    default PromptSharing promptSharing() {
        return PromptSharing.NONE;
    }

    /**
     * Fills whole prompts into neighbouring rows that hold nothing, in one run; afterwards {@link #scores} of each row are those
     * of its prompt's last token, bit for bit as if it had been filled alone.
     *
     * @param prompts that {@link #promptSharing} allows, at least one, for the rows from {@code firstRow}; as many as there are times
     *     the longest's tokens must not exceed the capacity of a row
     * @throws IllegalArgumentException if it does not take them
     * @throws io.agentopt.runtime.backend.ort.OrtException if the run fails; then none of the rows holds anything
     */
    default void prefill(int firstRow, List<int[]> prompts, OrtRunOptions options) {
        throw new IllegalArgumentException(getClass().getSimpleName() + " takes one prompt at a time, not "
                + prompts.size() + ". Ask promptSharing() first.");
    }

    /**
     * As {@link #prefill}, but it may come back before the run is over; decode steps of other rows may follow meanwhile. One
     * such run at a time. Until it is over nobody else touches the row, and {@link DecodeStep#held} says {@code to} for it.
     *
     * @return completed when the run is over, from any thread, with what {@link #prefill} would have thrown
     */
    default CompletableFuture<Void> begin(int row, int[] tokens, int from, int to, OrtRunOptions options) {
        try {
            prefill(row, tokens, from, to, options);
            return CompletableFuture.completedFuture(null);
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * Appends one token to each of several rows, in one run; afterwards {@link #scores} of these rows are those of the tokens.
     *
     * @throws io.agentopt.runtime.backend.ort.OrtException if the run fails or is terminated
     */
    void decode(DecodeStep step, OrtRunOptions options);

    /**
     * {@return float32 [vocab] of the row's last appended token, readable by the host}
     *
     * <p>Those of a prefill last until the next append to the row; those of a decode until the next decode of any row.
     */
    MemorySegment scores(int row);

    /** Gives a row the scores of its last position, after its cache was written from elsewhere; they last as those of a prefill. */
    void scores(int row, MemorySegment values);

    /**
     * {@return the id with the highest of {@link #scores}, the lowest on a tie; -1 if scores are not numbers}  A device may tell
     * it without copying the scores to the host.
     */
    int best(int row);

    /**
     * {@return the token that a draw gives of {@link #scores}; -1 if scores are not numbers, or only the host can tell} A device
     * can tell it if the step that gave the scores was asked for with that draw.
     */
    default int chosen(int row, Draw draw) {
        return draw.isHighest() ? best(row) : -1;
    }

    @Override
    void close();
}
