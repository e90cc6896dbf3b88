package io.agentopt.mlir.ffi;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.mlir.ir.MlirContext;
import io.agentopt.mlir.ir.MlirException;
import io.agentopt.mlir.pass.Pipeline;
import java.lang.foreign.FunctionDescriptor;
import org.junit.jupiter.api.Test;

/** The JVM turns SIGSEGV into NullPointerException; a library that takes the signal over ends the process at the next one. */
@RequiresMlir
class SignalsTest {
    @Test
    void implicitNullChecksWorkAfterTheLibraryWasUsed() {
        try (MlirContext context = MlirContext.create()) {
            Pipeline.of("canonicalize,cse").run(context.parse("module {}", "m"));
            context.parse("broken", "m");
        } catch (MlirException expected) {
            assertThat(expected).hasMessageContaining("not a valid module");
        }
        ImplicitNullChecks.assertWork();
    }

    @Test
    void codeInTheLibraryCannotSetAHandler() throws Throwable {
        long took = (long) NativeFunction.of("agentoptCanSetSignalHandlers", FunctionDescriptor.of(JAVA_LONG))
                .invokeExact();
        assertThat(took).isZero();
    }
}
