package io.agentopt.graph;

import io.agentopt.message.Audio;
import io.agentopt.message.Completion;
import io.agentopt.message.Embedding;
import io.agentopt.message.Prompt;
import io.agentopt.message.Tensor;

/** What kind of value a port carries, as far as the compiler needs to know. Inferred from use; see {@link TypeInference}. */
public enum PortType {
    /** Any Java object. */
    VALUE,
    TEXT,
    PROMPT,
    COMPLETION,
    EMBEDDING,
    AUDIO,
    TENSOR,
    /** A list of passages. */
    PASSAGES,
    /** Any other list. */
    LIST,
    /** A boolean. */
    FLAG;

    /** {@return the kind of values of a Java class} */
    static PortType of(Class<?> type) {
        if (type == String.class) return TEXT;
        if (type == Prompt.class) return PROMPT;
        if (type == Completion.class) return COMPLETION;
        if (type == Embedding.class) return EMBEDDING;
        if (type == Audio.class) return AUDIO;
        if (type == Tensor.class) return TENSOR;
        if (type == Boolean.class || type == boolean.class) return FLAG;
        return VALUE;
    }
}
