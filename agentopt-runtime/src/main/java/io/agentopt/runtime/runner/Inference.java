package io.agentopt.runtime.runner;

import io.agentopt.message.Tensors;
import java.util.List;

/** Runs a model file. */
@FunctionalInterface
public interface Inference {
    /**
     * {@return the outputs that are asked for, at least}
     *
     * @param inputs by the model's names; embeddings and sound are tensors of one dimension
     * @param outputs the names that are wanted
     */
    Tensors infer(Tensors inputs, List<String> outputs) throws Exception;
}
