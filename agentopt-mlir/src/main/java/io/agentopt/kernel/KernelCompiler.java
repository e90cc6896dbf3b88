package io.agentopt.kernel;

/** Turns a kernel into code for this machine. Closing it frees the code, which nobody may be running then. */
public interface KernelCompiler extends AutoCloseable {
    /**
     * {@return the compiled kernel}
     *
     * @param spec already checked against the definition's parameters
     * @throws RuntimeException when it cannot be compiled; the message says why
     */
    RowFunction compile(KernelDefinition definition, KernelSpec spec);

    @Override
    void close();
}
