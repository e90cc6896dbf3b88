package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;

/**
 * One arena of CPU memory for the process instead of one a session. Sessions opened with the setting of {@link #CONFIG} use it;
 * those that do keep using it after close, which only lets another be made. A provider's arena is set by the provider's own
 * options, such as CUDA's {@code gpu_mem_limit} and {@code arena_extend_strategy}.
 */
public final class SharedArena extends OrtHandle {
    /** The session's setting that makes it use the environment's allocators: put it with "1" into the settings' config. */
    public static final String CONFIG = "session.use_env_allocators";

    private static final int ARENA_ALLOCATOR = 1, DEFAULT_MEMORY = 0;

    private SharedArena(OrtEnvironment environment, MemorySegment memory) {
        super(environment, "shared arena", memory);
    }

    /**
     * {@return the arena, now in place}
     *
     * @throws IllegalStateException if there is one already
     * @throws OrtException if ONNX Runtime refuses the settings
     */
    public static SharedArena create(ArenaSettings settings) {
        OrtEnvironment environment = OrtEnvironment.get();
        if (!environment.sharesArena().compareAndSet(false, true)) {
            throw new IllegalStateException("The process has a shared arena already. Close it before another is made.");
        }
        OrtApi api = environment.api();
        try (Arena scratch = Arena.ofConfined()) {
            Map<String, Long> entries = settings.entries();
            MemorySegment out = scratch.allocate(ADDRESS);
            api.call(OrtFunction.CREATE_CPU_MEMORY, ARENA_ALLOCATOR, DEFAULT_MEMORY, out);
            MemorySegment memory = out.get(ADDRESS, 0);
            api.invoke(
                    OrtFunction.CREATE_ARENA_SETTINGS,
                    OrtApi.texts(scratch, List.copyOf(entries.keySet())),
                    scratch.allocateFrom(
                            JAVA_LONG,
                            entries.values().stream().mapToLong(v -> v).toArray()),
                    (long) entries.size(),
                    out);
            MemorySegment arena = out.get(ADDRESS, 0);
            try {
                api.call(OrtFunction.REGISTER_ARENA, environment.raw(), memory, arena);
            } catch (OrtException e) {
                api.release(OrtFunction.RELEASE_MEMORY, memory);
                throw e;
            } finally {
                api.release(OrtFunction.RELEASE_ARENA_SETTINGS, arena);
            }
            return new SharedArena(environment, memory);
        } catch (OrtException e) {
            environment.sharesArena().set(false);
            throw e.during("The shared arena (" + settings + ") could not be made");
        }
    }

    @Override
    void free(MemorySegment memory) {
        environment().api().call(OrtFunction.UNREGISTER_ARENA, environment().raw(), memory);
        environment().api().release(OrtFunction.RELEASE_MEMORY, memory);
        environment().sharesArena().set(false);
    }
}
