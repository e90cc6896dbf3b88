package io.agentopt.cost.importer;

import io.agentopt.model.ModelSpec;
import io.agentopt.model.Precision;

/** Models that measurement files name and the packaged catalog does not list; shapes of their published configurations. */
final class MeasuredModels {
    static final ModelSpec QWEN2_7B = dense("Qwen/Qwen2-7B", 28, 3584, 28, 4, 18944, 152064);
    static final ModelSpec QWEN2_72B = dense("Qwen/Qwen2-72B", 80, 8192, 64, 8, 29568, 152064);
    static final ModelSpec LLAMA_30B = dense("llama1_30b", 60, 6656, 52, 52, 17920, 32000);

    private MeasuredModels() {}

    private static ModelSpec dense(String id, int layers, int hidden, int heads, int kvHeads, int ffn, int vocab) {
        return new ModelSpec(
                id,
                ModelSpec.Kind.DECODER,
                layers,
                hidden,
                heads,
                kvHeads,
                128,
                ffn,
                true,
                vocab,
                false,
                32768,
                ModelSpec.Experts.NONE,
                Precision.FP16,
                Precision.FP16,
                Precision.FP16);
    }
}
