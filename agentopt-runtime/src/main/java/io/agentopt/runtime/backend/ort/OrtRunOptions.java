package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Options of runs; from another thread {@link #terminate()} ends a run in flight at its next node. */
public final class OrtRunOptions extends OrtHandle {
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
    }
}
