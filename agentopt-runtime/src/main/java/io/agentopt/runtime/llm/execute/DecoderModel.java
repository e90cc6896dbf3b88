package io.agentopt.runtime.llm.execute;

import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.pack.ModelPackException;

/**
 * What a GPU's executor knows of its model.
 *
 * @param lengths how it is told what rows hold
 * @param lastIndex the input that says which token is scored
 */
record DecoderModel(
        ModelPack pack, ModelPack.Decoder names, ModelPack.Counts lengths, String lastIndex, DecoderNames tensors) {
    /** @throws ModelPackException if it takes a mask, or no index */
    static ModelPack.Counts lengths(ModelPack pack, ModelPack.Decoder layout) {
        if (layout.lengths() instanceof ModelPack.Counts counts
                && counts.lastIndex().isPresent()) return counts;
        throw new ModelPackException("The model '" + pack.id() + "' takes an attention mask, which grows with"
                + " the text, or no index of the last token; GPUs run programs of fixed shapes. Export it with lengths as inputs and name them in"
                + " onnx.lastPositions, onnx.totalLength and onnx.lastIndex of "
                + pack.folder().resolve(ModelPack.FILE) + ", or run it on the CPU.");
    }

    int vocab() {
        return pack.spec().vocab();
    }
}
