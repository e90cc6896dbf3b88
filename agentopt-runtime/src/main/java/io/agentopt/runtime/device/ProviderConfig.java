package io.agentopt.runtime.device;

import io.agentopt.runtime.backend.ort.EpSpec;
import io.agentopt.runtime.backend.ort.NamedProvider;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a property says about a provider: a library, or a name that ONNX Runtime knows, and options of its sessions, which the
 * property with {@code .options} behind it lists as {@code key=value,key=value}.
 *
 * @param id of its devices
 * @param property that names it
 * @param value of that property
 * @param options of its sessions
 */
record ProviderConfig(String id, String property, String value, Map<String, String> options) {
    static final String OPTIONS = ".options";

    ProviderConfig {
        options = Map.copyOf(options);
    }

    /**
     * {@return what a property says; empty if it is not set}
     *
     * @throws IllegalArgumentException if the options cannot be read
     */
    static Optional<ProviderConfig> of(String id, String property) {
        String value = System.getProperty(property, "").strip();
        if (value.isEmpty()) return Optional.empty();
        Map<String, String> options = new TreeMap<>();
        String listed = System.getProperty(property + OPTIONS, "");
        for (String pair : listed.split(",", -1)) {
            if (pair.isBlank()) continue;
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("The property " + property + OPTIONS + " has '" + pair.strip()
                        + "', which is no key=value. Write key=value,key=value.");
            }
            options.put(
                    pair.substring(0, equals).strip(),
                    pair.substring(equals + 1).strip());
        }
        return Optional.of(new ProviderConfig(id, property, value, options));
    }

    /** {@return whether the value is a library and not a name} */
    boolean isLibrary() {
        return value.contains("/") || value.matches("(?i).*(\\\\.*|\\.(so(\\.[0-9.]+)?|dll|dylib))");
    }

    Path library() {
        return Path.of(value).toAbsolutePath();
    }

    EpSpec spec() {
        return new EpSpec("agentopt." + id, library(), options);
    }

    NamedProvider named() {
        return new NamedProvider(value, options);
    }
}
