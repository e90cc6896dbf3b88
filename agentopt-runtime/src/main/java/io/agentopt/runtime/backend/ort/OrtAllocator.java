package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Gives memory of one kind; tensors from it keep it open. */
public final class OrtAllocator extends OrtHandle {
    /** The version and place of the function for statistics in ONNX Runtime's structure of an allocator. */
    private static final int STATISTICS_SINCE = 23;

    private static final long STATISTICS = 5 * ADDRESS.byteSize();

    private final String memory;
    private final @Nullable OrtSession session;

    private OrtAllocator(
            OrtEnvironment environment, MemorySegment raw, OrtMemory memory, @Nullable OrtSession session) {
        super(environment, "allocator of " + memory, raw);
        this.memory = memory.toString();
        this.session = session;
    }

    /**
     * {@return a session's allocator: what its runs use, arena included}
     *
     * @throws OrtException if the session has none for that memory
     */
    public static OrtAllocator of(OrtSession session, OrtMemory memory) {
        OrtEnvironment environment = session.environment();
        MemorySegment of = session.enter(); // held until the allocator is freed
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment out = scratch.allocate(ADDRESS);
            MemorySegment place = memory.enter();
            try {
                environment.api().call(OrtFunction.CREATE_ALLOCATOR, of, place, out);
            } finally {
                memory.exit();
            }
            return new OrtAllocator(environment, out.get(ADDRESS, 0), memory, session);
        } catch (RuntimeException e) {
            session.exit();
            throw e instanceof OrtException o
                    ? o.during("The session of model '" + session.model() + "' has no allocator of " + memory)
                    : e;
        }
    }

    /**
     * {@return the allocator that the environment has for a device's memory, without any session}
     *
     * @throws OrtException if it has none
     */
    public static OrtAllocator shared(OrtMemory memory) {
        OrtEnvironment environment = OrtEnvironment.get();
        MemorySegment place = memory.enter();
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment out = scratch.allocate(ADDRESS);
            environment.api().call(OrtFunction.SHARED_ALLOCATOR, environment.raw(), place, out);
            MemorySegment raw = out.get(ADDRESS, 0);
            if (raw.address() == 0) {
                throw new OrtException(
                        OrtException.NOT_FROM_ORT,
                        "There is no shared allocator of " + memory + ". Register its provider, or use a session's.");
            }
            return new OrtAllocator(environment, raw, memory, null);
        } finally {
            memory.exit();
        }
    }

    /**
     * {@return a new tensor in this memory; its contents are undefined}
     *
     * @throws OrtException if the memory does not suffice
     */
    public OrtTensor allocate(ElementType type, long... shape) {
        OrtTensor.elements(shape);
        MemorySegment raw = enter(); // held until the tensor is freed
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment out = scratch.allocate(ADDRESS);
            environment()
                    .api()
                    .invoke(
                            OrtFunction.CREATE_TENSOR_IN,
                            raw,
                            scratch.allocateFrom(JAVA_LONG, shape),
                            (long) shape.length,
                            type.onnx(),
                            out);
            return OrtTensor.owned(environment(), out.get(ADDRESS, 0), "a new tensor", this);
        } catch (RuntimeException e) {
            exit();
            throw e instanceof OrtException o
                    ? o.during("The tensor " + type + " " + Arrays.toString(shape) + " in " + memory
                            + " could not be allocated")
                    : e;
        }
    }

    /** {@return what the allocator tells of itself, such as {@code InUse} and {@code MaxInUse} in bytes; empty if it does not} */
    public Map<String, String> statistics() {
        Map<String, String> found = new TreeMap<>();
        MemorySegment raw = enter();
        try (Arena scratch = Arena.ofConfined()) {
            OrtApi api = environment().api();
            MemorySegment out = scratch.allocate(ADDRESS);
            if (!tells(raw)) return found;
            api.call(OrtFunction.ALLOCATOR_STATS, raw, out);
            MemorySegment pairs = out.get(ADDRESS, 0);
            try {
                found.putAll(OrtPairs.read(api, pairs));
            } finally {
                api.release(OrtFunction.RELEASE_PAIRS, pairs);
            }
            return found;
        } finally {
            exit();
        }
    }

    // ONNX Runtime calls the allocator's own function without looking whether a provider's allocator has one.
    @SuppressWarnings("restricted")
    private static boolean tells(MemorySegment raw) {
        MemorySegment allocator = raw.reinterpret(STATISTICS + ADDRESS.byteSize());
        return allocator.get(JAVA_INT, 0) >= STATISTICS_SINCE
                && allocator.get(ADDRESS, STATISTICS).address() != 0;
    }

    @Override
    void free(MemorySegment handle) {
        if (session == null) return; // the environment's
        environment().api().release(OrtFunction.RELEASE_ALLOCATOR, handle);
        session.exit();
    }
}
