package io.agentopt.mlir.ffi;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernels.Cosine;
import io.agentopt.mlir.codegen.CpuCode;
import io.agentopt.mlir.codegen.CpuCompiler;
import io.agentopt.mlir.codegen.CpuTarget;
import io.agentopt.mlir.codegen.LoadedObject;
import io.agentopt.mlir.ir.MlirException;
import java.lang.foreign.FunctionDescriptor;
import org.junit.jupiter.api.Test;

/** Code generation has more paths on which LLVM would take signals over than the IR has: writing object files is the known one. */
@RequiresCodegen
class CodegenSignalsTest {
    @Test
    void implicitNullChecksWorkAfterAnObjectFileWasWrittenLoadedAndRefused() {
        CpuCompiler compiler = new CpuCompiler(CpuTarget.host());
        KernelSpec spec = KernelSpec.of("cosine").with("d", 8).with("type", "f32");
        CpuCode object = compiler.object(new Cosine().source(spec), spec.toString());
        LoadedObject.load(object, "agentopt_cosine.entry").close();
        assertThatThrownBy(() -> compiler.object("broken", "m")).isInstanceOf(MlirException.class);
        ImplicitNullChecks.assertWork();
    }

    @Test
    void codeInTheLibraryCannotSetAHandler() throws Throwable {
        long took = (long)
                NativeFunction.in(Codegen.library(), "agentoptCanSetSignalHandlers", FunctionDescriptor.of(JAVA_LONG))
                        .invokeExact();
        assertThat(took).isZero();
    }
}
