package io.agentopt.runtime.llm;

import io.agentopt.model.ModelSpec;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.pack.ModelPackException;
import java.util.Locale;

/**
 * Whether the KV caches of an engine fit the machine's memory. Checked when it is opened: they are allocated whole, and a system that runs
 * out of memory kills the process instead of refusing.
 */
final class SlotMemory {
    private static final int BYTES_PER_TOKEN = 2 * Long.BYTES; // of the shared ids and mask

    private SlotMemory() {}

    /**
     * @param hostBytes of this machine; 0 if unknown, which passes
     * @throws ModelPackException if the caches are larger
     */
    static void check(ModelPack pack, int slots, long hostBytes) {
        ModelSpec model = pack.spec();
        double context = model.maxContext();
        double slot = model.kvBytesPerToken() * context;
        double room = hostBytes - BYTES_PER_TOKEN * context;
        if (hostBytes <= 0 || slots * slot <= room) return;
        long fit = (long) Math.max(0, room / slot);
        throw new ModelPackException(String.format(
                Locale.ROOT,
                "The architecture.maxContext (%d) of model '%s' makes %d KV caches of %.1f GB each, but this machine has %.1f GB. %s",
                model.maxContext(),
                pack.id(),
                slots,
                slot / 1e9,
                hostBytes / 1e9,
                fit > 0
                        ? "Open it with at most " + fit + " slots, or lower maxContext in model.json."
                        : "Lower maxContext in " + pack.folder().resolve(ModelPack.FILE) + "."));
    }
}
