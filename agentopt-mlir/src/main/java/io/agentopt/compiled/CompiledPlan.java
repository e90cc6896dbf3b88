package io.agentopt.compiled;

import io.agentopt.compiled.Manifest.File;
import io.agentopt.compiled.Manifest.KernelFile;
import io.agentopt.compiled.StoredZip.Entry;
import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.GraphJson;
import io.agentopt.lower.Lowering;
import io.agentopt.lower.MlirLowering;
import io.agentopt.mlir.ffi.Availability.Available;
import io.agentopt.mlir.ffi.Availability.Unavailable;
import io.agentopt.mlir.ffi.Mlir;
import io.agentopt.mlir.ir.MlirContext;
import io.agentopt.mlir.ir.MlirModule;
import io.agentopt.plan.Plan;
import io.agentopt.plan.PlanJson;
import io.agentopt.program.Program;
import io.agentopt.program.ProgramJson;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A plan with everything that was made of it: the program, its IR, kernels for their targets, and the graph that it belongs to. It is one file
 * (docs/compiled-plans.md), equal byte for byte for equal content.
 *
 * <p>Loading reads data and runs nothing: no class, no function of the graph, no compiler. Checksums tell damage, not who made the file: load plans from
 * where you would load code from. Immutable.
 */
public final class CompiledPlan {
    private static final String GRAPH = "graph.json";
    private static final String PLAN = "plan.json";
    private static final String PROGRAM = "program.json";
    private static final String IR = "program.mlirbc";
    private static final String KERNELS = "kernels/";

    private final String source;
    private final byte[] file;
    private final Manifest manifest;
    private final byte[] graph;
    private final byte[] plan;
    private final Program program;
    private final Optional<byte[]> ir;
    private final List<CompiledKernel> kernels;

    private CompiledPlan(
            String source,
            byte[] file,
            Manifest manifest,
            byte[] graph,
            byte[] plan,
            Program program,
            Optional<byte[]> ir,
            List<CompiledKernel> kernels) {
        this.source = source;
        this.file = file;
        this.manifest = manifest;
        this.graph = graph;
        this.plan = plan;
        this.program = program;
        this.ir = ir;
        this.kernels = List.copyOf(kernels);
    }

    /**
     * Compiles a plan: lowers it, through MLIR where its library is there, else in plain Java. It has no kernels yet; see {@link #with}.
     *
     * @throws CompiledPlanException if it cannot be written so that it reads back equal: too large (a file has at most 64 MiB, each of its JSON parts 16), or
     *     with names that no file can hold
     */
    public static CompiledPlan of(Plan<?, ?> plan) {
        String source = plan.graph().name();
        Program program;
        Optional<byte[]> ir;
        switch (Mlir.availability()) {
            case Available _ -> {
                MlirLowering.Lowered lowered = new MlirLowering().withBytecode(plan.graph(), plan.placement());
                program = lowered.program();
                ir = Optional.of(lowered.bytecode());
            }
            case Unavailable _ -> {
                program = Lowering.best().lower(plan.graph(), plan.placement());
                ir = Optional.empty();
            }
        }
        List<String> tools = GraphMatch.idempotentTools(plan.graph());
        byte[] graph = utf8(GraphJson.write(plan.graph()));
        return pack(source, CompiledWith.here(ir), tools, graph, utf8(PlanJson.write(plan)), program, ir, List.of());
    }

    /**
     * {@return this plan with these kernels in place of those that it has}
     *
     * @throws IllegalArgumentException if two are of one name and target
     * @throws CompiledPlanException if the file would be too large
     */
    public CompiledPlan with(Collection<CompiledKernel> others) {
        return pack(source, manifest.with(), manifest.idempotentTools(), graph, plan, program, ir, sorted(others));
    }

    private static List<CompiledKernel> sorted(Collection<CompiledKernel> kernels) {
        List<CompiledKernel> sorted = new ArrayList<>(kernels);
        sorted.sort((a, b) -> {
            int byName = a.kernel().compareTo(b.kernel());
            return byName != 0 ? byName : a.target().compareTo(b.target());
        });
        for (int i = 1; i < sorted.size(); i++) {
            CompiledKernel a = sorted.get(i - 1);
            CompiledKernel b = sorted.get(i);
            if (a.kernel().equals(b.kernel()) && a.target().equals(b.target())) {
                throw new IllegalArgumentException(
                        "Two kernels are " + b.kernel() + " for " + b.target() + ". Give one of them.");
            }
        }
        return sorted;
    }

    private static CompiledPlan pack(
            String source,
            CompiledWith with,
            List<String> idempotentTools,
            byte[] graph,
            byte[] plan,
            Program program,
            Optional<byte[]> ir,
            List<CompiledKernel> kernels) {
        List<Entry> entries = new ArrayList<>();
        entries.add(new Entry(GRAPH, graph));
        entries.add(new Entry(PLAN, plan));
        entries.add(new Entry(PROGRAM, utf8(ProgramJson.write(program))));
        ir.ifPresent(b -> entries.add(new Entry(IR, b)));
        List<KernelFile> kernelFiles = new ArrayList<>();
        for (CompiledKernel k : kernels) {
            String name = KERNELS + kernelFiles.size() + "." + k.target().form().extension();
            kernelFiles.add(new KernelFile(name, k.kernel(), k.target()));
            entries.add(new Entry(name, k.code()));
        }
        List<File> files = entries.stream().map(File::of).toList();
        entries.addFirst(new Manifest(with, program.graph(), idempotentTools, kernelFiles, files).entry());
        CompiledPlan packed = read(StoredZip.write(entries), source);
        if (!packed.program.equals(program)) {
            throw new CompiledPlanException(
                    source,
                    "does not read back as it was written",
                    "Names of tools, memories and models must be valid Unicode.");
        }
        return packed;
    }

