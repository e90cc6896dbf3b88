package io.agentopt.kernel;

/** A kernel's code for one specification, in Java or compiled: works on a range of rows of checked buffers. */
@FunctionalInterface
public interface RowFunction {
    /**
     * Computes rows {@code begin} to {@code end} (excluded). Ranges of one call's rows may run on several threads at once.
     *
     * @param buffers in the order of {@link KernelDefinition#operands}, already checked
     */
    void run(long begin, long end, Buffer... buffers);
}
