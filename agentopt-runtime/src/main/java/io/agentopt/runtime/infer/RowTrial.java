package io.agentopt.runtime.infer;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.agentopt.runtime.backend.ort.OrtException;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.backend.ort.OrtTensor;
import io.agentopt.runtime.backend.ort.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Finds out whether requests may share runs of a model: whether the first size of every input and output is free, and each row of the outputs comes from that
 * row of the inputs. Files do not say the latter, so two rows of random numbers of different magnitude are run alone and together, and must give the same;
 * a softmax over the batch, or numbers quantised by the largest of all, do not.
 */
final class RowTrial {
    // Other free sizes; a model that takes none of these is run singly.
    private static final int[] SIZES = {4, 32};
    private static final double TOLERANCE = 1e-4; // of the largest number, as sums may be in another order
    private static final float[] SCALES = {1, 5};

    private final InferLane.Model model;
    private final Map<String, TensorSpec> inputs;
    private final Map<String, TensorSpec> outputs;
    private final SplittableRandom random = new SplittableRandom(1);

    private RowTrial(InferLane.Model model, Map<String, TensorSpec> inputs, Map<String, TensorSpec> outputs) {
        this.model = model;
        this.inputs = inputs;
        this.outputs = outputs;
    }

    /** {@return why requests must not share runs, as the end of a sentence; empty if they may} */
    static Optional<String> refusal(
            InferLane.Model model, Map<String, TensorSpec> inputs, Map<String, TensorSpec> outputs) {
        return free("input", inputs.values())
                .or(() -> free("output", outputs.values()))
                .or(() -> new RowTrial(model, inputs, outputs).refusal());
    }

    private static Optional<String> free(String side, Collection<TensorSpec> specs) {
        if (specs.isEmpty()) return Optional.of("it has no " + side);
        String symbol = "";
        for (TensorSpec spec : specs) {
            if (spec.rank() == 0 || spec.dims().getFirst() >= 0)
                return Optional.of("the first size of its " + side + " '" + spec.name() + "' is fixed");
            if (TensorFormat.of(spec.type()).isEmpty())
                return Optional.of("its " + side + " '" + spec.name() + "' is " + spec.type());
            String own = spec.symbols().getFirst();
            if (side.equals("input") && !symbol.isEmpty() && !own.isEmpty() && !own.equals(symbol))
                return Optional.of("the first sizes of its inputs are '" + symbol + "' and '" + own + "'");
            if (!own.isEmpty()) symbol = own;
        }
        return Optional.empty();
    }

    private Optional<String> refusal() {
        String failure = "";
        for (int size : SIZES) {
            try {
                return compared(size);
            } catch (OrtException | IllegalArgumentException e) {
                failure = String.valueOf(e.getMessage());
            }
        }
        return Optional.of("it could not be tried on random numbers (" + failure + ")");
    }

    private Optional<String> compared(int size) {
        Map<String, OrtTensor> both = new LinkedHashMap<>(), none = Map.of();
        try {
            for (TensorSpec spec : inputs.values()) both.put(spec.name(), filled(spec, size));
            Map<String, OrtTensor> first = none, second = none, together = none;
            try {
                first = run(both, 0);
                second = run(both, 1);
                together = run(both, -1);
                for (String name : outputs.keySet()) {
                    OrtTensor all = Objects.requireNonNull(together.get(name));
                    if (!same(Objects.requireNonNull(first.get(name)), all, 0)
                            || !same(Objects.requireNonNull(second.get(name)), all, 1))
                        return Optional.of("a row of its output '" + name + "' is another with a second row beside it");
                }
                return Optional.empty();
            } finally {
                for (Map<String, OrtTensor> made : List.of(first, second, together))
                    made.values().forEach(OrtTensor::close);
            }
        } finally {
            both.values().forEach(OrtTensor::close);
        }
    }

    /** Runs one row, or both for -1. */
    private Map<String, OrtTensor> run(Map<String, OrtTensor> both, int row) {
        Map<String, OrtTensor> given = new LinkedHashMap<>();
        try (OrtRunOptions options = OrtRunOptions.create()) {
            for (var e : both.entrySet()) {
                long[] shape = e.getValue().shape();
                if (row >= 0) shape[0] = 1;
                long each = Arrays.stream(shape).skip(1).reduce(1, (a, b) -> a * b);
                given.put(e.getKey(), e.getValue().view(Math.max(row, 0) * each, shape));
            }
            return model.run(given, List.copyOf(outputs.keySet()), options);
        } finally {
            given.values().forEach(OrtTensor::close);
        }
    }

    private OrtTensor filled(TensorSpec spec, int size) {
        long[] shape = spec.dims().stream().mapToLong(d -> d >= 0 ? d : size).toArray();
        shape[0] = 2;
        OrtTensor tensor = OrtTensor.allocate(spec.type(), shape);
        MemorySegment data = tensor.data();
        long elements = data.byteSize() / spec.type().bytes();
        for (long i = 0; i < elements; i++) {
            float number = (float) random.nextGaussian() * SCALES[i < elements / 2 ? 0 : 1];
            int bit = i % 3 == 0 ? 1 : random.nextInt(2); // tokens, masks and types take these
            switch (spec.type()) {
                case FLOAT32 -> data.setAtIndex(JAVA_FLOAT, i, number);
                case FLOAT16 -> data.setAtIndex(JAVA_SHORT, i, Float.floatToFloat16(number));
                case FLOAT64 -> data.setAtIndex(JAVA_DOUBLE, i, number);
                case INT32 -> data.setAtIndex(JAVA_INT, i, bit);
                case INT64 -> data.setAtIndex(JAVA_LONG, i, bit);
                case INT8, UINT8, BOOL -> data.set(JAVA_BYTE, i, (byte) bit);
                case INT16, UINT16, UINT32, UINT64, BFLOAT16 -> {} // refused before
            }
        }
        return tensor;
    }

    /** Whether one row's output is that row of the output of two. */
    private static boolean same(OrtTensor one, OrtTensor two, int row) {
        long[] alone = one.shape(), both = two.shape();
        if (alone.length == 0 || alone.length != both.length || alone[0] != 1 || both[0] != 2) return false;
        if (!Arrays.equals(alone, 1, alone.length, both, 1, both.length)) return false;
        long elements = one.data().byteSize() / one.type().bytes();
        double largest = 1e-30, difference = 0;
        for (long i = 0; i < elements; i++) {
            double a = number(one, i), b = number(two, row * elements + i);
            if (Double.compare(a, b) == 0) continue;
            if (!Double.isFinite(a) || !Double.isFinite(b)) return false;
            largest = Math.max(largest, Math.abs(a));
            difference = Math.max(difference, Math.abs(a - b));
        }
        return difference <= TOLERANCE * largest;
    }

    private static double number(OrtTensor tensor, long i) {
        MemorySegment data = tensor.data();
        return switch (tensor.type()) {
            case FLOAT32 -> data.getAtIndex(JAVA_FLOAT, i);
            case FLOAT16 -> Float.float16ToFloat(data.getAtIndex(JAVA_SHORT, i));
            case FLOAT64 -> data.getAtIndex(JAVA_DOUBLE, i);
            case INT32 -> data.getAtIndex(JAVA_INT, i);
            case INT64 -> data.getAtIndex(JAVA_LONG, i);
            case INT8, UINT8, BOOL -> data.get(JAVA_BYTE, i);
            case INT16, UINT16, UINT32, UINT64, BFLOAT16 -> Double.NaN;
        };
    }
}
