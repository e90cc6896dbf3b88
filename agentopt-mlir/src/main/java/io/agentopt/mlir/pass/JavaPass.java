package io.agentopt.mlir.pass;

import io.agentopt.mlir.ir.Op;

/** A pass written in Java. */
@FunctionalInterface
public interface JavaPass {
    /**
     * Changes an op and what is inside it. Handles fetched here are good until this returns. Whatever is thrown ends the pipeline and reaches its caller as
     * it is; the module keeps the changes made so far and stays usable.
     *
     * @param op what the pipeline anchors this pass on: the module's root, or one {@code agent.graph}
     */
    void run(Op op);
}
