package io.agentopt.message;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tensors by name: what a model file or a kernel gives that has more than one output.
 *
 * @param byName in the order in which they were given
 */
public record Tensors(Map<String, Tensor> byName) {
    public Tensors {
        Map<String, Tensor> ordered = new LinkedHashMap<>(byName);
        if (ordered.containsKey(null) || ordered.containsValue(null))
            throw new IllegalArgumentException("Of the tensors " + ordered.keySet() + " a name or a tensor is null.");
        byName = Collections.unmodifiableMap(ordered);
    }

    /**
     * {@return the tensor of a name}
     *
     * @throws IllegalArgumentException if there is none
     */
    public Tensor get(String name) {
        Tensor tensor = byName.get(name);
        if (tensor == null)
            throw new IllegalArgumentException(
                    "There is no tensor '" + name + "' among these. There are " + byName.keySet() + ".");
        return tensor;
    }

    @Override
    public String toString() {
        return "Tensors" + byName;
    }
}
