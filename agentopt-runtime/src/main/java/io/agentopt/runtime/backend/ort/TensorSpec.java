package io.agentopt.runtime.backend.ort;

import java.util.List;
import java.util.StringJoiner;

/**
 * An input or output of a model.
 *
 * @param name as the model calls it
 * @param type of its elements
 * @param dims sizes; -1 where the size is free
 * @param symbols names of the free sizes, empty strings elsewhere; as long as {@code dims}
 */
public record TensorSpec(String name, ElementType type, List<Long> dims, List<String> symbols) {
    public TensorSpec {
        dims = List.copyOf(dims);
        symbols = List.copyOf(symbols);
    }

    /** {@return whether a tensor of that type and shape fits} */
    public boolean accepts(ElementType given, long[] shape) {
        if (given != type || shape.length != dims.size()) return false;
        for (int i = 0; i < shape.length; i++) {
            if (dims.get(i) >= 0 && dims.get(i) != shape[i]) return false;
        }
        return true;
    }

    /** {@return number of dimensions} */
    public int rank() {
        return dims.size();
    }

    @Override
    public String toString() {
        StringJoiner sizes = new StringJoiner(", ", "[", "]");
        for (int i = 0; i < dims.size(); i++) {
            sizes.add(dims.get(i) >= 0 ? dims.get(i).toString() : symbols.get(i).isEmpty() ? "?" : symbols.get(i));
        }
        return type + " " + sizes;
    }
}
