package io.agentopt.runtime.speech;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/** Seeded random weights of a recogniser of Whisper's kind, for {@link TinyWhisper} and {@link PlainWhisper}. */
public record TinyWeights(Map<String, float[]> values) {
    static final int MELS = 80,
            FRAMES = 100,
            POSITIONS = 50,
            WIDTH = 16,
            HEADS = 2,
            DIM = 8,
            LAYERS = 2,
            FFN = 24,
            VOCAB = 276,
            MOST = 24;
    static final int END = 256,
            START = 257,
            ENGLISH = 258,
            GERMAN = 259,
            JAPANESE = 260,
            TRANSLATE = 261,
            TRANSCRIBE = 262,
            NO_SPEECH = 263,
            NO_TIMESTAMPS = 264;

    public static TinyWeights random(long seed) {
        SplittableRandom r = new SplittableRandom(seed);
        Map<String, float[]> w = new LinkedHashMap<>();
        w.put("conv", gaussian(r, WIDTH * MELS * 3, 2 / Math.sqrt(MELS * 3)));
        w.put("encoder.positions", gaussian(r, POSITIONS * WIDTH, 0.3));
        w.put("encoder.mix", gaussian(r, WIDTH * WIDTH, 1.5 / Math.sqrt(WIDTH)));
        w.put("embed", gaussian(r, VOCAB * WIDTH, 1));
        w.put("positions", gaussian(r, MOST * WIDTH, 0.5));
        for (int layer = 0; layer < LAYERS; layer++) {
            for (String part : new String[] {"q", "k", "v", "o", "cq", "ck", "cv", "co"})
                w.put(layer + "." + part, gaussian(r, WIDTH * WIDTH, 1 / Math.sqrt(WIDTH)));
            w.put(layer + ".up", gaussian(r, WIDTH * FFN, 1 / Math.sqrt(WIDTH)));
            w.put(layer + ".down", gaussian(r, FFN * WIDTH, 1 / Math.sqrt(FFN)));
        }
        w.put("head", gaussian(r, WIDTH * VOCAB, 1 / Math.sqrt(WIDTH)));
        float[] ending = new float[MOST]; // lengths differ: the end becomes likely late
        for (int i = 0; i < MOST; i++) ending[i] = 0.6f * (i - 10);
        w.put("ending", ending);
        float[] end = new float[VOCAB];
        end[END] = 1;
        w.put("end", end);
        return new TinyWeights(w);
    }

    float[] of(String name) {
        return java.util.Objects.requireNonNull(values.get(name), name);
    }

    private static float[] gaussian(SplittableRandom random, int n, double scale) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) values[i] = (float) (random.nextGaussian() * scale);
        return values;
    }
}
