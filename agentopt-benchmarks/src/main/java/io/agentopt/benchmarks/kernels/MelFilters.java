package io.agentopt.benchmarks.kernels;

/**
 * Whisper's mel filters over the 201 bins of a transform of 400 points at 16 kHz, without zeros, for the peers.
 *
 * @param start of each filter's weights, and the end of the last
 * @param bin that each filter starts at
 * @param weight of all filters, one after the other
 */
record MelFilters(int[] start, int[] bin, float[] weight) {
    private static final int BINS = 201;
    private static final double HERTZ_PER_BIN = 40;

    static MelFilters of(int mels) {
        int[] start = new int[mels + 1];
        int[] bin = new int[mels];
        float[] weight = new float[2 * BINS];
        double top = 15 + 27 * Math.log(8) / Math.log(6.4);
        for (int m = 0; m < mels; m++) {
            double low = hertz(top * m / (mels + 1));
            double peak = hertz(top * (m + 1) / (mels + 1));
            double high = hertz(top * (m + 2) / (mels + 1));
            bin[m] = (int) (low / HERTZ_PER_BIN) + 1;
            start[m + 1] = start[m];
            for (int k = bin[m]; k < BINS && k * HERTZ_PER_BIN < high; k++) {
                double height =
                        Math.min((k * HERTZ_PER_BIN - low) / (peak - low), (high - k * HERTZ_PER_BIN) / (high - peak));
                weight[start[m + 1]++] = (float) (height * 2 / (high - low));
            }
        }
        return new MelFilters(start, bin, weight);
    }

    private static double hertz(double mel) {
        return mel < 15 ? mel * 200 / 3 : 1000 * Math.exp(Math.log(6.4) / 27 * (mel - 15));
    }
}
