package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Turns ONNX Runtime's telemetry off before it begins. On Linux, 1.29 matches the process's command line against regular expressions when
 * an environment is created, one stack frame after the other for each letter: a class path of some 4,000 letters overflows a Java thread's
 * stack and ends the JVM without a word. The function that disables telemetry takes the environment, and so comes too late.
 */
final class Telemetry {
    static final String VARIABLE = "ORT_DISABLE_TELEMETRY";
    private static final int KEEP = 0;

    private Telemetry() {}

    /** Sets the variable that ONNX Runtime looks at, unless the application set it; nothing where the C library has no setenv (Windows). */
    @SuppressWarnings("restricted")
    static void turnOff() {
        if (System.getenv(VARIABLE) != null)
            return; // and Java's copy of the environment is what the application was given
        Linker linker = Linker.nativeLinker();
        MemorySegment address = linker.defaultLookup().find("setenv").orElse(MemorySegment.NULL);
        if (address.address() == 0) return;
        MethodHandle setenv =
                linker.downcallHandle(address, FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
        try (Arena scratch = Arena.ofConfined()) {
            int _ = (int) setenv.invokeExact(scratch.allocateFrom(VARIABLE), scratch.allocateFrom("1"), KEEP);
        } catch (Throwable t) {
            throw OrtApi.unchecked(t);
        }
    }
}
