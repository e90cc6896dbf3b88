package io.agentopt.benchmarks.kernels;

import java.lang.foreign.Arena;
import java.util.List;

/** Kernels that are measured together. */
interface KernelFamily {
    /** {@return for the console} */
    String name();

    /** {@return the kernels of the family, each with its specialisation as {@link KernelCase#kernel} names it} */
    List<String> kernels();

    /**
     * Fills the buffers of one case and compiles its kernel.
     *
     * @param kernel one of {@link #kernels}
     * @param arena lives as long as the case is measured; closed afterwards
     */
    KernelCase prepare(String kernel, Size size, Arena arena);
}
