package io.agentopt.mlir.codegen;

import io.agentopt.mlir.ffi.Codegen.Form;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * MLIR of a kernel to code of a GPU, in memory and without the vendor's tools: {@code gpu.launch} or {@code gpu.module}, or whatever the kernel's own
 * {@code @schedule_gpu} makes one of. Nothing here needs a GPU.
 */
public final class GpuCompiler {
    private static final String TIDYING = "gpu.module(inline,symbol-dce),canonicalize,cse";

    private final GpuTarget target;

    public GpuCompiler(GpuTarget target) {
        this.target = target;
    }

    /** {@return what code is made for} */
    public GpuTarget target() {
        return target;
    }

    /** {@return the passes, which are a part of what code depends on} */
    public String pipeline() {
        return "agentopt-schedule{target=gpu}," + Compilation.CHECK
                + ",func.func(canonicalize,cse,gpu-launch-sink-index-computations),gpu-kernel-outlining,"
                + "gpu.module(agentopt-approximate-math{except=math.exp,math.exp2,math.log,math.log2},convert-linalg-to-loops,convert-vector-to-scf,convert-scf-to-cf,expand-strided-metadata,lower-affine,"
                + target.conversion() + ")";
    }

    /** {@return the passes of {@link #rows}, which are a part of what code depends on} */
    public String rowsPipeline() {
        return sharing() + "," + lowering();
    }

    /** {@return the passes of {@link #kernel}, which are a part of what code depends on} */
    public String kernelPipeline() {
        return TIDYING + "," + lowering();
    }

    private String sharing() {
        return "agentopt-schedule{target=gpu}," + Compilation.CHECK
                + ",inline,linalg-generalize-named-ops,agentopt-gpu-rows{wave=" + target.wave() + " cluster="
                + target.cluster() + "},canonicalize,cse";
    }

    private String lowering() {
        return "gpu.module(expand-strided-metadata,lower-affine,convert-scf-to-cf," + target.conversion()
                + ",agentopt-gpu-operands{private-space=" + target.privateSpace() + "})";
    }

    /**
     * {@return a kernel over rows as code: PTX, or a relocatable file of AMD's}
     *
     * @param mlir one function {@code @agentopt_NAME(%begin: index, %end: index, memrefs...)}, whose rows are shared out among groups of threads
     * @throws io.agentopt.mlir.ir.MlirException with located diagnostics when the text is no valid module or its rows cannot be shared out
     * @throws IllegalStateException when the code generation library is unavailable
     */
    public GpuCode rows(String mlir, String name) {
        return code(mlir, name, sharing());
    }

    /**
     * {@return a kernel that was written for GPUs as code: PTX, or a relocatable file of AMD's}
     *
     * @param mlir a {@code gpu.module} with one {@code gpu.func @agentopt_NAME}, as {@link io.agentopt.kernel.KernelDefinition#gpuSource} gives it
     * @throws io.agentopt.mlir.ir.MlirException with located diagnostics when the text is no valid module or cannot be lowered
     * @throws IllegalStateException when the code generation library is unavailable
     */
    public GpuCode kernel(String mlir, String name) {
        return code(mlir, name, TIDYING);
    }

    private GpuCode code(String mlir, String name, String first) {
        try (Compilation compilation = new Compilation(mlir, name).checked()) {
            compilation.run(first);
            String shared = compilation.print();
            int threads = attribute(shared, "threads"), rowsPerBlock = attribute(shared, "rows_per_block");
            int blocksPerRow = attribute(shared, "blocks_per_row");
            compilation.run(lowering());
            Form form = target instanceof GpuTarget.Nvidia ? Form.ASSEMBLY : Form.OBJECT;
            byte[] image = compilation.emit(target.triple(), target.chip(), target.features(), 0, form);
            return GpuCode.of(target, new Launch(threads, rowsPerBlock, blocksPerRow), image);
        }
    }

    private static int attribute(String module, String name) {
        Matcher found = Pattern.compile("agentopt\\." + name + " = (\\d+)").matcher(module);
        if (!found.find()) {
            throw new IllegalArgumentException(
                    "The module has no kernel: a kernel over rows is a function agentopt_NAME(index, index, memref...).");
        }
        return Integer.parseInt(found.group(1));
    }

    /**
     * {@return the code as text: PTX, or AMD's assembly}
     *
     * @param name what messages call the module
     * @throws io.agentopt.mlir.ir.MlirException with located diagnostics when the text is no valid module or cannot be lowered
     * @throws IllegalStateException when the code generation library is unavailable
     */
    public String assembly(String mlir, String name) {
        return new String(compile(mlir, name, Form.ASSEMBLY), StandardCharsets.UTF_8);
    }

    /** {@return the code as LLVM bitcode; throws as {@link #assembly}} */
    public byte[] bitcode(String mlir, String name) {
        return compile(mlir, name, Form.BITCODE);
    }

    /**
     * {@return the code as a relocatable ELF file, which a linker makes a code object of; throws as {@link #assembly}}
     *
     * @throws IllegalStateException on an NVIDIA target, where assembly is what drivers take
     */
    public byte[] relocatable(String mlir, String name) {
        if (target instanceof GpuTarget.Nvidia) {
            throw new IllegalStateException("Object files are made for AMD GPUs, and the target is " + target.chip()
                    + ". Take its assembly, which is PTX.");
        }
        return compile(mlir, name, Form.OBJECT);
    }

    /** {@return the optimised LLVM IR, to look at; throws as {@link #assembly}} */
    public String llvmIr(String mlir, String name) {
        return new String(compile(mlir, name, Form.LLVM_IR), StandardCharsets.UTF_8);
    }

    private byte[] compile(String mlir, String name, Form form) {
        try (Compilation compilation = new Compilation(mlir, name).checked()) {
            compilation.run(pipeline());
            return compilation.emit(target.triple(), target.chip(), target.features(), 0, form);
        }
    }
}
