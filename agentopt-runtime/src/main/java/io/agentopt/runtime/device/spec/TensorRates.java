package io.agentopt.runtime.device.spec;

import io.agentopt.model.Precision;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Dense operations per processor (streaming multiprocessor, compute unit) and cycle by architecture, from the makers' architecture
 * papers: published peak / (processors * boost clock). A multiplication and an addition are two operations. For cards that no catalog
 * knows; a test compares it with those that the packaged catalog does know.
 */
final class TensorRates {
    private static final double BYTE_FACTOR =
            2; // 8-bit formats run at twice the rate of 16-bit ones where there is hardware for them

    private record Row(String architecture, double fp32, double half, List<Precision> halves, List<Precision> bytes) {}

    private static final List<Precision> FP16 = List.of(Precision.FP16), BOTH = List.of(Precision.FP16, Precision.BF16);
    private static final List<Precision> INT8 = List.of(Precision.INT8), FP8 = List.of(Precision.INT8, Precision.FP8);

    private static final List<Row> ROWS = List.of(
            new Row("sm_70", 128, 1024, FP16, List.of()),
            new Row("sm_75", 128, 1024, FP16, INT8),
            new Row("sm_80", 128, 2048, BOTH, INT8),
            new Row("sm_86", 256, 1024, BOTH, INT8),
            new Row("sm_89", 256, 1024, BOTH, FP8),
            new Row("sm_90", 256, 4096, BOTH, FP8),
            new Row("sm_100", 256, 8192, BOTH, FP8),
            new Row("sm_120", 256, 1024, BOTH, FP8),
            new Row("gfx908", 128, 1024, FP16, List.of()),
            new Row("gfx90a", 128, 1024, BOTH, List.of()),
            new Row("gfx942", 256, 2048, BOTH, FP8),
            new Row("gfx950", 256, 4096, BOTH, FP8),
            new Row("gfx1100", 256, 512, BOTH, List.of()));

    private TensorRates() {}

    /** {@return peak rates, FLOP/s; empty for an architecture that is not in the table} */
    static Optional<Map<Precision, Double>> of(String architecture, int processors, double clockHertz) {
        return ROWS.stream()
                .filter(r -> r.architecture.equals(architecture))
                .findFirst()
                .map(r -> rates(r, processors * clockHertz));
    }

    private static Map<Precision, Double> rates(Row row, double cycles) {
        Map<Precision, Double> rates = new EnumMap<>(Precision.class);
        rates.put(Precision.FP32, row.fp32 * cycles);
        for (Precision p : row.halves) rates.put(p, row.half * cycles);
        for (Precision p : row.bytes) rates.put(p, row.half * BYTE_FACTOR * cycles);
        return rates;
    }
}
