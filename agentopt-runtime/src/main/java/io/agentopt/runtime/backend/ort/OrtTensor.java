package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A dense tensor, row-major, in host or device memory. It owns its memory ({@link #allocate}, {@link OrtAllocator#allocate},
 * results of a run), was lent it ({@link #over}), or borrows a part of another tensor's ({@link #view}), which then lives at
 * least as long. {@link #data()} is the memory itself: nothing is copied, and touching it after close is an
 * {@link IllegalStateException}; memory that the CPU cannot read has an {@link #address()} only.
 */
public final class OrtTensor extends OrtHandle {
    private static final int ALIGNMENT = 64;

    private final ElementType type;
    private final long[] shape;
    private final Storage storage;
    private final String place; // where it is, if not in host memory
    private final @Nullable OrtHandle lender;
    private final Runnable release;

    // The memory as long as the tensor lives. A shared arena costs a handshake with every thread when it is closed, a
    // hundred times a small run, so results get one only if somebody asks.
    private @Nullable Arena arena; // guarded by this
    private volatile @Nullable MemorySegment data;

    /**
     * Where the elements lie.
     *
     * @param memory ONNX Runtime's description, which outlives the tensor
     * @param host whether the CPU can read it
     * @param address of the first element
     */
    private record Storage(MemorySegment memory, boolean host, long address, long bytes) {
        MemorySegment pointer() {
            return MemorySegment.ofAddress(address);
        }
    }

    private OrtTensor(
            OrtEnvironment environment,
            MemorySegment raw,
            ElementType type,
            long[] shape,
            Storage storage,
            @Nullable MemorySegment data,
            @Nullable Arena arena,
            @Nullable OrtHandle lender,
            Runnable release) {
        super(environment, "tensor", raw);
        this.type = type;
        this.shape = shape;
        this.storage = storage;
        this.data = data;
        this.arena = arena;
        this.lender = lender;
        this.release = release;
        place = storage.host() ? "" : " in " + OrtMemory.text(environment.api(), storage.memory());
    }

    private static void nothing() {}

    /** {@return a new tensor of zeros} */
    public static OrtTensor allocate(ElementType type, long... shape) {
        return allocate((arena, bytes) -> arena.allocate(bytes, ALIGNMENT), type, shape);
    }

    /**
     * {@return a new tensor of zeros whose memory the system gives page by page when it is first written}
     *
     * @throws OutOfMemoryError if the system refuses even the addresses
     */
    public static OrtTensor reserve(ElementType type, long... shape) {
        return allocate((arena, bytes) -> ReservedMemory.allocate(arena, bytes, ALIGNMENT), type, shape);
    }

    @FunctionalInterface
    private interface Allocation {
        MemorySegment from(Arena arena, long bytes);
    }

    @SuppressWarnings("MustBeClosedChecker") // the tensor closes its arena
    private static OrtTensor allocate(Allocation allocation, ElementType type, long... shape) {
        OrtEnvironment environment = OrtEnvironment.get();
        long bytes = Math.multiplyExact(elements(shape), (long) type.bytes());
        Arena arena = Arena.ofShared();
        try {
            MemorySegment data = allocation.from(arena, Math.max(bytes, 1)).asSlice(0, bytes);
            Storage storage = new Storage(environment.cpuMemory(), true, data.address(), bytes);
            return new OrtTensor(
                    environment,
                    wrap(environment, storage, type, shape),
                    type,
                    shape.clone(),
                    storage,
                    data,
                    arena,
                    null,
                    OrtTensor::nothing);
        } catch (RuntimeException | OutOfMemoryError e) {
            arena.close();
            throw e;
        }
    }

    /**
     * {@return a tensor over a part of this one's memory; it may outlive {@link #close()} of this one}
     *
     * @param firstElement where the part begins, in elements of this tensor's type
     * @param shape of the part
     * @throws IndexOutOfBoundsException if the part does not lie within this tensor
     */
    public OrtTensor view(long firstElement, long... shape) {
        enter(); // held until the view is freed
        try {
            long from = Math.multiplyExact(firstElement, (long) type.bytes()),
                    bytes = Math.multiplyExact(elements(shape), (long) type.bytes());
            if (from < 0 || bytes > storage.bytes() - from) {
                throw new IndexOutOfBoundsException("A view of shape " + Arrays.toString(shape) + " from element "
                        + firstElement + " does not lie within the " + this + ".");
            }
            Storage part = new Storage(storage.memory(), storage.host(), storage.address() + from, bytes);
            return new OrtTensor(
                    environment(),
                    wrap(environment(), part, type, shape),
                    type,
                    shape.clone(),
                    part,
                    null,
                    null,
                    this,
                    OrtTensor::nothing);
        } catch (RuntimeException e) {
            exit();
            throw e;
        }
    }

    /**
     * {@return a tensor over memory that another owner keeps, such as a driver's allocation}
     *
     * @param memory where it lies
     * @param address of the first element, as the device knows it
     * @param bytes that are there
     * @param release called once, when the last use of the tensor and its views has ended
     * @throws IllegalArgumentException if the shape needs more bytes, or the address is 0
     */
    @SuppressWarnings({"restricted", "MustBeClosedChecker"}) // the tensor closes its arena
    public static OrtTensor over(
            OrtMemory memory, long address, long bytes, Runnable release, ElementType type, long... shape) {
        long need = Math.multiplyExact(elements(shape), (long) type.bytes());
        if (address == 0 || need > bytes) {
            throw new IllegalArgumentException("The " + bytes + " bytes at 0x" + Long.toHexString(address) + " in "
                    + memory + " cannot hold a tensor " + type + " " + Arrays.toString(shape) + ", which needs " + need
                    + ".");
        }
        OrtEnvironment environment = memory.environment();
        MemorySegment place = memory.enter(); // held until the tensor is freed
        Arena arena = Arena.ofShared();
        try {
            MemorySegment data = MemorySegment.ofAddress(address).reinterpret(need, arena, null);
            Storage storage = new Storage(place, memory.isHost(), address, need);
            return new OrtTensor(
                    environment,
                    wrap(environment, storage, type, shape),
                    type,
                    shape.clone(),
                    storage,
                    data,
                    arena,
                    memory,
                    release);
        } catch (RuntimeException e) {
            arena.close();
            memory.exit();
            throw e;
        }
    }

    /**
     * {@return the tensor that a run made; it owns the value}
     *
     * @param owner whose it is, as the subject of a sentence
     * @param room as {@link TypeAndShape#of} takes it
     */
    static OrtTensor result(OrtEnvironment environment, MemorySegment value, String owner, MemorySegment room) {
        return owned(environment, value, owner, null, room);
    }

    /** {@return a tensor that owns the value; {@code lender} is exited when it is freed, but not if this throws} */
    static OrtTensor owned(OrtEnvironment environment, MemorySegment value, String owner, @Nullable OrtHandle lender) {
        try (Arena scratch = Arena.ofConfined()) {
            return owned(environment, value, owner, lender, TypeAndShape.room(scratch));
        }
    }

    private static OrtTensor owned(
            OrtEnvironment environment,
            MemorySegment value,
            String owner,
            @Nullable OrtHandle lender,
            MemorySegment room) {
        OrtApi api = environment.api();
        try {
            api.call(OrtFunction.IS_TENSOR, value, room);
            if (room.get(JAVA_INT, 0) == 0) {
                throw new OrtException(
                        OrtException.NOT_FROM_ORT, owner + " is a sequence or map; only tensors are supported.");
            }
            api.call(OrtFunction.GET_TYPE_AND_SHAPE, value, room);
            MemorySegment described = room.get(ADDRESS, 0);
            TypeAndShape found;
            try {
                found = TypeAndShape.of(api, described, room, owner);
            } finally {
                api.release(OrtFunction.RELEASE_TYPE_AND_SHAPE, described);
            }
            api.call(OrtFunction.TENSOR_MEMORY, value, room);
            MemorySegment memory = room.get(ADDRESS, 0);
            boolean host = OrtMemory.isHost(api, memory, room);
            api.call(OrtFunction.GET_DATA, value, room);
            long address = room.get(JAVA_LONG, 0),
                    bytes = elements(found.shape()) * found.type().bytes();
            if (bytes > 0 && address == 0) {
                throw new OrtException(
                        OrtException.NOT_FROM_ORT,
                        owner + " needs " + bytes + " bytes in " + OrtMemory.text(api, memory)
                                + ", whose allocator gave none. Make it smaller, or free memory.");
            }
            Storage storage = new Storage(memory, host, address, bytes);
            return new OrtTensor(
                    environment, value, found.type(), found.shape(), storage, null, null, lender, OrtTensor::nothing);
        } catch (RuntimeException e) {
            api.release(OrtFunction.RELEASE_VALUE, value);
            throw e;
        }
    }

    private static MemorySegment wrap(OrtEnvironment environment, Storage storage, ElementType type, long[] shape) {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment out = scratch.allocate(ADDRESS);
            OrtApi api = environment.api();
            api.check((long) api.reporting(OrtFunction.CREATE_TENSOR)
                    .invokeExact(
                            storage.memory(),
                            storage.pointer(),
                            storage.bytes(),
                            scratch.allocateFrom(JAVA_LONG, shape),
                            (long) shape.length,
                            type.onnx(),
                            out));
            return out.get(ADDRESS, 0);
        } catch (Throwable t) {
            throw OrtApi.unchecked(t);
        }
    }

    static long elements(long[] shape) {
        long n = 1;
        for (long d : shape) {
            if (d < 0)
                throw new IllegalArgumentException(
                        "The shape " + Arrays.toString(shape) + " has a negative size (" + d + ").");
            n = Math.multiplyExact(n, d);
        }
        return n;
    }

    /**
     * {@return the memory; unreachable after close}  What reads a run's result once does so by {@link #read}, which is faster:
     * the first call of this makes closing wait for all threads.
     *
     * @throws IllegalStateException if this is closed, or the CPU cannot read its memory
     */
    public MemorySegment data() {
        if (isClosed()) throw closedException();
        requireHost();
        MemorySegment found = data;
        if (found != null) return found;
        enter();
        try {
            return segment();
        } finally {
            exit();
        }
    }

    private void requireHost() {
        if (storage.host()) return;
        throw new IllegalStateException(
                "The CPU cannot read the " + this + ". Copy it into a host tensor first (TensorCopy.copy).");
    }

    /** {@return the memory of a tensor that is in use} */
    @SuppressWarnings({"restricted", "MustBeClosedChecker"}) // the tensor closes its arena
    private synchronized MemorySegment segment() {
        MemorySegment found = data;
        if (found != null) return found;
        if (lender instanceof OrtTensor whole) {
            found = whole.segment().asSlice(storage.address() - whole.storage.address(), storage.bytes());
        } else {
            Arena own = Arena.ofShared();
            arena = own;
            found = storage.pointer().reinterpret(storage.bytes(), own, null);
        }
        data = found;
        return found;
    }

    /**
     * Reads the memory; closing meanwhile waits for the end.
     *
     * @param reader gets the memory, for this call and this thread: touched later, it is an {@link IllegalStateException}
     * @return what the reader gives
     * @throws IllegalStateException if this is closed, or the CPU cannot read its memory
     */
    @SuppressWarnings("restricted")
    public <T> T read(Function<MemorySegment, T> reader) {
        enter();
        try (Arena scope = Arena.ofConfined()) {
            requireHost();
            return reader.apply(
                    storage.pointer().reinterpret(storage.bytes(), scope, null).asReadOnly());
        } finally {
            exit();
        }
    }

    /** {@return where the first element lies, as its device knows it; valid until close} */
    public long address() {
        if (isClosed()) throw closedException();
        return storage.address();
    }

    /** {@return whether the CPU can read it} */
    public boolean isHost() {
        return storage.host();
    }

    public ElementType type() {
        return type;
    }

    /**
     * Sets an element of a tensor of int32 or int64, which models take token ids, masks and positions as.
     *
     * @throws IllegalStateException as {@link #data}, or if the type is another
     */
    public void set(long index, int value) {
        switch (type) {
            case INT64 -> data().setAtIndex(JAVA_LONG, index, value);
            case INT32 -> data().setAtIndex(JAVA_INT, index, value);
            default -> throw new IllegalStateException("The " + this + " takes no whole numbers of 32 bits or more.");
        }
    }

    /** {@return sizes, outermost first} */
    public long[] shape() {
        return shape.clone();
    }

    boolean fits(TensorSpec spec) {
        return spec.accepts(type, shape);
    }

    @Override
    void free(MemorySegment handle) {
        closeArena(); // before the memory goes: who reads it meanwhile gets an exception
        environment().api().release(OrtFunction.RELEASE_VALUE, handle);
        if (lender != null) lender.exit();
        release.run();
    }

    private synchronized void closeArena() {
        if (arena != null) arena.close();
    }

    @Override
    public String toString() {
        return "tensor " + type + " " + Arrays.toString(shape) + place;
    }
}
