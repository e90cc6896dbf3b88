package io.agentopt.runtime.speech;

import static io.agentopt.runtime.speech.TinyWeights.DIM;
import static io.agentopt.runtime.speech.TinyWeights.END;
import static io.agentopt.runtime.speech.TinyWeights.FFN;
import static io.agentopt.runtime.speech.TinyWeights.FRAMES;
import static io.agentopt.runtime.speech.TinyWeights.HEADS;
import static io.agentopt.runtime.speech.TinyWeights.LAYERS;
import static io.agentopt.runtime.speech.TinyWeights.MELS;
import static io.agentopt.runtime.speech.TinyWeights.NO_TIMESTAMPS;
import static io.agentopt.runtime.speech.TinyWeights.POSITIONS;
import static io.agentopt.runtime.speech.TinyWeights.START;
import static io.agentopt.runtime.speech.TinyWeights.VOCAB;
import static io.agentopt.runtime.speech.TinyWeights.WIDTH;

import io.agentopt.kernel.Kernels;
import io.agentopt.kernels.KernelCatalog;
import io.agentopt.kernels.LogMelSpectrogram;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The slow twin of {@link TranscribeEngine} on a {@link TinyWhisper}: one window, in double, the whole text again for each token, no caches. */
final class PlainWhisper {
    private static final int MAX_LENGTH = 20; // as in generation_config.json

    private final TinyWeights weights;

    PlainWhisper(TinyWeights weights) {
        this.weights = weights;
    }

    /** {@return the encoder's output for a window of at most a second at 16 kHz} */
    double[][] hear(float[] samples) {
        return encode(features(samples));
    }

    /** {@return the tokens of a window, the end included; the language found} */
    List<Integer> tokens(float[] samples) {
        return tokens(hear(samples), 0, TinyWeights.TRANSCRIBE);
    }

    /**
     * {@return the tokens of a window, the end included}
     *
     * @param language a token, or 0 to find it
     * @param task a token
     */
    List<Integer> tokens(double[][] heard, int language, int task) {
        List<Integer> text = new ArrayList<>(List.of(START));
        text.add(language != 0 ? language : language(heard));
        text.add(task);
        text.add(NO_TIMESTAMPS);
        int prompt = text.size();
        while (text.size() < MAX_LENGTH) {
            double[] scores = last(text, heard);
            for (int id : TinyWhisper.SUPPRESSED) scores[id] = Double.NEGATIVE_INFINITY;
            for (int id = NO_TIMESTAMPS; id < VOCAB; id++) scores[id] = Double.NEGATIVE_INFINITY;
            if (text.size() == prompt)
                for (int id : TinyWhisper.BEGIN_SUPPRESSED) scores[id] = Double.NEGATIVE_INFINITY;
            text.add(highest(scores, 0, VOCAB));
            if (text.getLast() == END) break;
        }
        return text.subList(prompt, text.size());
    }

    /** {@return the tokens of a window with time stamps, the end included; what may follow is asked token by token} */
    List<Integer> timed(double[][] heard, int language, int task) {
        List<Integer> text = new ArrayList<>(List.of(START, language, task));
        while (text.size() < MAX_LENGTH) {
            List<Integer> said = text.subList(3, text.size());
            double[] scores = last(text, heard);
            for (int id = 0; id < VOCAB; id++) if (!mayFollow(said, id)) scores[id] = Double.NEGATIVE_INFINITY;
            double stamps = 0, word = 0;
            for (int id = 0; id < VOCAB; id++) {
                if (id > NO_TIMESTAMPS) stamps += Math.exp(scores[id]);
                else word = Math.max(word, Math.exp(scores[id]));
            }
            text.add(stamps > word ? highest(scores, NO_TIMESTAMPS + 1, VOCAB) : highest(scores, 0, VOCAB));
            if (text.getLast() == END) break;
        }
        return List.copyOf(text.subList(3, text.size()));
    }

    private static boolean mayFollow(List<Integer> said, int id) {
        boolean stamp = id > NO_TIMESTAMPS;
        if (id == NO_TIMESTAMPS || Arrays.stream(TinyWhisper.SUPPRESSED).anyMatch(x -> x == id)) return false;
        if (said.isEmpty()) return stamp && id <= NO_TIMESTAMPS + 51;
        int before = said.getLast();
        int earlier = said.size() > 1 ? said.get(said.size() - 2) : NO_TIMESTAMPS + 1;
        int latest = said.stream()
                .filter(t -> t > NO_TIMESTAMPS)
                .max(Integer::compare)
                .orElse(0);
        if (before <= NO_TIMESTAMPS) return !stamp || id > latest; // in the middle of words
        if (earlier > NO_TIMESTAMPS) return !stamp; // a segment has begun
        return stamp ? id >= latest : id == END; // a segment has ended
    }

