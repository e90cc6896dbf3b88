package io.agentopt.compiled;

import io.agentopt.graph.AgentGraph;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.Kernels;
import io.agentopt.lower.CustomKinds;
import io.agentopt.mlir.codegen.CompiledKernels;
import io.agentopt.mlir.codegen.CpuCode;
import io.agentopt.mlir.codegen.CpuKernelCompiler;
import io.agentopt.mlir.codegen.GpuCode;
import io.agentopt.mlir.codegen.GpuKernelCompiler;
import io.agentopt.mlir.codegen.GpuTarget;
import io.agentopt.mlir.codegen.KernelCache;
import io.agentopt.mlir.ir.MlirContext;
import io.agentopt.mlir.ir.MlirModule;
import io.agentopt.plan.Plan;
import io.agentopt.plan.PlanJson;
import io.agentopt.program.Program;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A plan with everything that was made of it: the program, its IR, kernels for their targets, and the graph that it belongs to. It is one file
 * (docs/compiled-plans.md), equal byte for byte for equal content.
 *
 * <p>Loading reads data and runs nothing: no class, no function of the graph, no compiler. Checksums tell damage, not who made the file: load plans from
 * where you would load code from. Immutable.
 */
public final class CompiledPlan {
    private final String source;
    private final byte[] file;
    private final Parts parts;

    private CompiledPlan(String source, byte[] file, Parts parts) {
        this.source = source;
        this.file = file;
        this.parts = parts;
    }

    /**
     * Compiles a plan: lowers it, through MLIR where its library is there, else in plain Java. It has the kernels of the graph's own nodes, for this machine's
     * processor and the GPU that a node is placed on, where the code generation library is there; one that cannot be compiled is left out, which is logged.
     *
     * @throws CompiledPlanException if it cannot be written so that it reads back equal: too large (a file has at most 64 MiB, each of its JSON parts 16), or
     *     with names that no file can hold
     */
    public static CompiledPlan of(Plan<?, ?> plan) {
        Parts parts = Parts.of(plan);
        return readBack(
                plan.graph().name(), parts.with(PlanKernels.ofNodes(parts.program(), plan, KernelCache::ofUser)));
    }

    /**
     * Compiles a plan, and beside those of its nodes kernels for this machine's processor and the GPUs that the plan uses ({@link KernelTargets#of}). Where the plan is loaded, a
     * kernel whose content hash is the one asked for is not compiled again.
     *
     * @param kernels which ones; one that cannot be made for a GPU is left out for it, which is logged
     * @throws IllegalArgumentException if there is no such kernel or a parameter is missing, unknown or out of range
     * @throws io.agentopt.mlir.ir.MlirException if one cannot be compiled for a processor
     * @throws IllegalStateException if the code generation library is unavailable
     * @throws CompiledPlanException as {@link #of(Plan)}
     */
    public static CompiledPlan of(Plan<?, ?> plan, Collection<KernelSpec> kernels) {
        PlanKernels.requireCompiler();
        CompiledPlan compiled = of(plan);
        List<CompiledKernel> all = new ArrayList<>(compiled.kernels());
        for (CompiledKernel k : PlanKernels.compile(kernels, KernelTargets.of(plan), KernelCache.ofUser()))
            if (!all.contains(k)) all.add(k);
        return compiled.with(all);
    }

    /** {@return kernels compiled for targets, for {@link #with}; errors as in {@link #of(Plan, Collection)}} */
    public static List<CompiledKernel> compile(Collection<KernelSpec> kernels, KernelTargets targets) {
        PlanKernels.requireCompiler();
        return PlanKernels.compile(kernels, targets, KernelCache.ofUser());
    }

    /**
     * {@return this plan with these kernels in place of those that it has}
     *
     * @throws IllegalArgumentException if two are of one name and target
     * @throws CompiledPlanException if the file would be too large
     */
    public CompiledPlan with(Collection<CompiledKernel> others) {
        return readBack(source, parts.with(others));
    }

