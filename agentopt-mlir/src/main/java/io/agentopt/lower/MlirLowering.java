package io.agentopt.lower;

import io.agentopt.graph.AgentGraph;
import io.agentopt.mlir.ir.MlirContext;
import io.agentopt.mlir.ir.MlirModule;
import io.agentopt.mlir.pass.Pipeline;
import io.agentopt.plan.Placement;
import io.agentopt.program.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Lowers through the agent dialect. The passes, in order; the module is verified after each:
 *
 * <ol>
 *   <li>{@code canonicalize, cse}: merges equal work, drops what nobody uses; before LLM calls are split, since a KV cache has one
 *       owner
 *   <li>{@code loop-invariant-code-motion}: work that a loop repeats with the same operands moves out of it
 *   <li>{@link DecomposeGenerate}, {@link ApplyPlacement}, {@link InsertTransfers}
 *   <li>{@code cse}: merges equal transfers
 * </ol>
 */
public final class MlirLowering implements Lowering {
    private final Consumer<IrDump> dumps;

    /** A lowering that shows nothing. */
    public MlirLowering() {
        this(d -> {});
    }

    private MlirLowering(Consumer<IrDump> dumps) {
        this.dumps = dumps;
    }

    /** {@return this lowering, showing the IR before the first pass and after each} */
    public MlirLowering printing(Consumer<IrDump> listener) {
        return new MlirLowering(listener);
    }

    /**
     * A program and the IR that it was read from.
     *
     * @param bytecode the module after the last pass, in MLIR's binary form, names included
     */
    public record Lowered(Program program, byte[] bytecode) {}

    @Override
    public Program lower(AgentGraph<?, ?> graph, Placement placement) {
        return lower(graph, placement, ProgramReader::read);
    }

    /** Lowers a graph and keeps the IR. Errors as in {@link #lower(AgentGraph, Placement)}. */
    public Lowered withBytecode(AgentGraph<?, ?> graph, Placement placement) {
        return lower(graph, placement, module -> new Lowered(ProgramReader.read(module), module.bytecode()));
    }

    private <T> T lower(AgentGraph<?, ?> graph, Placement placement, Function<MlirModule, T> read) {
        try (MlirContext context = MlirContext.create();
                MlirModule module = GraphToIr.write(context, graph)) {
            module.verify();
            dumps.accept(new IrDump("input", module.print()));
            Pipeline.of("canonicalize,cse,loop-invariant-code-motion")
                    .thenEachGraph(DecomposeGenerate.NAME, new DecomposeGenerate(placement))
                    .thenEachGraph(ApplyPlacement.NAME, new ApplyPlacement(placement))
                    .thenEachGraph(InsertTransfers.NAME, new InsertTransfers(placement.home()))
                    .then("cse")
                    .run(module, (pass, ir) -> dumps.accept(new IrDump(pass, ir.get())));
            return read.apply(module);
        }
    }

    /** {@return the IR of a graph before and after each pass} */
    public static List<IrDump> trace(AgentGraph<?, ?> graph, Placement placement) {
        List<IrDump> all = new ArrayList<>();
        new MlirLowering().printing(all::add).lower(graph, placement);
        return all;
    }
}
