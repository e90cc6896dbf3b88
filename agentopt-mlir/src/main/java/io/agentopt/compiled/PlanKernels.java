package io.agentopt.compiled;

import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernels.KernelCatalog;
import io.agentopt.mlir.codegen.CpuCode;
import io.agentopt.mlir.codegen.CpuCompiler;
import io.agentopt.mlir.codegen.CpuKernelCompiler;
import io.agentopt.mlir.codegen.CpuTarget;
import io.agentopt.mlir.codegen.GpuCode;
import io.agentopt.mlir.codegen.GpuCompiler;
import io.agentopt.mlir.codegen.GpuKernelCompiler;
import io.agentopt.mlir.codegen.GpuTarget;
import io.agentopt.mlir.codegen.KernelCache;
import io.agentopt.mlir.codegen.ObjectKernels;
import io.agentopt.mlir.ffi.Availability;
import io.agentopt.mlir.ffi.Codegen;
import io.agentopt.mlir.ir.MlirException;
import io.agentopt.plan.Plan;
import io.agentopt.program.Program;
import io.agentopt.program.Step;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Kernels into compiled plans and out of them. */
final class PlanKernels {
    private static final Logger LOG = LoggerFactory.getLogger(PlanKernels.class);

    private PlanKernels() {}

    /** Throws the reason where kernels cannot be compiled. */
    static void requireCompiler() {
        if (Codegen.availability() instanceof Availability.Unavailable(String reason))
            throw new IllegalStateException("Kernels cannot be compiled into a plan. " + reason);
    }

    /** {@return each kernel for each target; those that cannot be made for a GPU are left out, which is logged} Errors as in {@link CompiledPlan#of(io.agentopt.plan.Plan, Collection)}. */
    static List<CompiledKernel> compile(Collection<KernelSpec> specs, KernelTargets targets, KernelCache cache) {
        requireCompiler();
        List<CompiledKernel> compiled = new ArrayList<>();
        for (KernelSpec spec : new LinkedHashSet<>(specs)) {
            KernelDefinition definition = definition(spec);
            for (CpuTarget target : targets.processors())
                compiled.add(compile(definition, spec, new CpuKernelCompiler(new CpuCompiler(target), cache)));
            for (GpuTarget target : targets.gpus())
                compile(definition, spec, new GpuKernelCompiler(new GpuCompiler(target), cache))
                        .ifPresent(compiled::add);
        }
        return compiled;
    }

    /** {@return the kernels of a program's own steps, for this processor, on which they run, and for the GPU that each is placed on} None without the code generation library. */
    static List<CompiledKernel> ofNodes(Program program, Plan<?, ?> plan, Supplier<KernelCache> cache) {
        Map<String, KernelTargets> targets = new LinkedHashMap<>(); // by specification
        for (Step step : program.allSteps()) {
            if (!(step instanceof Step.Kernel k)) continue;
            if (Codegen.availability() instanceof Availability.Unavailable(String reason)) {
                LOG.info("The compiled plan of graph '{}' has no kernels. {}", program.graph(), reason);
                return List.of();
            }
            targets.merge(k.kernel(), KernelTargets.of(plan, k.device()), KernelTargets::and);
        }
        List<CompiledKernel> all = new ArrayList<>();
        targets.forEach((spec, where) -> {
            try {
                all.addAll(compile(List.of(KernelSpec.parse(spec)), where, cache.get()));
            } catch (IllegalArgumentException | IllegalStateException | MlirException reason) {
                LOG.warn(
                        "The compiled plan of graph '{}' goes without kernel '{}'. {}",
                        program.graph(),
                        spec,
                        reason.getMessage());
            }
        });
        return all;
    }

    /** {@return the objects that this processor is known to run} */
    static Map<KernelSpec, CpuCode> objects(List<CompiledKernel> kernels) {
        Map<KernelSpec, CpuCode> objects = new LinkedHashMap<>();
        for (CompiledKernel k : kernels)
            if (k.code() instanceof CpuCode code && ObjectKernels.runsHere(code.features()))
                objects.putIfAbsent(KernelSpec.parse(k.kernel()), code);
        return objects;
    }

    private static KernelDefinition definition(KernelSpec spec) {
        KernelDefinition definition = KernelCatalog.all().stream()
                .filter(d -> d.name().equals(spec.name()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no kernel '" + spec.name() + "'. There are "
                        + KernelCatalog.all().stream()
                                .map(KernelDefinition::name)
                                .sorted()
                                .toList() + "."));
        definition.check(spec);
        return definition;
    }

    private static CompiledKernel compile(KernelDefinition definition, KernelSpec spec, CpuKernelCompiler compiler) {
        try (compiler) {
            return new CompiledKernel(
                    spec.toString(),
                    compiler.cache().hash(compiler.key(definition, spec)),
                    compiler.object(definition, spec));
        }
    }

    private static Optional<CompiledKernel> compile(
            KernelDefinition definition, KernelSpec spec, GpuKernelCompiler compiler) {
        try {
            return Optional.of(new CompiledKernel(
                    spec.toString(),
                    compiler.cache().hash(compiler.key(definition, spec)),
                    compiler.code(definition, spec)));
        } catch (MlirException | IllegalStateException reason) { // it has no form for GPUs, or AMD's linker is missing
            LOG.warn(
                    "The compiled plan goes without kernel '{}' for {}. {}",
                    spec,
                    compiler.target().chip(),
                    reason.getMessage());
            return Optional.empty();
        }
    }

    /** Offers objects for processors to a compiler's cache; those that its processor may not run are refused, which is logged. */
    static void offer(List<CompiledKernel> kernels, String source, CpuKernelCompiler compiler) {
        for (CompiledKernel kernel : kernels) {
            if (!(kernel.code() instanceof CpuCode code)) continue;
            CpuTarget here = compiler.target();
            List<String> lacking = here.lacks(code.features());
            if (lacking.isEmpty()) offer(kernel, source, compiler.cache());
            else
                LOG.warn(
                        "Kernel '{}' of the compiled plan '{}' is for {}, and this {} lacks {}: it is compiled here instead.",
                        kernel.kernel(),
                        source,
                        code.chip(),
                        here.chip(),
                        String.join(", ", lacking));
        }
    }

    /** Offers code for GPUs of a chip. */
    static void offer(List<CompiledKernel> kernels, String source, GpuKernelCompiler compiler) {
        for (CompiledKernel kernel : kernels)
            if (kernel.code() instanceof GpuCode code && code.target().equals(compiler.target()))
                offer(kernel, source, compiler.cache());
    }

    private static void offer(CompiledKernel kernel, String source, KernelCache cache) {
        try {
            cache.offer(kernel.key(), kernel.code());
        } catch (IllegalArgumentException refused) {
            LOG.warn(
                    "Kernel '{}' of the compiled plan '{}' is compiled again. {}",
                    kernel.kernel(),
                    source,
                    refused.getMessage());
        }
    }

    /** {@return the code for a chip, to be loaded by its driver} */
    static Optional<GpuCode> code(List<CompiledKernel> kernels, KernelSpec spec, GpuTarget target) {
        return kernels.stream()
                .filter(k -> k.kernel().equals(spec.toString()))
                .map(CompiledKernel::code)
                .filter(GpuCode.class::isInstance)
                .map(GpuCode.class::cast)
                .filter(code -> code.target().equals(target))
                .findFirst();
    }
}
