package io.agentopt.compiled;

import io.agentopt.mlir.codegen.CpuCode;
import io.agentopt.mlir.codegen.GpuCode;
import io.agentopt.mlir.codegen.GpuTarget;
import io.agentopt.mlir.codegen.KernelCode;
import java.util.Comparator;
import java.util.Objects;

/**
 * What compiled code runs on.
 *
 * @param form of the code
 * @param processor such as {@code skylake-avx512}, {@code sm_90} or {@code gfx942}
 * @param features of the processor that the code needs, as LLVM writes them ({@code +avx2,+fma}); may be empty
 */
public record KernelTarget(Form form, String processor, String features) implements Comparable<KernelTarget> {
    private static final Comparator<KernelTarget> ORDER = Comparator.comparing(KernelTarget::form)
            .thenComparing(KernelTarget::processor)
            .thenComparing(KernelTarget::features);

    /** What the bytes of a kernel are. */
    public enum Form {
        /** A relocatable ELF object for x86-64. */
        X86_OBJECT("o"),
        /** PTX text for NVIDIA's driver. */
        PTX("ptx"),
        /** An ELF object for AMD GPUs. */
        AMDGPU_OBJECT("amdgpu");

        private final String extension;

        Form(String extension) {
            this.extension = extension;
        }

        String extension() {
            return extension;
        }
    }

    public KernelTarget {
        Objects.requireNonNull(form, "form");
        Objects.requireNonNull(features, "features");
        if (processor.isBlank())
            throw new IllegalArgumentException("A kernel's target needs a processor, such as sm_90; it is blank.");
    }

    /** {@return what code was compiled for, as its seal says} */
    static KernelTarget of(KernelCode code) {
        Form form = switch (code) {
            case CpuCode _ -> Form.X86_OBJECT;
            case GpuCode gpu -> gpu.target() instanceof GpuTarget.Nvidia ? Form.PTX : Form.AMDGPU_OBJECT;
        };
        return new KernelTarget(form, code.chip(), code.features());
    }

    @Override
    public int compareTo(KernelTarget other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return form + " " + processor + (features.isEmpty() ? "" : " " + features);
    }
}
