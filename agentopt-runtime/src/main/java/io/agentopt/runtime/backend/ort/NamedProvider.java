package io.agentopt.runtime.backend.ort;

import java.util.Map;

/**
 * A provider that ONNX Runtime's library has inside and knows by name, such as {@code OpenVINO}, {@code CoreML}, {@code WebGPU}
 * or {@code XNNPACK}. Whether it is there shows when a session is opened.
 *
 * @param name as ONNX Runtime's append function takes it
 * @param options of sessions on it, provider-specific
 */
public record NamedProvider(String name, Map<String, String> options) implements SessionDevice {
    private static final String SUFFIX = "ExecutionProvider";

    public NamedProvider {
        if (name.isBlank()) throw new IllegalArgumentException("A provider needs a name, such as OpenVINO.");
        options = ProviderOptions.checked(name, options);
    }

    @Override
    public String provider() {
        return name.endsWith(SUFFIX) ? name : name + SUFFIX;
    }

    @Override
    public String toString() {
        return provider();
    }
}
