package io.agentopt.runtime.backend.ort;

/**
 * Turns ONNX Runtime's telemetry off before it begins. On Linux, 1.29 matches the process's command line against regular expressions when
 * an environment is created, one stack frame after the other for each letter: a class path of some 4,000 letters overflows a Java thread's
 * stack and ends the JVM without a word. The function that disables telemetry takes the environment, and so comes too late.
 */
final class Telemetry {
    static final String VARIABLE = "ORT_DISABLE_TELEMETRY";

    private Telemetry() {}

    /** Sets the variable that ONNX Runtime looks at, unless the application set it. */
    static void turnOff() {
        new NativeVariable(VARIABLE).unlessGiven("1");
    }
}
