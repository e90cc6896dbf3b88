package io.agentopt.benchmarks.kernels;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.LOG10;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Log-mel levels in the Vector API, sixteen frames in the lanes of a vector: the transform of 400 points as two stages of 20, each folded into even and odd
 * parts, two outputs at a time.
 */
final class VectorLogMel {
    static final int LANES = 16;
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_512;
    private static final int STAGE = 20, HALF = 11, PADDED = 12, POINTS = 400, HOP = 160;

    private final MelFilters filters;
    private final float[] window = new float[POINTS];
    private final float[] cosine = new float[PADDED * HALF], sine = new float[PADDED * HALF];
    private final float[] twiddleCosine = new float[STAGE * HALF], twiddleSine = new float[STAGE * HALF];
    private final float[] samples = new float[POINTS * LANES];
    private final float[] even = new float[HALF * LANES], odd = new float[HALF * LANES];
    private final float[] evenIm = new float[HALF * LANES], oddIm = new float[HALF * LANES];
    private final float[] re = new float[PADDED * STAGE * LANES], im = new float[PADDED * STAGE * LANES];
    private final float[] power = new float[221 * LANES];

    VectorLogMel(int mels) {
        filters = MelFilters.of(mels);
        for (int n = 0; n < POINTS; n++) window[n] = (float) (0.5 - 0.5 * Math.cos(2 * Math.PI * n / POINTS));
        for (int r = 0; r < HALF; r++) {
            for (int m = 0; m < HALF; m++) {
                boolean edge = m % 10 == 0;
                cosine[r * HALF + m] = (float) (Math.cos(2 * Math.PI * (r * m % STAGE) / STAGE) * (edge ? 0.5 : 1));
                sine[r * HALF + m] = edge ? 0 : (float) Math.sin(2 * Math.PI * (r * m % STAGE) / STAGE);
            }
            for (int q = 0; q < STAGE; q++) {
                twiddleCosine[q * HALF + r] = (float) Math.cos(2 * Math.PI * q * r / POINTS);
                twiddleSine[q * HALF + r] = (float) Math.sin(2 * Math.PI * q * r / POINTS);
            }
        }
    }

    void run(MemorySegment levels, MemorySegment peak, MemorySegment audio, int blocks) {
        int mels = filters.bin().length;
        for (int b = 0; b < blocks; b++) {
            frames(audio, (long) b * LANES * HOP);
            for (int q = 0; q < STAGE; q++) firstStage(q);
            for (int r = 0; r < HALF; r++) secondStage(r);
            mels(levels, peak, (long) b * mels, b);
        }
    }

    private void frames(MemorySegment audio, long from) {
        for (int lane = 0; lane < LANES; lane++) {
            long at = from + (long) lane * HOP;
            for (int n = 0; n < POINTS; n++)
                samples[n * LANES + lane] = audio.getAtIndex(ValueLayout.JAVA_FLOAT, at + n) * window[n];
        }
    }

    private void firstStage(int q) {
        for (int p = 0; p < HALF; p++) {
            FloatVector x = at(samples, p * STAGE + q);
            FloatVector y = at(samples, (STAGE - p) % STAGE * STAGE + q);
            x.add(y).intoArray(even, p * LANES);
            x.sub(y).intoArray(odd, p * LANES);
        }
        for (int r = 0; r < HALF; r += 2) {
            FloatVector i0 = FloatVector.zero(F);
            FloatVector j0 = i0;
            FloatVector i1 = i0;
            FloatVector j1 = i0;
            for (int m = 0; m < HALF; m++) {
                FloatVector e = at(even, m);
                FloatVector o = at(odd, m);
                i0 = e.fma(all(cosine[r * HALF + m]), i0);
                j0 = o.fma(all(sine[r * HALF + m]), j0);
                i1 = e.fma(all(cosine[(r + 1) * HALF + m]), i1);
                j1 = o.fma(all(sine[(r + 1) * HALF + m]), j1);
            }
            twiddle(q, r, i0, j0);
            if (r + 1 < HALF) twiddle(q, r + 1, i1, j1);
        }
    }

