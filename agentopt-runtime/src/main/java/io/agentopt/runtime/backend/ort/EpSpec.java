package io.agentopt.runtime.backend.ort;

import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/**
 * An execution provider that is not compiled in: a library to register, and options for its sessions. A GPU is no more than
 * this, whoever made it.
 *
 * @param name what it is registered as, such as {@code agentopt.cuda}; unique in the process
 * @param library the provider's shared library
 * @param options of sessions on it, provider-specific
 */
public record EpSpec(String name, Path library, Map<String, String> options) {
    public EpSpec {
        Objects.requireNonNull(library, "library");
        if (name.isBlank()) throw new IllegalArgumentException("The provider '" + library + "' needs a name.");
        options = ProviderOptions.checked(name, options);
    }
}
