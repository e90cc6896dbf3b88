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
    private record Box(int value) {}

    @Test
    void implicitNullChecksWorkAfterTheLibraryWasUsed() {
        try (MlirContext context = MlirContext.create()) {
            Pipeline.of("canonicalize,cse").run(context.parse("module {}", "m"));
            context.parse("broken", "m");
        } catch (MlirException expected) {
            assertThat(expected).hasMessageContaining("not a valid module");
        }
        Box[] boxes = new Box[50_000];
        for (int i = 0; i < boxes.length; i++) boxes[i] = new Box(i);
        long sum = 0;
        for (int round = 0; round < 20; round++)
            for (Box box : boxes) sum += read(box); // hot: C2 drops the explicit check
        Box[] nothing = new Box[1];
        int caught = 0;
        for (int i = 0; i < 50_000; i++) {
            try {
                sum += read(nothing[0]);
            } catch (NullPointerException e) {
                caught++;
            }
        }
        assertThat(caught).isEqualTo(50_000);
        assertThat(sum).isPositive();
    }

    @Test
    void codeInTheLibraryCannotSetAHandler() throws Throwable {
        long took = (long) NativeFunction.of("agentoptCanSetSignalHandlers", FunctionDescriptor.of(JAVA_LONG))
                .invokeExact();
        assertThat(took).isZero();
    }

    private static int read(Box box) {
        return box.value();
    }
}
