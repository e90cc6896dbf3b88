package io.agentopt.lower;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.Bindings;
import io.agentopt.mlir.ir.MlirContext;
import io.agentopt.mlir.ir.MlirModule;

/** Graphs in MLIR's binary form. It keeps everything that a graph file keeps; functions, tools, memories and indexes are in it by name. */
public final class GraphIr {
    private GraphIr() {}

    /**
     * {@return the graph in the agent dialect, as bytecode}
     *
     * @throws IllegalStateException when the native library is unavailable
     */
    public static byte[] write(AgentGraph<?, ?> graph) {
        try (MlirContext context = MlirContext.create();
                MlirModule module = GraphToIr.write(context, graph)) {
            return module.bytecode();
        }
    }

    /**
     * {@return the graph that was written: with the bindings of the original it is equal to that}
     *
     * @param input the type that a run is given, or {@code Object} for whatever was written
     * @param output the type that a run answers, or {@code Object} for whatever was written
     * @param bindings what names stand for; {@link Bindings#of} gives those of the original
     * @throws io.agentopt.mlir.ir.MlirException if the bytes are no bytecode of valid IR
     * @throws io.agentopt.graph.GraphException if they describe a graph that cannot be, or name what is not bound
     * @throws IllegalArgumentException if they are not what a graph was written as
     */
    public static <I, O> AgentGraph<I, O> read(byte[] bytecode, Class<I> input, Class<O> output, Bindings bindings) {
        try (MlirContext context = MlirContext.create()) {
            CustomKinds.load(context, CustomKinds.of(bindings));
            try (MlirModule module = context.read(bytecode, "graph")) {
                return IrToGraph.read(module, input, output, bindings);
            }
        }
    }
}
