package io.agentopt.runtime.backend.ort;

import java.util.Map;

/** Where a session computes, other than the CPU: a device of a registered provider, or a provider reached by its name. */
public sealed interface SessionDevice permits EpDevice, NamedProvider {
    /** {@return the name that nodes on it carry, such as {@code CUDAExecutionProvider}} */
    String provider();

    /** {@return options of sessions on it, provider-specific} */
    Map<String, String> options();
}
