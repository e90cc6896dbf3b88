package io.agentopt.kernels;

import io.agentopt.kernel.KernelDefinition;
import java.util.List;

/** Every kernel of AgentOpt. */
public final class KernelCatalog {
    private KernelCatalog() {}

    /** {@return all kernels} */
    public static List<KernelDefinition> all() {
        return List.of( //
                new Cosine(),
                new CosineTopK(),
                new Gather(),
                new KvCopy(),
                new KvPack(),
                new KvUnpack(),
                new LayerNorm(),
                new LogMel(),
                new LogMelScale(),
                new LogSoftmax(),
                new MeanPool(),
                new Resize(),
                new RmsNorm(),
                new Sample(),
                new Softmax(),
                new TopK());
    }
}
