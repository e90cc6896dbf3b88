package io.agentopt.message;

import java.util.Arrays;

/**
 * Mono sound.
 *
 * @param samples the wave, finite, usually in -1..1; the array is copied in and out
 * @param sampleRate samples a second, 1 to 1,000,000
 */
@SuppressWarnings("ArrayRecordComponent") // copied in and out, compared by elements
public record Audio(float[] samples, int sampleRate) {
    /** The highest sample rate, Hz. */
    public static final int HIGHEST_RATE = 1_000_000;

    public Audio {
        samples = samples.clone();
        if (sampleRate < 1 || sampleRate > HIGHEST_RATE) {
            throw new IllegalArgumentException("The sampleRate (" + sampleRate + " Hz) of an audio of " + samples.length
                    + " samples must be in 1.." + HIGHEST_RATE + ".");
        }
        for (int i = 0; i < samples.length; i++) {
            if (!Float.isFinite(samples[i])) {
                throw new IllegalArgumentException("Sample " + i + " (" + samples[i] + ") of an audio of "
                        + samples.length + " samples is not finite. Check the decoder or the synthesiser.");
            }
        }
    }

    @Override
    public float[] samples() {
        return samples.clone();
    }

    /** {@return how many samples there are} */
    public int length() {
        return samples.length;
    }

    /** {@return how long it lasts, s} */
    public double seconds() {
        return (double) samples.length / sampleRate;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Audio a && sampleRate == a.sampleRate && Arrays.equals(samples, a.samples);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(samples) + sampleRate;
    }

    @Override
    public String toString() {
        return "Audio[" + samples.length + " samples at " + sampleRate + " Hz]";
    }
}
