package io.agentopt.mlir.codegen;

import io.agentopt.mlir.ffi.Codegen;
import io.agentopt.mlir.ffi.Codegen.Form;
import io.agentopt.mlir.ffi.Modules.Outcome;
import io.agentopt.mlir.ir.Diagnostic;
import io.agentopt.mlir.ir.MlirException;
import io.agentopt.mlir.ir.TextLimits;
import java.util.List;

/** One module on its way from text to code, in a native session of its own. Used by the thread that made it, and closed by it. */
final class Compilation implements AutoCloseable {
    /** The same as a pass, for what a kernel's own schedule makes of it. */
    static final String CHECK = "agentopt-check-kernel";

    private final String name;
    private final long session;
    private long module;

    /**
     * Parses and verifies the text.
     *
     * @param name what messages call the module
     * @throws MlirException when it does not parse or verify, is longer than 16 MiB or nests deeper than 1,000 brackets
     * @throws IllegalStateException when the code generation library is unavailable
     */
    Compilation(String text, String name) {
        TextLimits.checkKernel(text, name);
        ValueNames.check(text, name);
        this.name = name;
        this.session = Codegen.createSession();
        this.module = Codegen.parse(session, text, name);
        if (module == 0) {
            MlirException failure = failure("'" + name + "' is not a valid module.");
            close();
            throw failure;
        }
    }

    /**
     * Refuses what a kernel may not have: operations that are not for kernels, functions defined elsewhere, vectors, constants and stacks without bound.
     *
     * @throws MlirException with the place and the reason
     */
    Compilation checked() {
        if (Codegen.run(session, module, CHECK) instanceof Outcome.Done) return this;
        MlirException refused = failure("'" + name + "' is no kernel that is compiled.");
        close();
        throw refused;
    }

    /** Runs passes, as {@code func.func(canonicalize),cse}. */
    void run(String pipeline) {
        switch (Codegen.run(session, module, pipeline)) {
            case Outcome.Done _ -> {}
            case Outcome.BadPipeline(String reason) ->
                throw new IllegalArgumentException(
                        "'" + pipeline + "' is no pipeline of the code generation library: " + reason);
            case Outcome.Failed _ -> throw failure("The passes of '" + name + "' failed.");
        }
    }

    String print() {
        return Codegen.print(module);
    }

    /** {@return the module as code} */
    byte[] emit(String triple, String chip, String features, int vectorBits, Form form) {
        return Codegen.emit(session, module, triple, chip, features, vectorBits, form)
                .orElseThrow(() -> failure("'" + name + "' could not be compiled for " + chip + "."));
    }

    @Override
    public void close() {
        Codegen.closeSession(session, module);
        module = 0;
    }

    private MlirException failure(String message) {
        List<Diagnostic> diagnostics =
                Codegen.takeDiagnostics(session).stream().map(Diagnostic::of).toList();
        return new MlirException(message, diagnostics);
    }
}
