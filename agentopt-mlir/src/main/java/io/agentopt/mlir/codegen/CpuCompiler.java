package io.agentopt.mlir.codegen;

import io.agentopt.mlir.ffi.Codegen.Form;
import java.nio.charset.StandardCharsets;

/** MLIR of a kernel to code of a processor, in memory. */
public final class CpuCompiler {
    /** From linalg, scf, memref, vector, math and arith, or what the kernel's own {@code @schedule_cpu} leaves of them, to LLVM. */
    static final String PIPELINE = "agentopt-schedule{target=cpu}," + Compilation.CHECK + ","
            + "func.func(agentopt-prefetch-rows,convert-linalg-to-loops,scf-forall-to-for,agentopt-approximate-math,canonicalize,cse,"
            + "convert-vector-to-scf{full-unroll=true},canonicalize,cse),"
            + "convert-vector-to-llvm{reassociate-fp-reductions=true},convert-scf-to-cf,expand-strided-metadata,lower-affine,"
            + "convert-to-llvm,convert-math-to-libm,convert-to-llvm,reconcile-unrealized-casts,canonicalize,cse";

    private final CpuTarget target;

    public CpuCompiler(CpuTarget target) {
        this.target = target;
    }

    /** {@return what code is made for} */
    public CpuTarget target() {
        return target;
    }

    /**
     * {@return an object file with a function {@code agentopt_NAME.entry} for each kernel in the text}
     *
     * @param name what messages call the module
     * @throws io.agentopt.mlir.ir.MlirException with located diagnostics when the text is no valid module or cannot be lowered
     * @throws IllegalStateException when the code generation library is unavailable
     */
    public CpuCode object(String mlir, String name) {
        byte[] object = compile(mlir, name, Form.OBJECT);
        return CpuCode.of(target.chip(), target.needs(), object);
    }

    /** {@return the assembly of the code, to look at; throws as {@link #object}} */
    public String assembly(String mlir, String name) {
        return new String(compile(mlir, name, Form.ASSEMBLY), StandardCharsets.UTF_8);
    }

    /** {@return the optimised LLVM IR, to look at; throws as {@link #object}} */
    public String llvmIr(String mlir, String name) {
        return new String(compile(mlir, name, Form.LLVM_IR), StandardCharsets.UTF_8);
    }

    private byte[] compile(String mlir, String name, Form form) {
        try (Compilation compilation = new Compilation(mlir, name).checked()) {
            compilation.run(PIPELINE);
            return compilation.emit(CpuTarget.TRIPLE, target.chip(), target.features(), target.vectorBits(), form);
        }
    }
}
