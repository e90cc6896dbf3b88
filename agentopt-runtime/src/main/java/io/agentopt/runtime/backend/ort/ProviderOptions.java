package io.agentopt.runtime.backend.ort;

import java.util.Map;
import java.util.TreeMap;

/** Options of a provider's sessions, completed where ONNX Runtime would silently ignore one. */
final class ProviderOptions {
    private static final String STREAM = "user_compute_stream", HAS_STREAM = "has_user_compute_stream";

    private ProviderOptions() {}

    /**
     * {@return a copy}  A stream of the caller's counts only beside a second option that says that there is one: it is added.
     *
     * @throws IllegalArgumentException if that second option denies it
     */
    static Map<String, String> checked(String provider, Map<String, String> options) {
        Map<String, String> all = new TreeMap<>(options);
        if (all.containsKey(STREAM)) all.putIfAbsent(HAS_STREAM, "1");
        if (all.containsKey(STREAM) && !"1".equals(all.get(HAS_STREAM))) {
            throw new IllegalArgumentException("The provider '" + provider + "' was given " + STREAM + " and "
                    + HAS_STREAM + " = " + all.get(HAS_STREAM) + ", so the stream would be ignored. Set it to 1.");
        }
        return Map.copyOf(all);
    }
}
