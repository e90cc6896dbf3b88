package io.agentopt.runtime.llm;

import io.agentopt.model.ModelSpec;
import io.agentopt.runtime.llm.execute.GpuMemory;
import io.agentopt.runtime.llm.execute.PromptLane;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.pack.ModelPackException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;

/**
 * What an engine takes of a GPU's memory, told before anything is loaded. As {@link MemoryEstimate}, but
 *
 * <ul>
 *   <li>weights are there once, not repacked; with prompts beside steps, those inside the ONNX file twice, once for each session;
 *   <li>attention scores are never held at once, and scores of the vocabulary for one position of each row: those of prompts, and of
 *       steps in two slots;
 *   <li>what the libraries of matrix products take for themselves, and graphs, are {@value #WORKSPACE} bytes;
 *   <li>the default prefix cache is a sixteenth of what is free, as far as the rest leaves that.
 * </ul>
 */
final class GpuEstimate {
    private static final long WORKSPACE = 256 << 20;
    private static final int SCORES = 3; // float32 for each row
    private static final int HALVES = 2; // half precision, which such models write first

    private GpuEstimate() {}

    /**
     * {@return the estimate}
     *
     * @param free empty if unknown
     * @throws ModelPackException if it is more than is free, or not one slot fits the budget; with the numbers
     */
    static MemoryEstimate of(ModelPack pack, EngineSettings settings, Optional<GpuMemory> free) {
        ModelSpec model = pack.spec();
        int context = Math.min(model.maxContext(), settings.context().orElse(model.maxContext()));
        boolean beside = settings.gpu().lane() == PromptLane.BESIDE_STEPS;
        long weights = MemoryEstimate.weightBytes(pack.onnx()) + (beside ? fileBytes(pack) : 0);
        long slotBytes = (long) Math.ceil(model.kvBytesPerToken() * context);
        double perPosition = 4.0 * model.hidden()
                + 2.0 * (model.heads() + 2.0 * model.kvHeads()) * model.headDim()
                + 3.0 * model.ffn();
        int chunk = Math.min(settings.chunk(), context);
        MemoryEstimate.Sizes sizes = new MemoryEstimate.Sizes(weights, context, slotBytes, slots -> {
            double positions = beside ? chunk + slots : Math.max(chunk, slots);
            double scores = (double) slots * model.vocab() * (SCORES * Float.BYTES + HALVES * Short.BYTES);
            return Float.BYTES * positions * perPosition + scores + WORKSPACE;
        });
        return sizes.fit(
                pack,
                settings,
                free.map(GpuMemory::freeBytes).orElse(0L),
                free.map(f -> "free on " + f.device() + " are ").orElse(""));
    }

    private static long fileBytes(ModelPack pack) {
        try {
            return Files.size(pack.onnx());
        } catch (IOException e) {
            throw new ModelPackException("The size of " + pack.onnx() + " cannot be read: " + e.getMessage(), e);
        }
    }
}
