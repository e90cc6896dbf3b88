package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/** A variable of the process's environment as native code sees it; Java's copy stays what the application was given. */
record NativeVariable(String name) {
    private static final int KEEP = 0;

    /** Sets it unless the application did; nothing where the C library has no setenv (Windows). */
    @SuppressWarnings("restricted")
    void unlessGiven(String value) {
        if (System.getenv(name) != null) return;
        Linker linker = Linker.nativeLinker();
        MemorySegment address = linker.defaultLookup().find("setenv").orElse(MemorySegment.NULL);
        if (address.address() == 0) return;
        MethodHandle setenv =
                linker.downcallHandle(address, FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
        try (Arena scratch = Arena.ofConfined()) {
            int _ = (int) setenv.invokeExact(scratch.allocateFrom(name), scratch.allocateFrom(value), KEEP);
        } catch (Throwable t) {
            throw OrtApi.unchecked(t);
        }
    }

    /** {@return what native code sees; empty if it is not set} */
    @SuppressWarnings("restricted")
    String value() {
        Linker linker = Linker.nativeLinker();
        MethodHandle getenv = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("getenv"), FunctionDescriptor.of(ADDRESS, ADDRESS));
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment found = (MemorySegment) getenv.invokeExact(scratch.allocateFrom(name));
            if (found.address() == 0) return "";
            return found.reinterpret(Long.MAX_VALUE).getString(0, StandardCharsets.UTF_8);
        } catch (Throwable t) {
            throw OrtApi.unchecked(t);
        }
    }
}
