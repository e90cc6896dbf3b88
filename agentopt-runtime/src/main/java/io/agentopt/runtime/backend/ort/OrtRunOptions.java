package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Options of runs; from another thread {@link #terminate()} ends a run in flight at its next node. */
public final class OrtRunOptions extends OrtHandle {
    private final AtomicReference<@Nullable OrtStream> held = new AtomicReference<>();

    private OrtRunOptions(OrtEnvironment environment, MemorySegment raw) {
        super(environment, "run options", raw);
    }

    public static OrtRunOptions create() {
        OrtEnvironment environment = OrtEnvironment.get();
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment out = scratch.allocate(ADDRESS);
            environment.api().call(OrtFunction.CREATE_RUN_OPTIONS, out);
            return new OrtRunOptions(environment, out.get(ADDRESS, 0));
        }
    }

    /** Ends the run in flight and every later one with these options; does nothing once closed, so that it may come late. */
    public void terminate() {
        set(OrtFunction.SET_TERMINATE);
    }

    /** Lets runs with these options work again. */
    public void reset() {
        set(OrtFunction.UNSET_TERMINATE);
    }

    /**
     * Sets what a run does, by ONNX Runtime's names.
     *
     * @param value replaces an earlier one
     */
    public OrtRunOptions config(String key, String value) {
        MemorySegment raw = enter();
        try (Arena scratch = Arena.ofConfined()) {
            environment()
                    .api()
                    .call(OrtFunction.ADD_RUN_CONFIG, raw, scratch.allocateFrom(key), scratch.allocateFrom(value));
            return this;
        } catch (OrtException e) {
            throw e.during("The run option '" + key + "' cannot be '" + value + "'");
        } finally {
            exit();
        }
    }

    /** Captures the run as CUDA graph of that number, or replays it; -1 runs without one. */
    public OrtRunOptions graph(int number) {
        return config("gpu_graph_id", Integer.toString(number));
    }

    /** Lets a run return once its work is queued; waiting for the device is then the caller's. */
    public OrtRunOptions withoutSynchronization() {
        return config("disable_synchronize_execution_providers", "1");
    }

    /**
     * Gives what arenas hold without use back after each run.
     *
     * @param devices such as {@code cpu:0} or {@code cpu:0;gpu:0}
     */
    public OrtRunOptions shrinkArenas(String devices) {
        return config("memory.enable_memory_arena_shrinkage", devices);
    }

    /** Queues runs on a stream, which is held until these options are freed or get another. */
    public OrtRunOptions stream(OrtStream stream) {
        MemorySegment raw = enter();
        try {
            MemorySegment queue = stream.enter();
            environment().api().invokeVoid(OrtFunction.SET_RUN_STREAM, raw, queue);
            OrtStream old = held.getAndSet(stream);
            if (old != null) old.exit();
            return this;
        } finally {
            exit();
        }
    }

    /**
     * Writes a profile of each run, as ONNX Runtime's JSON.
     *
     * @param prefix of the files; a time and the suffix .json follow
     */
    public OrtRunOptions profile(Path prefix) {
        MemorySegment raw = enter();
        try (Arena scratch = Arena.ofConfined()) {
            environment().api().call(OrtFunction.ENABLE_RUN_PROFILING, raw, OrtApi.path(scratch, prefix));
            return this;
        } finally {
            exit();
        }
    }

    /** Ends {@link #profile}. */
    public OrtRunOptions withoutProfile() {
        MemorySegment raw = enter();
        try {
            environment().api().call(OrtFunction.DISABLE_RUN_PROFILING, raw);
            return this;
        } finally {
            exit();
        }
    }

    private void set(OrtFunction f) {
        MemorySegment raw;
        try {
            raw = enter();
        } catch (IllegalStateException late) {
            return;
        }
        try {
            environment().api().call(f, raw);
        } finally {
            exit();
        }
    }

    @Override
    void free(MemorySegment handle) {
        environment().api().release(OrtFunction.RELEASE_RUN_OPTIONS, handle);
        OrtStream stream = held.getAndSet(null);
        if (stream != null) stream.exit();
    }
}