    /** What cannot be read must not be written: the user finds out here and not on another machine. */
    private static CompiledPlan readBack(String source, Parts parts) {
        CompiledPlan packed = read(parts.pack(), source);
        if (!packed.program().equals(parts.program())) {
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
        byte[] own = file.clone();
        return new CompiledPlan(source, own, Contents.unpack(own, source));
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
        return parts.program().graph();
    }

    /** {@return the versions that made it} */
    public CompiledWith compiledWith() {
        return parts.with();
    }

    /** {@return the program that runs; the same on every machine} */
    public Program program() {
        return parts.program();
    }

    /** {@return the kernels, by name and target} */
    public List<CompiledKernel> kernels() {
        return parts.kernels();
    }

    /**
     * {@return all kernels of AgentOpt, those of this plan without compiling them} An object that fits this processor, the sources and the library is loaded;
     * any other is compiled here. Where there is no code generation library, objects of this release that this processor runs are linked in Java; all other
     * kernels run their Java references, which is logged once.
     */
    public Kernels openKernels() {
        return CompiledKernels.open(this::offerTo, this::objects);
    }

    /** What runs here without a compiler. */
    private Map<KernelSpec, CpuCode> objects() {
        if (!isOfThisRelease()) return Map.of();
        return PlanKernels.objects(kernels());
    }

    private boolean isOfThisRelease() {
        return CompiledWith.here(Optional.empty())
                .agentopt()
                .equals(parts.with().agentopt());
    }

    /** Offers this plan's objects to a compiler's cache. One that needs features which the compiler's processor lacks is refused, which is logged. */
    public void offerTo(CpuKernelCompiler compiler) {
        PlanKernels.offer(kernels(), source, compiler);
    }

    /** Offers this plan's code for a GPU to a compiler's cache. */
    public void offerTo(GpuKernelCompiler compiler) {
        PlanKernels.offer(kernels(), source, compiler);
    }

    /**
     * {@return the code of a kernel for a GPU, which its driver loads; empty if the plan has none} Needs no code generation library.
     *
     * @throws CompiledPlanException if another release of AgentOpt made it: operands may cross in another way
     */
    public Optional<GpuCode> gpuCode(KernelSpec spec, GpuTarget target) {
        Optional<GpuCode> code = PlanKernels.code(kernels(), spec, target);
        if (code.isPresent() && !isOfThisRelease()) {
            String here = CompiledWith.here(Optional.empty()).agentopt();
            throw new CompiledPlanException(
                    source,
                    "has GPU kernels of AgentOpt " + parts.with().agentopt() + ", and this is " + here,
                    "Compile the plan again.");
        }
        return code;
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
            Optional<String> difference = GraphMatch.difference(parts.graph(), parts.idempotentTools(), ofGraph);
            if (difference.isPresent()) {
                throw new CompiledPlanException(
                        source, difference.get(), "The graph changed since; compile its plan again.");
            }
            return PlanJson.read(new String(parts.plan(), StandardCharsets.UTF_8), Parts.PLAN, ofGraph);
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
        byte[] bytecode = parts.ir()
                .orElseThrow(() -> new CompiledPlanException(
                        source,
                        "has no IR: it was lowered in plain Java",
                        "Compile it where the MLIR library is there."));
        try (MlirModule empty = context.emptyModule()) {
            CompiledWith here = CompiledWith.here(Optional.of(empty.bytecode()));
            if (!here.equals(parts.with())) {
                throw new CompiledPlanException(
                        source,
                        "has IR of " + parts.with() + ", and this is " + here,
                        "Its program runs all the same; to see its IR, compile it again.");
            }
        }
        CustomKinds.load(context, program());
        return context.read(bytecode, Parts.IR + " of '" + source + "'");
    }

    @Override
    public String toString() {
        return "CompiledPlan[" + graph() + ", " + parts.with() + ", "
                + kernels().size() + " kernels, " + file.length + " bytes]";
    }
}
