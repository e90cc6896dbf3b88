package io.agentopt.lower;

import org.slf4j.LoggerFactory;

/** The lowering of a process without the native library. Which one that is does not change, so the reason is logged once, by the first who asks. */
final class PlainJava {
    private static volatile boolean told; // only about the log: two threads at once may both tell

    private PlainJava() {}

    static Lowering because(String reason, LoweringCosts costs) {
        if (!told) {
            told = true;
            LoggerFactory.getLogger(Lowering.class).info("Lowering in plain Java, without optimisation: {}", reason);
        }
        return new DirectLowering(costs);
    }
}