    /**
     * Reads a compiled plan.
     *
     * @throws CompiledPlanException if the file is damaged, none of ours, or of another format
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    public static CompiledPlan load(Path path) {
        return read(PlanFile.read(path), path.toString());
    }

    /**
     * Reads a compiled plan from memory.
     *
     * @param source what it is called in messages
     * @throws CompiledPlanException as {@link #load}
     */
    public static CompiledPlan read(byte[] file, String source) {
        if (file.length > StoredZip.MOST_BYTES) {
            throw new CompiledPlanException(
                    source,
                    "is larger than the " + (StoredZip.MOST_BYTES >> 20) + " MiB that are read",
                    "Is it the file you meant?");
        }
        Manifest manifest = Manifest.read(StoredZip.first(file, source), source);
        List<Entry> entries = StoredZip.read(file, source);
        manifest.check(entries, source);
        Contents contents = new Contents(source, entries, manifest);
        byte[] graph = contents.json(GRAPH);
        byte[] plan = contents.json(PLAN);
        byte[] json = contents.json(PROGRAM);
        Optional<byte[]> ir = contents.take(IR);
        List<CompiledKernel> kernels = contents.kernels();
        contents.nothingLeft();
        try {
            Program program = ProgramJson.read(json, PROGRAM);
            if (!program.graph().equals(manifest.graph())) {
                throw new IllegalArgumentException("The program is of graph '" + program.graph()
                        + "' and not of graph '" + manifest.graph() + "'. Compile the plan again.");
            }
            return new CompiledPlan(source, file.clone(), manifest, graph, plan, program, ir, kernels);
        } catch (IllegalArgumentException e) {
            throw new CompiledPlanException(source, e);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Writes the file as a whole: a reader sees the old one or the new one, never half of it. */
    public void save(Path path) {
        PlanFile.write(path, file);
    }

    /** {@return the file's content} */
    public byte[] bytes() {
        return file.clone();
    }

    /** {@return the name of the graph that was planned} */
    public String graph() {
        return manifest.graph();
    }

    /** {@return the versions that made it} */
    public CompiledWith compiledWith() {
        return manifest.with();
    }

    /** {@return the program that runs; the same on every machine} */
    public Program program() {
        return program;
    }

    /** {@return the kernels, by name and target} */
    public List<CompiledKernel> kernels() {
        return kernels;
    }

    /**
     * {@return the plan, for the graph that it was made of}
     *
     * @param ofGraph declared again, or read: functions, tools, memories and indexes are found in it by name
     * @throws CompiledPlanException if the graph is another one or has changed; the message names the first difference
     */
    public <I, O> Plan<I, O> plan(AgentGraph<I, O> ofGraph) {
        if (!ofGraph.name().equals(graph())) {
            throw new CompiledPlanException(
                    source,
                    "is of graph '" + graph() + "' and not of graph '" + ofGraph.name() + "'",
                    "Load it with its own graph.");
        }
        try {
            Optional<String> difference = GraphMatch.difference(graph, manifest.idempotentTools(), ofGraph);
            if (difference.isPresent()) {
                throw new CompiledPlanException(
                        source, difference.get(), "The graph changed since; compile its plan again.");
            }
            return PlanJson.read(new String(plan, StandardCharsets.UTF_8), PLAN, ofGraph);
        } catch (IllegalArgumentException e) {
            throw new CompiledPlanException(source, e);
        }
    }

    /**
     * {@return the optimised IR, to look at; needs the native library, in the version that wrote it}
     *
     * @param context that shall own the module
     * @throws CompiledPlanException if the plan has no IR, or one of another version
     * @throws io.agentopt.mlir.ir.MlirException if the IR does not read
     */
    public MlirModule ir(MlirContext context) {
        byte[] bytecode = ir.orElseThrow(() -> new CompiledPlanException(
                source, "has no IR: it was lowered in plain Java", "Compile it where the MLIR library is there."));
        try (MlirModule empty = context.emptyModule()) {
            CompiledWith here = CompiledWith.here(Optional.of(empty.bytecode()));
            if (!here.equals(manifest.with())) {
                throw new CompiledPlanException(
                        source,
                        "has IR of " + manifest.with() + ", and this is " + here,
                        "Its program runs all the same; to see its IR, compile it again.");
            }
        }
        return context.read(bytecode, IR + " of '" + source + "'");
    }

    @Override
    public String toString() {
        return "CompiledPlan[" + graph() + ", " + manifest.with() + ", " + kernels.size() + " kernels, " + file.length
                + " bytes]";
    }
}
