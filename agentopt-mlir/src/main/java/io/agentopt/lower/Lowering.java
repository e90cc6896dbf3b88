package io.agentopt.lower;

import io.agentopt.graph.AgentGraph;
import io.agentopt.mlir.ffi.Availability.Available;
import io.agentopt.mlir.ffi.Availability.Unavailable;
import io.agentopt.mlir.ffi.Mlir;
import io.agentopt.plan.Placement;
import io.agentopt.program.Program;

/** Turns a graph and a placement into a program. */
public interface Lowering {
    /**
     * Lowers a graph.
     *
     * @throws IllegalArgumentException if the placement lacks an operator of the graph
     */
    Program lower(AgentGraph<?, ?> graph, Placement placement);

    /** {@return the lowering through MLIR where its library is there, else the one in plain Java; the reason is logged once} */
    static Lowering best() {
        return best(LoweringCosts.unknown());
    }

    /** {@return the same, with what a plan predicts; see {@link LoweringCosts#of}} */
    static Lowering best(LoweringCosts costs) {
        return switch (Mlir.availability()) {
            case Available a -> new MlirLowering(costs);
            case Unavailable(String reason) -> PlainJava.because(reason, costs);
        };
    }
}
