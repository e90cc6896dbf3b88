package io.agentopt.kernels;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The constants in the MLIR of {@link LogMel}: window, transform and filters. */
final class LogMelTables {
    private static final int STAGE = 20;
    private static final int HALF = STAGE / 2 + 1;

    private LogMelTables() {}

    static Map<String, String> substitutions(int lanes, int mels) {
        Map<String, String> text = new HashMap<>();
        text.put("lanes", Integer.toString(lanes));
        text.put("lanes_squared", Integer.toString(lanes * lanes));
        text.put("half_tile", Integer.toString(lanes * lanes / 2));
        text.put("rounds", Integer.toString(Integer.numberOfTrailingZeros(lanes)));
        text.put("samples", Integer.toString(LogMel.POINTS * lanes));
        text.put("window", row(LogMel.POINTS, n -> 0.5 - 0.5 * Math.cos(turns(n, LogMel.POINTS))));
        // Folding counts elements 0 and 10 of a stage twice.
        text.put(
                "cosine",
                rows(HALF, r -> row(HALF, m -> Math.cos(turns(r * m, STAGE)) * (m % (HALF - 1) == 0 ? 0.5 : 1))));
        text.put("sine", rows(HALF, r -> row(HALF, m -> m % (HALF - 1) == 0 ? 0 : Math.sin(turns(r * m, STAGE)))));
        text.put("twiddle_cosine", rows(STAGE, q -> row(HALF, r -> Math.cos(turns(q * r, LogMel.POINTS)))));
        text.put("twiddle_sine", rows(STAGE, q -> row(HALF, r -> Math.sin(turns(q * r, LogMel.POINTS)))));
        addFilters(text, mels);
        return text;
    }

    /** {@return the cosine and the sine of q r turns of 400, for q of 20 and r of 11: what {@code log_mel_gpu} turns the points of its first stage by} */
    static String twiddles() {
        return row(2 * STAGE * HALF, i -> {
            double turns = turns(i / 2 / HALF * (i / 2 % HALF), LogMel.POINTS);
            return i % 2 == 0 ? Math.cos(turns) : Math.sin(turns);
        });
    }

    private static void addFilters(Map<String, String> text, int mels) {
        List<MelFilterBank.Filter> filters = MelFilterBank.of(mels, LogMel.SAMPLE_RATE, LogMel.POINTS);
        int[] start = new int[mels + 1];
        for (int m = 0; m < mels; m++) start[m + 1] = start[m] + filters.get(m).weights().length;
        double[] weights = filters.stream()
                .flatMapToDouble(f -> IntStream.range(0, f.weights().length).mapToDouble(j -> f.weights()[j]))
                .toArray();
        text.put("mels", Integer.toString(mels));
        text.put("filters_and_one", Integer.toString(mels + 1));
        text.put("filter_start", list(IntStream.of(start).boxed()));
        text.put("filter_bin", list(filters.stream().map(MelFilterBank.Filter::bin)));
        text.put("filter_weights", Integer.toString(weights.length));
        text.put("filter_weight", row(weights.length, j -> weights[j]));
    }

    private static double turns(int numerator, int denominator) {
        return 2 * Math.PI * (numerator % denominator) / denominator;
    }

    private static String row(int length, IntToDoubleFunction value) {
        return list(IntStream.range(0, length).mapToObj(i -> (float) value.applyAsDouble(i)));
    }

    private static String rows(int count, IntFunction<String> row) {
        return list(IntStream.range(0, count).mapToObj(row));
    }

    private static String list(Stream<?> elements) {
        return elements.map(Object::toString).collect(Collectors.joining(", ", "[", "]"));
    }
}