    int language(double[][] heard) {
        return highest(last(List.of(START), heard), TinyWeights.ENGLISH, TinyWeights.JAPANESE + 1);
    }

    private static int highest(double[] scores, int from, int to) {
        return IntStream.range(from, to)
                .reduce((a, b) -> scores[b] > scores[a] ? b : a)
                .orElseThrow();
    }

    private static double[][] features(float[] samples) {
        try (Kernels kernels = Kernels.references(KernelCatalog.all());
                Arena arena = Arena.ofConfined()) {
            float[] flat = new LogMelSpectrogram(kernels, MELS)
                    .of(arena, Arrays.copyOf(samples, 16_000))
                    .toFloatArray();
            double[][] rows = new double[MELS][FRAMES];
            for (int i = 0; i < flat.length; i++) rows[i / FRAMES][i % FRAMES] = flat[i];
            return rows;
        }
    }

    private double[][] encode(double[][] features) {
        double[][] rows = new double[POSITIONS][WIDTH];
        for (int p = 0; p < POSITIONS; p++) {
            for (int c = 0; c < WIDTH; c++) {
                double sum = 0;
                for (int m = 0; m < MELS; m++) {
                    for (int k = 0; k < 3; k++) {
                        int frame = 2 * p + k - 1;
                        if (frame >= 0 && frame < FRAMES)
                            sum += weights.of("conv")[(c * MELS + m) * 3 + k] * features[m][frame];
                    }
                }
                rows[p][c] = Math.tanh(sum) + weights.of("encoder.positions")[p * WIDTH + c];
            }
        }
        double[][] mixed = product(rows, "encoder.mix", WIDTH);
        for (double[] row : mixed) Arrays.setAll(row, i -> Math.tanh(row[i]));
        return mixed;
    }

    private double[] last(List<Integer> text, double[][] heard) {
        double[][] x = new double[text.size()][WIDTH];
        for (int t = 0; t < x.length; t++) {
            for (int i = 0; i < WIDTH; i++) {
                x[t][i] = weights.of("embed")[text.get(t) * WIDTH + i] + weights.of("positions")[t * WIDTH + i];
            }
        }
        for (int l = 0; l < LAYERS; l++) {
            String p = l + ".";
            add(
                    x,
                    product(
                            attention(
                                    product(x, p + "q", WIDTH),
                                    product(x, p + "k", WIDTH),
                                    product(x, p + "v", WIDTH),
                                    true),
                            p + "o",
                            WIDTH));
            add(
                    x,
                    product(
                            attention(
                                    product(x, p + "cq", WIDTH),
                                    product(heard, p + "ck", WIDTH),
                                    product(heard, p + "cv", WIDTH),
                                    false),
                            p + "co",
                            WIDTH));
            double[][] up = product(x, p + "up", FFN);
            for (double[] row : up) Arrays.setAll(row, i -> Math.tanh(row[i]));
            add(x, product(up, p + "down", WIDTH));
        }
        int at = x.length - 1;
        double[] scores = product(new double[][] {x[at]}, "head", VOCAB)[0];
        scores[END] += weights.of("ending")[at];
        return scores;
    }

    private static void add(double[][] x, double[][] y) {
        for (int t = 0; t < x.length; t++) for (int i = 0; i < x[t].length; i++) x[t][i] += y[t][i];
    }

    private double[][] product(double[][] x, String name, int to) {
        float[] w = weights.of(name);
        double[][] y = new double[x.length][to];
        for (int t = 0; t < x.length; t++) {
            for (int i = 0; i < x[t].length; i++) for (int j = 0; j < to; j++) y[t][j] += x[t][i] * w[i * to + j];
        }
        return y;
    }

    private static double[][] attention(double[][] q, double[][] k, double[][] v, boolean causal) {
        double[][] out = new double[q.length][WIDTH];
        for (int h = 0; h < HEADS; h++) {
            for (int t = 0; t < q.length; t++) {
                int keys = causal ? t + 1 : k.length;
                double[] e = new double[keys];
                double total = 0;
                for (int s = 0; s < keys; s++) {
                    double dot = 0;
                    for (int i = h * DIM; i < (h + 1) * DIM; i++) dot += q[t][i] * k[s][i];
                    e[s] = Math.exp(dot / Math.sqrt(DIM));
                    total += e[s];
                }
                for (int s = 0; s < keys; s++)
                    for (int i = h * DIM; i < (h + 1) * DIM; i++) out[t][i] += e[s] / total * v[s][i];
            }
        }
        return out;
    }
}
