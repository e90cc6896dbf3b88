package io.agentopt.kernels;

import java.util.ArrayList;
import java.util.List;

/**
 * Triangular filters on the mel scale over the bins of a spectrum. The scale is linear to 1 kHz and logarithmic above (Slaney, Auditory Toolbox, 1998);
 * each triangle has the area of one hertz's share, so its height is 2 / width.
 */
final class MelFilterBank {
    private static final double LINEAR_HERTZ = 200.0 / 3;
    private static final double BREAK_HERTZ = 1000;
    private static final double BREAK_MEL = BREAK_HERTZ / LINEAR_HERTZ;
    private static final double LOG_STEP = Math.log(6.4) / 27;

    /**
     * One filter, without the zeros around it.
     *
     * @param bin its first
     * @param weights from that bin on
     */
    record Filter(int bin, double[] weights) {}

    private MelFilterBank() {}

    /** {@return the filters from 0 Hz to half of the sample rate} */
    static List<Filter> of(int mels, int sampleRate, int points) {
        double top = mel(sampleRate / 2.0);
        double[] edges = new double[mels + 2];
        for (int i = 0; i < edges.length; i++) edges[i] = hertz(top * i / (mels + 1));
        List<Filter> filters = new ArrayList<>();
        for (int m = 0; m < mels; m++)
            filters.add(filter(edges[m], edges[m + 1], edges[m + 2], (double) sampleRate / points, points / 2));
        return filters;
    }

    private static Filter filter(double low, double peak, double high, double hertzPerBin, int lastBin) {
        int begin = 0;
        while (begin <= lastBin && begin * hertzPerBin <= low) begin++;
        int end = begin;
        while (end <= lastBin && end * hertzPerBin < high) end++;
        double[] weights = new double[end - begin];
        for (int k = begin; k < end; k++) {
            double hertz = k * hertzPerBin;
            double height = Math.min((hertz - low) / (peak - low), (high - hertz) / (high - peak));
            weights[k - begin] = height * 2 / (high - low);
        }
        return new Filter(begin, weights);
    }

    private static double mel(double hertz) {
        return hertz < BREAK_HERTZ ? hertz / LINEAR_HERTZ : BREAK_MEL + Math.log(hertz / BREAK_HERTZ) / LOG_STEP;
    }

    private static double hertz(double mel) {
        return mel < BREAK_MEL ? mel * LINEAR_HERTZ : BREAK_HERTZ * Math.exp(LOG_STEP * (mel - BREAK_MEL));
    }
}
