package io.agentopt.runtime.runner;

import io.agentopt.message.Embedding;
import java.util.List;

/** Turns texts into vectors. */
@FunctionalInterface
public interface Embedder {
    /** {@return one vector for each text, in their order, all of one size} */
    List<Embedding> embed(List<String> texts) throws Exception;
}
