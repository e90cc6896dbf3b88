package io.agentopt.runtime.speech;

import io.agentopt.message.Audio;
import java.util.SplittableRandom;

/** Sounds for tests. */
final class Sounds {
    private Sounds() {}

    /** {@return tones that change every tenth of a second, and some noise} */
    static Audio tones(long seed, double seconds, int rate) {
        SplittableRandom r = new SplittableRandom(seed);
        float[] samples = new float[(int) (seconds * rate)];
        double hertz = 200, loud = 0.2, turn = 0;
        for (int i = 0; i < samples.length; i++) {
            if (i % (rate / 10) == 0) {
                hertz = r.nextDouble(100, Math.min(3_500, 0.4 * rate));
                loud = r.nextDouble(0.01, 0.6);
            }
            turn += 2 * Math.PI * hertz / rate;
            samples[i] = (float) (loud * Math.sin(turn) + 0.003 * r.nextGaussian());
        }
        return new Audio(samples, rate);
    }

    static Audio sine(double hertz, double seconds, int rate) {
        float[] samples = new float[(int) (seconds * rate)];
        for (int i = 0; i < samples.length; i++) samples[i] = (float) Math.sin(2 * Math.PI * hertz * i / rate);
        return new Audio(samples, rate);
    }
}
