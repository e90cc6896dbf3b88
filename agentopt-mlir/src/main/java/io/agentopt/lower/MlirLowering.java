package io.agentopt.lower;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.NodeOptions;
import io.agentopt.mlir.ir.MlirContext;
import io.agentopt.mlir.ir.MlirModule;
import io.agentopt.mlir.pass.PassObserver;
import io.agentopt.mlir.pass.Pipeline;
import io.agentopt.plan.Placement;
import io.agentopt.program.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Lowers through the agent dialect. The passes, in order; the module is verified after each:
 *
 * <ol>
 *   <li>{@code canonicalize, cse}: merges equal work, drops what nobody uses; before LLM calls are split, since a KV cache has one
 *       owner
 *   <li>{@code loop-invariant-code-motion}: work that a loop repeats with the same operands moves out of it
 *   <li>{@link DecomposeGenerate}, {@link MergeSharedPrefix}, {@link ApplyPlacement}, {@link ShardModels}, {@link FuseTransforms},
 *       {@link InsertTransfers}
 *   <li>{@code cse}: merges equal transfers
 *   <li>{@link Schedule}, {@link OutlineKernels}
 * </ol>
 */
public final class MlirLowering implements Lowering {
    /** The stage that the IR is in before the first pass. */
    public static final String INPUT = "input";

    /** Every region of the dialect is one block, in which there is nothing to simplify but dead ops; those go anyway. */
    private static final String SIMPLIFY = "canonicalize{region-simplify=disabled},cse,loop-invariant-code-motion";

    private final LoweringCosts costs;
    private final PassObserver observer;

    /** A lowering that knows the placement alone, and shows nothing. */
    public MlirLowering() {
        this(LoweringCosts.unknown());
    }

    /** A lowering whose passes ask what a plan predicts, and that shows nothing. */
    public MlirLowering(LoweringCosts costs) {
        this(costs, PassObserver.NONE);
    }

    private MlirLowering(LoweringCosts costs, PassObserver observer) {
        this.costs = costs;
        this.observer = observer;
    }

    /** {@return this lowering, calling an observer before the first pass, as {@value #INPUT}, and after each} */
    public MlirLowering observed(PassObserver by) {
        return new MlirLowering(costs, by);
    }

    /** {@return this lowering, showing the IR before the first pass and after each} */
    public MlirLowering printing(Consumer<IrDump> listener) {
        return observed((pass, ir) -> listener.accept(new IrDump(pass, ir.get())));
    }

    /**
     * {@return this lowering, showing the IR after some passes}
     *
     * @param after names of passes, or {@value #INPUT}; one that runs twice is shown twice
     * @throws IllegalArgumentException if one is no stage of this lowering
     */
    public MlirLowering printing(Set<String> after, Consumer<IrDump> listener) {
        for (String stage : after) {
            if (!stages().contains(stage)) {
                throw new IllegalArgumentException(
                        "The lowering has no pass '" + stage + "'. It has: " + String.join(", ", stages()) + ".");
            }
        }
        Set<String> shown = Set.copyOf(after);
        return observed((pass, ir) -> {
            if (shown.contains(pass)) listener.accept(new IrDump(pass, ir.get()));
        });
    }

    /** {@return the names that {@link #printing(Set, Consumer)} knows} */
    public static Set<String> stages() {
        Set<String> names = new TreeSet<>(pipeline(new Placement("", Map.of()), LoweringCosts.unknown(), p -> false)
                .names());
        names.add(INPUT);
        return names;
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
            observer.after(INPUT, module::print);
            pipeline(placement, costs, path -> limited(graph, path)).run(module, observer);
            return read.apply(module);
        }
    }

    /** {@return the passes, for a placement} */
    static Pipeline pipeline(Placement placement, LoweringCosts costs, Predicate<String> limited) {
        return Pipeline.of(SIMPLIFY)
                .thenEachGraph(DecomposeGenerate.NAME, new DecomposeGenerate(placement, costs))
                .thenEachGraph(MergeSharedPrefix.NAME, new MergeSharedPrefix(costs))
                .thenEachGraph(ApplyPlacement.NAME, new ApplyPlacement(placement, costs))
                .thenEachGraph(ShardModels.NAME, new ShardModels(costs))
                .thenEachGraph(FuseTransforms.NAME, new FuseTransforms(limited))
                .thenEachGraph(InsertTransfers.NAME, new InsertTransfers(placement.home()))
                .then("cse")
                .thenEachGraph(Schedule.NAME, new Schedule())
                .then(OutlineKernels.NAME, new OutlineKernels());
    }

    /** Whether a node's attempts are limited or repeated on their own. */
    static boolean limited(AgentGraph<?, ?> graph, String path) {
        var call = graph.calls().get(path);
        NodeOptions options = call == null ? NodeOptions.NONE : call.options();
        return options.timeout().isPresent() || options.retries() > 0;
    }

    /** {@return the IR of a graph before and after each pass} */
    public static List<IrDump> trace(AgentGraph<?, ?> graph, Placement placement) {
        return new MlirLowering().traced(graph, placement);
    }

    /** {@return the IR of a graph before and after each pass of this lowering} */
    public List<IrDump> traced(AgentGraph<?, ?> graph, Placement placement) {
        List<IrDump> all = new ArrayList<>();
        printing(all::add).lower(graph, placement);
        return all;
    }
}
