package io.agentopt.mlir.ffi;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Pages of this process that hold code, on Linux. They are written first and executable then, never both. */
public final class ExecutableMemory {
    private static final int READ_WRITE = 1 | 2;
    private static final int READ_EXECUTE = 1 | 4;
    private static final int PRIVATE_ANONYMOUS = 0x22;

    private ExecutableMemory() {}

    private static final class Pages {
        static final MethodHandle MAP =
                libc("mmap", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
        static final MethodHandle PROTECT = libc("mprotect", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
        static final MethodHandle UNMAP = libc("munmap", JAVA_INT, JAVA_LONG, JAVA_LONG);

        private static MethodHandle libc(String name, ValueLayout result, ValueLayout... arguments) {
            return Linker.nativeLinker().downcallHandle(function(name), FunctionDescriptor.of(result, arguments));
        }

        static MemorySegment function(String name) {
            return Linker.nativeLinker()
                    .defaultLookup()
                    .find(name)
                    .orElseThrow(() -> new IllegalStateException("The C library has no " + name + "."));
        }
    }

    /**
     * {@return the address of pages with this content, which may be run and no longer written}
     *
     * @throws IllegalStateException when the system gives no such pages, as where a policy forbids code that was written by the process
     */
    public static long of(byte[] code) {
        try {
            long address = (long) Pages.MAP.invokeExact(0L, (long) code.length, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
            if (address == -1) throw refused(code.length);
            MemorySegment.ofAddress(address).reinterpret(code.length).copyFrom(MemorySegment.ofArray(code));
            if ((int) Pages.PROTECT.invokeExact(address, (long) code.length, READ_EXECUTE) != 0) {
                free(address, code.length);
                throw refused(code.length);
            }
            return address;
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    /** {@return where the C library's functions are that compilers call by themselves: memcpy, memmove and memset} */
    public static Map<String, Long> copies() {
        Map<String, Long> addresses = new TreeMap<>();
        for (String name : List.of("memcpy", "memmove", "memset"))
            addresses.put(name, Pages.function(name).address());
        return addresses;
    }

    /** Gives pages back; nobody may be running them. */
    public static void free(long address, long bytes) {
        try {
            int _ = (int) Pages.UNMAP.invokeExact(address, bytes);
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    private static IllegalStateException refused(int bytes) {
        return new IllegalStateException("The system gives this process no memory for " + bytes
                + " bytes of code. Put the code generation library on the class path, or run the Java references.");
    }
}
