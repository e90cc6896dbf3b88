package io.agentopt.runtime.device.fact;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Calls functions of NVML by name. Pointers, handles and integers all cross as {@code long}, which the 64-bit C interfaces of its
 * platforms pass alike; every function returns an error number. A function that this library does not have is {@link #ABSENT}.
 * One thread at a time.
 */
final class NvmlLibrary {
    /** What {@link #call} returns for a function that is not there; NVML's own number for it. */
    static final int ABSENT = 13;

    private static final long LONGEST_TEXT = 1 << 10;

    private final SymbolLookup symbols;
    private final Map<String, Optional<MethodHandle>> bound = new HashMap<>();

    NvmlLibrary(SymbolLookup symbols) {
        this.symbols = symbols;
    }

    int call(String function, long... arguments) {
        Optional<MethodHandle> handle = bound.computeIfAbsent(function, f -> bind(f, arguments.length));
        if (handle.isEmpty()) return ABSENT;
        try {
            return (int) handle.get().invokeExact(arguments);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException("A call of " + function + " failed before it was made.", t);
        }
    }

    /** {@return the error's text with its number} */
    @SuppressWarnings("restricted")
    String describe(int error) {
        Optional<MemorySegment> function = symbols.find("nvmlErrorString");
        if (error == ABSENT || function.isEmpty()) return error == ABSENT ? "not in this library" : "error " + error;
        try {
            MethodHandle text = Linker.nativeLinker()
                    .downcallHandle(function.get(), FunctionDescriptor.of(ValueLayout.ADDRESS, JAVA_INT));
            MemorySegment said = (MemorySegment) text.invokeExact(error);
            return (said.address() == 0
                            ? "unknown error"
                            : said.reinterpret(LONGEST_TEXT).getString(0))
                    + " (" + error + ")";
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException("A call of nvmlErrorString failed before it was made.", t);
        }
    }

    @SuppressWarnings("restricted")
    private Optional<MethodHandle> bind(String function, int arguments) {
        MemoryLayout[] layouts = new MemoryLayout[arguments];
        Arrays.fill(layouts, JAVA_LONG);
        return symbols.find(function)
                .map(address -> Linker.nativeLinker()
                        .downcallHandle(address, FunctionDescriptor.of(JAVA_INT, layouts))
                        .asSpreader(long[].class, arguments));
    }

    /** {@return the text in a buffer, which ends at its end at the latest} */
    static String text(MemorySegment buffer) {
        byte[] bytes = buffer.toArray(ValueLayout.JAVA_BYTE);
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) end++;
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }
}
