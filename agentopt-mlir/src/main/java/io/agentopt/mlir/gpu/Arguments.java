package io.agentopt.mlir.gpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** The values of a launch, laid out once and used for any number of launches, from any thread. */
public final class Arguments {
    private static final long SLOT_BYTES = 8;

    private final List<GpuResource> memories = new ArrayList<>();
    private final MemorySegment slots;
    private final MemorySegment pointers;
    private int filled;

    private Arguments(int count) {
        Arena life = Arena.ofAuto();
        slots = life.allocate(Math.max(1, count) * SLOT_BYTES, SLOT_BYTES);
        pointers = life.allocate(ADDRESS, Math.max(1, count));
        for (int i = 0; i < count; i++) pointers.setAtIndex(ADDRESS, i, slots.asSlice(i * SLOT_BYTES, SLOT_BYTES));
    }

    /**
     * {@return the values in the kernel's order}
     *
     * @throws IllegalStateException when a memory is closed
     */
    public static Arguments of(Argument... arguments) {
        int count = 0;
        for (Argument a : arguments) count += a.values();
        Arguments block = new Arguments(count);
        for (Argument a : arguments) block.add(a);
        return block;
    }

    /** {@return the address of the array of pointers that a launch takes} */
    long pointers() {
        return pointers.address();
    }

    /** Holds every memory, or none when one of them is closed or lives elsewhere. */
    void hold(GpuContext context) {
        int held = 0;
        try {
            for (; held < memories.size(); held++) {
                memories.get(held).mustBelongTo(context);
                memories.get(held).hold();
            }
        } catch (RuntimeException e) {
            while (held-- > 0) memories.get(held).drop();
            throw e;
        }
    }

    void drop() {
        try {
            for (GpuResource memory : memories) memory.drop();
        } finally {
            java.lang.ref.Reference.reachabilityFence(this);
        }
    }

    private void add(Argument argument) {
        switch (argument) {
            case Argument.Index(long value) -> add(value);
            case Argument.Int32(int value) -> slots.set(JAVA_INT, SLOT_BYTES * filled++, value);
            case Argument.Float32(float value) -> slots.set(JAVA_FLOAT, SLOT_BYTES * filled++, value);
            case Argument.Address(DeviceSegment memory) -> add(address(memory));
            case Argument.HostAddress(PinnedMemory memory, long offset) -> add(address(memory) + offset);
            case Argument.Memref memref -> add(memref);
        }
    }

    private void add(Argument.Memref memref) {
        long address = address(memref.memory());
        add(address);
        add(address);
        add(0);
        long[] shape = memref.shape();
        for (long size : shape) add(size);
        for (int i = 0; i < shape.length; i++) {
            long stride = 1;
            for (int k = i + 1; k < shape.length; k++) stride *= shape[k];
            add(stride);
        }
    }

    private void add(long value) {
        slots.set(JAVA_LONG, SLOT_BYTES * filled++, value);
    }

    private long address(DeviceSegment segment) {
        return address(segment.owner()) + segment.offset();
    }

    private long address(GpuResource memory) {
        long base = memory.hold();
        memory.drop();
        memories.add(memory);
        return base;
    }
}
