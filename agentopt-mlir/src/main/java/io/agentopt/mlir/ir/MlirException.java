package io.agentopt.mlir.ir;

import java.util.List;
import java.util.stream.Collectors;

/** An IR does not parse or verify, or a pass failed. The message lists the diagnostics. */
public final class MlirException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<Diagnostic> diagnostics;

    public MlirException(String message, List<Diagnostic> diagnostics) {
        super(
                diagnostics.isEmpty()
                        ? message
                        : message + "\n"
                                + diagnostics.stream().map(d -> "  " + d).collect(Collectors.joining("\n")));
        this.diagnostics = List.copyOf(diagnostics);
    }

    /** {@return what MLIR reported, in order; empty when the reason is in the message alone} */
    public List<Diagnostic> diagnostics() {
        return diagnostics;
    }
}
