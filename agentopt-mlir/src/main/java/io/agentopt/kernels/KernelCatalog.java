package io.agentopt.kernels;

import io.agentopt.kernel.KernelDefinition;
import java.util.List;

/** Every kernel of AgentOpt. */
public final class KernelCatalog {
    private KernelCatalog() {}

    /** {@return all kernels} */
    public static List<KernelDefinition> all() {
        return List.of( //
                new Cosine());
    }
}
