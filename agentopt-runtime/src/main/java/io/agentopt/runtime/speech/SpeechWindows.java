package io.agentopt.runtime.speech;

import java.util.Arrays;

/**
 * Sound in consecutive windows that a model hears one by one. What is longer than a window is cut where it is quietest in the last sixth of the window, so
 * that a word is seldom torn; the next window begins there. Each is padded with silence.
 */
final class SpeechWindows {
    private static final int SEARCHED = 6; // one part of so many
    private static final int FRAMES_PER_SECOND = 10;

    private final Resampler sound;
    private final int window;
    private final int frame;
    private long begin;
    private long next;

    /**
     * @param window samples of a window
     * @param rate of the samples, Hz
     */
    SpeechWindows(Resampler sound, int window, int rate) {
        this.sound = sound;
        this.window = window;
        frame = rate / FRAMES_PER_SECOND;
    }

    /** {@return whether all was given} */
    boolean isDone() {
        return next >= sound.length();
    }

    /** {@return the part of the sound that the last window came from} */
    Transcription.Span span() {
        double rate = (double) frame * FRAMES_PER_SECOND;
        return new Transcription.Span(begin / rate, next / rate);
    }

    /** {@return the next window's samples, padded} */
    float[] next() {
        begin = next;
        float[] samples = sound.part(next, window);
        if (sound.length() - next <= window) {
            next = sound.length();
            return samples;
        }
        int cut = quietest(samples);
        next += cut;
        Arrays.fill(samples, cut, window, 0);
        return samples;
    }

    /** {@return the middle of the frame of least energy, the latest of equal ones} */
    private int quietest(float[] samples) {
        int cut = window;
        double least = Double.POSITIVE_INFINITY;
        for (int at = window - window / SEARCHED; at + frame <= window; at += frame / 2) {
            double energy = 0;
            for (int i = at; i < at + frame; i++) energy += (double) samples[i] * samples[i];
            if (energy <= least) {
                least = energy;
                cut = at + frame / 2;
            }
        }
        return cut;
    }
}
