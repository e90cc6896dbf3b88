package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * Turns ONNX Runtime's telemetry off before an environment exists. Since 1.29 the library starts it while the environment is made, before it
 * can be asked not to, and matches the command line of the process with a recursive regular expression: a Java process with a class path of
 * some 3,000 characters overflows its stack and ends without a word. Where there is no shell it crashes too
 * (github.com/microsoft/onnxruntime issue 32173). The variable ORT_DISABLE_TELEMETRY, which it reads first, avoids both.
 */
final class OrtTelemetry {
    private static final String VARIABLE = "ORT_DISABLE_TELEMETRY";
    private static final int KEEP = 0; // what the user has set stays

    private OrtTelemetry() {}

    /** Sets the variable for the native code of this process; where the platform has no setenv, nothing happens. */
    @SuppressWarnings("restricted")
    static void turnOff() {
        if (System.getenv(VARIABLE) != null) return;
        Linker linker = Linker.nativeLinker();
        Optional<MemorySegment> setenv = linker.defaultLookup().find("setenv");
        if (setenv.isEmpty()) return;
        try (Arena scratch = Arena.ofConfined()) {
            int refused = (int)
                    linker.downcallHandle(setenv.get(), FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT))
                            .invokeExact(scratch.allocateFrom(VARIABLE), scratch.allocateFrom("1"), KEEP);
            if (refused != 0)
                throw new IllegalStateException("The variable " + VARIABLE + " could not be set: there is no memory.");
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }
}
