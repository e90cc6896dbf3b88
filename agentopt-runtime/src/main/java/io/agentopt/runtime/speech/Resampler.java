package io.agentopt.runtime.speech;

import io.agentopt.message.Audio;

/**
 * Sound at another sample rate, by a windowed sinc, part by part.
 *
 * <p>Output sample n lies at t = n r / r' of the input (r and r' the rates of input and output) and is
 *
 * <pre>
 * y[n] = sum over k of x[k] c h(c (t - k)),   h(u) = sinc(u) w(u / {@value #ZEROS}),   c = {@value #PASS} min(1, r' / r)
 * </pre>
 *
 * where w is the Kaiser window whose stop band is at -80 dB (beta = 0.1102 (80 - 8.7)) and c the cut-off as a fraction of the input's Nyquist frequency: what the
 * output cannot hold is gone before it folds, and what is below 0.85 of both Nyquist frequencies stays as it is. h is kept in a table of {@value #STEPS} steps for each zero crossing, with straight lines between, which are off by at
 * most (pi / {@value #STEPS})^2 / 8 = 5e-6. Outside the input is silence. Sound at the wanted rate is copied.
 */
final class Resampler {
    static final int ZEROS = 32;
    static final double PASS = 0.926;
    private static final double BETA = 0.1102 * (80 - 8.7);
    private static final int STEPS = 512;
    private static final float[] KERNEL = kernel();

    private final float[] samples;
    private final int from;
    private final int to;
    private final double cut;

    /** @param rate wanted, Hz */
    Resampler(Audio audio, int rate) {
        samples = audio.samples();
        from = audio.sampleRate();
        to = rate;
        cut = PASS * Math.min(1, (double) to / from);
    }

    /** {@return the largest absolute value of the input} */
    float loudest() {
        float loudest = 0;
        for (float s : samples) loudest = Math.max(loudest, Math.abs(s));
        return loudest;
    }

    /** {@return samples at the wanted rate: as many as begin before the sound ends} */
    long length() {
        return Math.ceilDiv((long) samples.length * to, (long) from);
    }

    /** {@return some of the samples; silence where there are none} */
    float[] part(long begin, int count) {
        float[] out = new float[count];
        if (from == to) {
            int there = Math.clamp(samples.length - begin, 0, count);
            System.arraycopy(samples, (int) Math.min(begin, samples.length), out, 0, there);
            return out;
        }
        long end = Math.min(count, length() - begin);
        for (int i = 0; i < end; i++) out[i] = at(begin + i);
        return out;
    }

    private float at(long n) {
        long whole = Math.floorDiv(n * from, (long) to);
        double rest = (double) Math.floorMod(n * from, (long) to) / to, reach = ZEROS / cut;
        int first = (int) Math.max(0, whole + (long) Math.ceil(rest - reach));
        int last = (int) Math.min(samples.length - 1, whole + (long) Math.floor(rest + reach));
        double sum = 0, step = cut * STEPS;
        for (int k = first; k <= last; k++) {
            double u = Math.abs(rest + (whole - k)) * step;
            int below = (int) u;
            sum += samples[k] * (KERNEL[below] + (u - below) * (KERNEL[below + 1] - KERNEL[below]));
        }
        return (float) (cut * sum);
    }

    /** {@return h(u), u in zero crossings} */
    static double kernel(double u) {
        if (Math.abs(u) >= ZEROS) return 0;
        double along = u / ZEROS, x = Math.PI * u;
        double window = bessel(BETA * Math.sqrt(1 - along * along)) / bessel(BETA);
        return x == 0 ? window : window * Math.sin(x) / x;
    }

    /** {@return the modified Bessel function of order 0, by its power series} */
    private static double bessel(double x) {
        double sum = 1, term = 1;
        for (int k = 1; term > 1e-17 * sum; k++) {
            term *= x / (2 * k) * x / (2 * k);
            sum += term;
        }
        return sum;
    }

    private static float[] kernel() {
        float[] table = new float[ZEROS * STEPS + 2]; // one more on the right for the line's other end
        for (int i = 0; i <= ZEROS * STEPS; i++) table[i] = (float) kernel((double) i / STEPS);
        return table;
    }
}
