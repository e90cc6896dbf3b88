package io.agentopt.runtime.llm;

import io.agentopt.cost.ExternalWeight;
import io.agentopt.model.ModelSpec;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.pack.ModelPackException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What memory an engine takes, told before anything is loaded, because a system that runs out of memory kills the process instead of
 * refusing.
 *
 * <ul>
 *   <li>weights: the sizes of the ONNX file and of the files with its external weights, times {@value #REPACKED}: the processor's
 *       matrix products keep a repacked copy of their weights, and 1.26 to 1.55 times the file was measured;
 *   <li>KV caches: slots x context x bytes of a token, all of it, although memory is taken when it is first written;
 *   <li>activations: what the widest run (a chunk of a prompt, or a token of each slot) holds at once: hidden states, projections,
 *       the feed-forward's two halves, attention scores over the context, scores of the vocabulary; and what is shared by
 *       all runs.
 * </ul>
 *
 * <p>{@link GpuEstimate} says what differs on GPUs.
 *
 * @param weights bytes
 * @param slots KV caches
 * @param context positions of each
 * @param slotBytes of each
 * @param activations bytes
 * @param prefixes most bytes of the prefix cache
 */
public record MemoryEstimate(long weights, int slots, int context, long slotBytes, long activations, long prefixes) {
    /** Most slots that a memory budget gives: more gain no speed, and each costs every step a little. */
    public static final int MOST_SLOTS = 256;

    private static final double REPACKED = 1.6;
    private static final int MACHINE_SHARE = 16; // one part of so many for the prefix cache
    private static final int BUDGET_SHARE = 8;

    /**
     * Estimates.
     *
     * @param machineBytes of this machine; 0 if unknown
     * @throws ModelPackException if it does not fit the machine, or not one slot fits the budget; with the numbers
     */
    static MemoryEstimate of(ModelPack pack, EngineSettings settings, long machineBytes) {
        ModelSpec model = pack.spec();
        int context = Math.min(model.maxContext(), settings.context().orElse(model.maxContext()));
        long weights = (long) (REPACKED * weightBytes(pack.onnx()));
        long slotBytes = (long) Math.ceil(model.kvBytesPerToken() * context);
        int chunk = settings.chunk(), spareRows = spareRows(pack);
        Sizes sizes = new Sizes(
                weights, context, slotBytes, slots -> activations(model, slots, context, slotBytes, spareRows, chunk));
        return sizes.fit(pack, settings, machineBytes, "this machine has ");
    }

    /** {@return rows that runs write to while they read a request's, of models that concatenate} */
    private static int spareRows(ModelPack pack) {
        return pack.layout() instanceof ModelPack.Decoder d ? d.wiring().spareRows() : 0;
    }

    private static double activations(
            ModelSpec model, int slots, int context, long slotBytes, int spareRows, int chunk) {
        double width = Math.max(Math.min(chunk, context), slots); // positions of the widest run
        double perPosition = 4.0 * model.hidden()
                + 2.0 * (model.heads() + 2.0 * model.kvHeads()) * model.headDim()
                + 3.0 * model.ffn()
                + 2.0 * model.vocab()
                + (double) model.heads() * context;
        double shared = Long.BYTES * (2.0 * context + (double) slots * context) // ids and masks
                + 2.0 * Float.BYTES * slots * model.vocab()
                + (double) spareRows * slotBytes;
        return Float.BYTES * width * perPosition + shared;
    }

    /**
     * What an estimate is made of, for any number of slots.
     *
     * @param activations bytes, by slots
     */
    record Sizes(long weights, int context, long slotBytes, IntToDoubleFunction activations) {
        /**
         * {@return the estimate for the settings' room}
         *
         * @param bytes that there are; 0 if unknown
         * @param has who has them, for the message
         * @throws ModelPackException if it does not fit; with the numbers
         */
        MemoryEstimate fit(ModelPack pack, EngineSettings settings, long bytes, String has) {
            MemoryEstimate fit = switch (settings.room()) {
                case KvRoom.Slots s -> slots(s.count(), settings, bytes);
                case KvRoom.Memory m -> within(m.bytes(), settings, pack);
            };
            if (bytes > 0 && fit.total() > bytes) throw refused(pack, fit, has + gigabytes(bytes), bytes);
            return fit;
        }

        private MemoryEstimate slots(int count, EngineSettings settings, long machineBytes) {
            MemoryEstimate bare = of(count, 0);
            long left = Math.max(0, machineBytes - bare.total());
            return of(count, settings.prefixes().bytes().orElse(Math.min(machineBytes / MACHINE_SHARE, left)));
        }

        private MemoryEstimate within(long bytes, EngineSettings settings, ModelPack pack) {
            long prefixes = settings.prefixes().bytes().orElse(Math.max(0, bytes - weights) / BUDGET_SHARE);
            for (int n = MOST_SLOTS; n >= 1; n--) {
                MemoryEstimate some = of(n, prefixes);
                if (some.total() <= bytes) return some;
            }
            throw refused(pack, of(1, prefixes), "the memory budget of its engine is " + gigabytes(bytes), bytes);
        }

        private MemoryEstimate of(int slots, long prefixes) {
            return new MemoryEstimate(
                    weights, slots, context, slotBytes, (long) activations.applyAsDouble(slots), prefixes);
        }
    }

    /** {@return bytes of all of it} */
    public long total() {
        double sum = (double) weights + (double) slots * slotBytes + activations + prefixes;
        return sum >= Long.MAX_VALUE ? Long.MAX_VALUE : (long) sum;
    }

    /** {@return bytes of an ONNX file, of those beside it that it says hold weights, and of those whose names begin with its own} */
    static long weightBytes(Path onnx) {
        String name = onnx.getFileName().toString();
        Path folder = onnx.toAbsolutePath().normalize().getParent();
        Set<Path> counted = new HashSet<>();
        try (Stream<Path> files = Files.list(folder)) {
            files.filter(file -> file.getFileName().toString().startsWith(name)).forEach(counted::add);
            for (String file : weightFiles(onnx))
                counted.add(folder.resolve(file).normalize());
            long bytes = 0;
            for (Path file : counted) if (Files.isRegularFile(file)) bytes += Files.size(file);
            return bytes;
        } catch (IOException e) {
            throw new ModelPackException("The folder of " + onnx + " cannot be listed: " + e.getMessage(), e);
        }
    }

    private static Set<String> weightFiles(Path onnx) {
        try {
            return ExternalWeight.of(onnx).stream().map(ExternalWeight::file).collect(Collectors.toSet());
        } catch (IllegalArgumentException | UncheckedIOException e) {
            return Set.of(); // opening it says what is wrong with it
        }
    }

    private static ModelPackException refused(ModelPack pack, MemoryEstimate wanted, String room, long bytes) {
        double rest = (double) bytes - wanted.weights - wanted.activations;
        long slots = (long) Math.max(0, (rest - wanted.prefixes) / wanted.slotBytes);
        long tokens = (long) Math.max(0, rest / wanted.slots / ((double) wanted.slotBytes / wanted.context));
        String way;
        if (slots > 0) way = "Open it with at most " + slots + " slots, or a smaller context or prefix cache.";
        else if (tokens > 0)
            way = "Open it with a context of at most " + tokens + " tokens (EngineSettings.withContext) or a smaller"
                    + " prefix cache.";
        else way = "Use a smaller model or a number format with fewer bits, or more memory.";
        return new ModelPackException("The model '" + pack.id() + "' of " + pack.folder() + " needs " + wanted
                + ", but " + room + ". " + way);
    }

    private static String gigabytes(double bytes) {
        return bytes < 1e8
                ? String.format(Locale.ROOT, "%.3f MB", bytes / 1e6)
                : String.format(Locale.ROOT, "%.2f GB", bytes / 1e9);
    }

    @Override
    public String toString() {
        return gigabytes(total()) + " (weights " + gigabytes(weights) + ", " + slots + " KV caches of " + context
                + " positions " + gigabytes((double) slots * slotBytes) + ", activations " + gigabytes(activations)
                + ", prefix cache " + gigabytes(prefixes) + ")";
    }
}
