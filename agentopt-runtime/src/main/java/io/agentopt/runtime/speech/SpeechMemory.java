package io.agentopt.runtime.speech;

import io.agentopt.model.EncoderDecoderSpec;
import io.agentopt.model.EncoderDecoderSpec.Tower;
import io.agentopt.runtime.llm.pack.ModelPackException;
import io.agentopt.runtime.llm.pack.SpeechPack;
import java.util.Locale;

/**
 * What memory a speech engine takes, told before anything is loaded.
 *
 * <ul>
 *   <li>weights: the sizes of the ONNX files and of what lies beside them, times {@value #REPACKED}, as for language models; a decoder in two files counts twice;
 *   <li>caches, for each window: keys and values of cross-attention over all encoder positions, and those of the decoder's own tokens twice, as a step
 *       writes them anew;
 *   <li>activations, for each window: the wider of the encoder (features, both convolutions, two attention score matrices [heads, positions, positions],
 *       four hidden states, the feed-forward's two halves) and the decoder's scores of a prompt.
 * </ul>
 *
 * @param weights bytes
 * @param windows heard together
 * @param caches bytes of each window
 * @param activations bytes of each window
 */
public record SpeechMemory(long weights, int windows, long caches, long activations) {
    private static final double REPACKED = 1.6;
    private static final int PROMPT = 4;

    /**
     * Estimates, with as many windows as fit.
     *
     * @param most windows
     * @param machineBytes of this machine; 0 if unknown
     * @throws ModelPackException if not one fits, with the numbers
     */
    static SpeechMemory of(SpeechPack pack, int most, long machineBytes) {
        EncoderDecoderSpec m = pack.spec();
        Tower e = m.encoder();
        double positions = m.audio().positions();
        double encoder = m.audio().frames() * (m.audio().features() + e.hidden())
                + positions * (4.0 * e.hidden() + 3 * e.attentionWidth() + 2.0 * e.ffn())
                + 2 * e.heads() * positions * positions;
        double decoder = 2.0 * PROMPT * m.vocab();
        double caches = m.crossAttentionBytesPerWindow() + 2 * m.maxOutput() * m.kvBytesPerToken();
        SpeechMemory one = new SpeechMemory((long) (REPACKED * pack.fileBytes()), 1, (long) Math.ceil(caches), (long)
                (Float.BYTES * Math.max(encoder, decoder)));
        if (machineBytes <= 0) return one.with(most);
        if (one.total() > machineBytes) {
            throw new ModelPackException("The model '" + pack.id() + "' of " + pack.folder() + " needs " + one
                    + ", but this machine has " + gigabytes(machineBytes)
                    + ". Use a smaller model or a number format with fewer bits, or more memory.");
        }
        long fitting = (machineBytes - one.weights) / (one.caches + one.activations);
        return one.with((int) Math.min(most, fitting));
    }

    private SpeechMemory with(int count) {
        return new SpeechMemory(weights, count, caches, activations);
    }

    /** {@return bytes of all of it} */
    public long total() {
        return weights + windows * (caches + activations);
    }

    private static String gigabytes(double bytes) {
        return bytes < 1e8
                ? String.format(Locale.ROOT, "%.3f MB", bytes / 1e6)
                : String.format(Locale.ROOT, "%.2f GB", bytes / 1e9);
    }

    @Override
    public String toString() {
        return gigabytes(total()) + " (weights " + gigabytes(weights) + ", " + windows + " windows with caches of "
                + gigabytes(caches) + " and activations of " + gigabytes(activations) + " each)";
    }
}
