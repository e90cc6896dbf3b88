package io.agentopt.mlir.pass;

import java.util.function.Supplier;

/** Sees the IR after each pass. */
@FunctionalInterface
public interface PassObserver {
    /** Watches nothing. */
    PassObserver NONE = (_, _) -> {};

    /**
     * Called after a pass succeeded and the module verified.
     *
     * @param pass the pass's name
     * @param ir prints the module; only valid during the call, costs nothing when not asked
     */
    void after(String pass, Supplier<String> ir);
}