    private void twiddle(int q, int r, FloatVector i, FloatVector j) {
        FloatVector c = all(twiddleCosine[q * HALF + r]);
        FloatVector s = all(twiddleSine[q * HALF + r]);
        i.mul(c).sub(j.mul(s)).intoArray(re, (r * STAGE + q) * LANES);
        i.mul(s).add(j.mul(c)).neg().intoArray(im, (r * STAGE + q) * LANES);
    }

    private void secondStage(int r) {
        for (int q = 0; q < HALF; q++) {
            int here = r * STAGE + q;
            int mirror = r * STAGE + (STAGE - q) % STAGE;
            at(re, here).add(at(re, mirror)).intoArray(even, q * LANES);
            at(re, here).sub(at(re, mirror)).intoArray(odd, q * LANES);
            at(im, here).add(at(im, mirror)).intoArray(evenIm, q * LANES);
            at(im, here).sub(at(im, mirror)).intoArray(oddIm, q * LANES);
        }
        for (int s = 0; s < HALF; s += 2) {
            FloatVector ar = FloatVector.zero(F);
            FloatVector ai = ar;
            FloatVector br = ar;
            FloatVector bi = ar;
            FloatVector cr = ar;
            FloatVector ci = ar;
            FloatVector dr = ar;
            FloatVector di = ar;
            for (int m = 0; m < HALF; m++) {
                FloatVector er = at(even, m);
                FloatVector ei = at(evenIm, m);
                FloatVector or = at(odd, m);
                FloatVector oi = at(oddIm, m);
                FloatVector c0 = all(cosine[s * HALF + m]);
                FloatVector s0 = all(sine[s * HALF + m]);
                FloatVector c1 = all(cosine[(s + 1) * HALF + m]);
                FloatVector s1 = all(sine[(s + 1) * HALF + m]);
                ar = er.fma(c0, ar);
                ai = ei.fma(c0, ai);
                br = or.fma(s0, br);
                bi = oi.fma(s0, bi);
                cr = er.fma(c1, cr);
                ci = ei.fma(c1, ci);
                dr = or.fma(s1, dr);
                di = oi.fma(s1, di);
            }
            powers(r, s, ar, ai, br, bi);
            if (s + 1 < HALF) powers(r, s + 1, cr, ci, dr, di);
        }
    }

    private void powers(int r, int s, FloatVector ar, FloatVector ai, FloatVector br, FloatVector bi) {
        FloatVector x = ar.add(bi);
        FloatVector y = ai.sub(br);
        x.fma(x, y.mul(y)).intoArray(power, (10 + 20 * s + r) * LANES);
        FloatVector z = ar.sub(bi);
        FloatVector w = ai.add(br);
        z.fma(z, w.mul(w)).intoArray(power, (10 + 20 * s - r) * LANES);
    }

    private void mels(MemorySegment levels, MemorySegment peak, long row, int block) {
        FloatVector highest = all(-10);
        for (int m = 0; m < filters.bin().length; m++) {
            FloatVector energy = FloatVector.zero(F);
            int shift = 10 + filters.bin()[m] - filters.start()[m];
            for (int j = filters.start()[m]; j < filters.start()[m + 1]; j++)
                energy = at(power, shift + j).fma(all(filters.weight()[j]), energy);
            FloatVector level = energy.max(1e-10f).lanewise(LOG10);
            level.intoMemorySegment(levels, (row + m) * LANES * Float.BYTES, LITTLE_ENDIAN);
            highest = highest.max(level);
        }
        highest.intoMemorySegment(peak, (long) block * LANES * Float.BYTES, LITTLE_ENDIAN);
    }

    private static FloatVector at(float[] values, int index) {
        return FloatVector.fromArray(F, values, index * LANES);
    }

    private static FloatVector all(float value) {
        return FloatVector.broadcast(F, value);
    }
}
