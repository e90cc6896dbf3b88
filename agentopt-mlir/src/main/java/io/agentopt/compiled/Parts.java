package io.agentopt.compiled;

import io.agentopt.compiled.Manifest.File;
import io.agentopt.compiled.Manifest.KernelFile;
import io.agentopt.compiled.StoredZip.Entry;
import io.agentopt.graph.GraphJson;
import io.agentopt.lower.Lowering;
import io.agentopt.lower.LoweringCosts;
import io.agentopt.lower.MlirLowering;
import io.agentopt.mlir.ffi.Availability.Available;
import io.agentopt.mlir.ffi.Availability.Unavailable;
import io.agentopt.mlir.ffi.Mlir;
import io.agentopt.plan.Plan;
import io.agentopt.plan.PlanJson;
import io.agentopt.program.Program;
import io.agentopt.program.ProgramJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * What a compiled plan is made of.
 *
 * @param idempotentTools names, sorted
 * @param graph JSON of the graph
 * @param plan JSON of the plan
 * @param ir MLIR bytecode; empty where the plan was lowered in plain Java
 * @param kernels sorted by name and target
 */
record Parts(
        CompiledWith with,
        List<String> idempotentTools,
        byte[] graph,
        byte[] plan,
        Program program,
        Optional<byte[]> ir,
        List<CompiledKernel> kernels) {
    static final String GRAPH = "graph.json";
    static final String PLAN = "plan.json";
    static final String PROGRAM = "program.json";
    static final String IR = "program.mlirbc";

    private static final String KERNELS = "kernels/";

    /** Lowers a plan. */
    static Parts of(Plan<?, ?> plan) {
        LoweringCosts costs = LoweringCosts.of(plan);
        Program program;
        Optional<byte[]> ir;
        switch (Mlir.availability()) {
            case Available _ -> {
                MlirLowering.Lowered lowered = new MlirLowering(costs).withBytecode(plan.graph(), plan.placement());
                program = lowered.program();
                ir = Optional.of(lowered.bytecode());
            }
            case Unavailable _ -> {
                program = Lowering.best(costs).lower(plan.graph(), plan.placement());
                ir = Optional.empty();
            }
        }
        return new Parts(
                CompiledWith.here(ir),
                GraphMatch.idempotentTools(plan.graph()),
                utf8(GraphJson.write(plan.graph())),
                utf8(PlanJson.write(plan)),
                program,
                ir,
                List.of());
    }

    /** @throws IllegalArgumentException if two kernels are of one name and target */
    Parts with(Collection<CompiledKernel> others) {
        List<CompiledKernel> sorted = new ArrayList<>(others);
        sorted.sort((a, b) -> order(a, b));
        for (int i = 1; i < sorted.size(); i++) {
            CompiledKernel k = sorted.get(i);
            if (order(sorted.get(i - 1), k) == 0) {
                throw new IllegalArgumentException(
                        "Two kernels are " + k.kernel() + " for " + k.target() + ". Give one of them.");
            }
        }
        return new Parts(with, idempotentTools, graph, plan, program, ir, sorted);
    }

    private static int order(CompiledKernel a, CompiledKernel b) {
        int byName = a.kernel().compareTo(b.kernel());
        return byName != 0 ? byName : a.target().compareTo(b.target());
    }

    /** {@return the file that {@link Contents#unpack} reads} */
    byte[] pack() {
        List<Entry> entries = new ArrayList<>();
        entries.add(new Entry(GRAPH, graph));
        entries.add(new Entry(PLAN, plan));
        entries.add(new Entry(PROGRAM, utf8(ProgramJson.write(program))));
        ir.ifPresent(b -> entries.add(new Entry(IR, b)));
        List<KernelFile> kernelFiles = new ArrayList<>();
        for (CompiledKernel k : kernels) {
            String name = KERNELS + kernelFiles.size() + "." + k.target().form().extension();
            kernelFiles.add(new KernelFile(name, k.kernel(), k.target(), k.key()));
            entries.add(new Entry(name, k.code().toBytes()));
        }
        List<File> files = entries.stream().map(File::of).toList();
        entries.addFirst(new Manifest(with, program.graph(), idempotentTools, kernelFiles, files).entry());
        return StoredZip.write(entries);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
