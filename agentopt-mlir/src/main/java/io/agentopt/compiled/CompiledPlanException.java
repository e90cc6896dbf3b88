package io.agentopt.compiled;

/** A compiled plan that cannot be used: damaged, foreign, of a newer format, too large, or of another graph. The message says which and the way out. */
public final class CompiledPlanException extends RuntimeException {
    private static final long serialVersionUID = 1;

    CompiledPlanException(String source, String problem, String wayOut) {
        super("The compiled plan '" + source + "' " + problem + ". " + wayOut);
    }

    CompiledPlanException(String source, RuntimeException cause) {
        super("The compiled plan '" + source + "' does not hold what it should: " + cause.getMessage(), cause);
    }
}
