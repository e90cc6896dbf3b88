package io.agentopt.mlir.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/**
 * Calls compiled kernels: {@code entry(begin, end, lengths, buffer...)}. Buffers and code cross as segments, not as numbers, so that the linker keeps their
 * arenas open during the call: closing one meanwhile fails in Java.
 */
public final class KernelEntry {
    private final MemorySegment code;
    private final MethodHandle call;

    private KernelEntry(MemorySegment code, MethodHandle call) {
        this.code = code;
        this.call = call;
    }

    /** {@return the kernel whose entry is at the segment's address, which lives as long as the segment's arena} */
    public static KernelEntry of(MemorySegment code, int buffers) {
        MemoryLayout[] layouts = new MemoryLayout[buffers + 4];
        Arrays.fill(layouts, ADDRESS);
        layouts[0] = JAVA_LONG;
        layouts[1] = JAVA_LONG;
        // The last argument is the code itself: the kernel does not look at it, the linker keeps it alive.
        MethodHandle linked = Linker.nativeLinker()
                .downcallHandle(MemorySegment.ofAddress(code.address()), FunctionDescriptor.ofVoid(layouts));
        return new KernelEntry(code, linked.asSpreader(2 + 1, MemorySegment[].class, buffers));
    }

    /**
     * Runs rows {@code begin} to {@code end}, excluded.
     *
     * @param lengths the length of each dimension of each buffer, one after the other
     */
    public void call(long begin, long end, MemorySegment lengths, MemorySegment... buffers) {
        try {
            call.invokeExact(begin, end, lengths, buffers, code);
        } catch (RuntimeException e) {
            throw e; // the linker's: an arena is closed
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }
}
