package io.agentopt.runtime.llm.kv;

import io.agentopt.model.ModelSpec;
import io.agentopt.runtime.backend.ort.ElementType;

/**
 * What one position of a decoder's cache holds: a key and a value of {@code headDim} elements for every layer and KV head.
 *
 * @param type of an element
 */
public record KvShape(int layers, int kvHeads, int headDim, ElementType type) {
    public KvShape {
        if (layers < 1 || kvHeads < 1 || headDim < 1) {
            throw new IllegalArgumentException("The cache shape of " + layers + " layers, " + kvHeads + " KV heads and "
                    + headDim + " elements a head must have at least one of each.");
        }
    }

    /** {@return the shape of a model's cache, whose elements are of {@code type}} */
    public static KvShape of(ModelSpec model, ElementType type) {
        return new KvShape(model.layers(), model.kvHeads(), model.headDim(), type);
    }

    /** {@return bytes of one head of one position, in keys or in values} */
    public long bytesPerHead() {
        return (long) headDim * type.bytes();
    }

    /** {@return bytes of one layer of one position: keys and values of all heads} */
    public long bytesPerLayer() {
        return 2L * kvHeads * bytesPerHead();
    }

    /** {@return bytes of one position: keys and values of all layers and heads} */
    public long bytesPerPosition() {
        return layers * bytesPerLayer();
    }
}
