package io.agentopt.runtime.llm.execute;

import io.agentopt.runtime.backend.ort.EpDevice;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.llm.pack.ModelPack;

/** Which executor a device takes. */
public final class DecoderExecutors {
    private DecoderExecutors() {}

    /**
     * Loads a model where the settings say.
     *
     * @param rows of the cache table
     * @throws io.agentopt.runtime.llm.pack.ModelPackException if the pack has a defect, or does not run there
     * @throws OutOfMemoryError if the device has no room for the caches
     */
    public static DecoderExecutor open(ModelPack pack, ModelPack.Decoder layout, SessionSettings settings, int rows) {
        return settings.device().orElse(null) instanceof EpDevice gpu && CudaDevice.is(gpu)
                ? CudaExecutor.open(pack, layout, settings, gpu, rows)
                : InPlaceExecutor.open(pack, layout, settings, rows);
    }
}
