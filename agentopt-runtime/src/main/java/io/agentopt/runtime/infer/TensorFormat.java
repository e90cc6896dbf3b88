package io.agentopt.runtime.infer;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.agentopt.message.Tensor;
import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtTensor;
import io.agentopt.runtime.backend.ort.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;

/**
 * Which tensors of a graph stand for which of a model. Graphs have f32, i32, i64 and i8; a model's float16 and float64 are f32 there (float16 inputs are
 * rounded, float64 outputs too), its bool is i8 of 0 and 1, its uint8 is i8 of the same bits. Other types a graph has no tensor for.
 */
final class TensorFormat {
    private TensorFormat() {}

    /** {@return the type that stands for one of a model, if there is one} */
    static Optional<Tensor.Type> of(ElementType type) {
        return switch (type) {
            case FLOAT32, FLOAT16, FLOAT64 -> Optional.of(Tensor.Type.F32);
            case INT32 -> Optional.of(Tensor.Type.I32);
            case INT64 -> Optional.of(Tensor.Type.I64);
            case INT8, UINT8, BOOL -> Optional.of(Tensor.Type.I8);
            case INT16, UINT16, UINT32, UINT64, BFLOAT16 -> Optional.empty();
        };
    }

    /**
     * {@return a copy in native memory; the caller closes it}
     *
     * @param owner whose input it is, as the subject of a sentence
     * @throws IllegalArgumentException if type or shape do not fit, or a value cannot be one of the model's
     */
    static OrtTensor input(String owner, Tensor given, TensorSpec spec) {
        Optional<Tensor.Type> wanted = of(spec.type());
        if (wanted.filter(w -> w == given.type()).isEmpty()) {
            throw new IllegalArgumentException(owner + " is " + spec + " and was given a tensor " + given + "."
                    + wanted.map(w -> " Give " + w + ".").orElse(" Graphs have no such tensors."));
        }
        // A model's single number has no dimensions; a graph's has one.
        long[] shape = spec.rank() == 0 && given.elements() == 1
                ? new long[0]
                : Arrays.stream(given.shape()).asLongStream().toArray();
        if (!spec.accepts(spec.type(), shape)) {
            throw new IllegalArgumentException(owner + " is " + spec + " and was given a tensor " + given
                    + ". Give one of "
                    + (given.rank() == spec.rank() ? "these sizes." : "that many dimensions, " + spec.rank() + "."));
        }
        OrtTensor tensor = OrtTensor.allocate(spec.type(), shape);
        try {
            write(owner, given, tensor);
            return tensor;
        } catch (RuntimeException e) {
            tensor.close();
            throw e;
        }
    }

    private static void write(String owner, Tensor given, OrtTensor tensor) {
        MemorySegment to = tensor.data();
        switch (tensor.type()) {
            case FLOAT32 -> MemorySegment.copy(given.floats(), 0, to, JAVA_FLOAT, 0, given.elements());
            case INT32 -> MemorySegment.copy(given.ints(), 0, to, JAVA_INT, 0, given.elements());
            case INT64 -> MemorySegment.copy(given.longs(), 0, to, JAVA_LONG, 0, given.elements());
            case INT8, UINT8 -> MemorySegment.copy(given.bytes(), 0, to, JAVA_BYTE, 0, given.elements());
            case BOOL -> {
                byte[] values = given.bytes();
                for (int i = 0; i < values.length; i++)
                    if (values[i] != 0 && values[i] != 1)
                        throw new IllegalArgumentException(
                                owner + " is bool and was given " + values[i] + " (element " + i + "). Give 0 or 1.");
                MemorySegment.copy(values, 0, to, JAVA_BYTE, 0, values.length);
            }
            case FLOAT16 -> {
                float[] values = given.floats();
                for (int i = 0; i < values.length; i++) {
                    short half = Float.floatToFloat16(values[i]);
                    if (Float.isFinite(values[i]) && Float.isInfinite(Float.float16ToFloat(half)))
                        throw new IllegalArgumentException(owner + " is float16, which ends at 65504, and was given "
                                + values[i] + " (element " + i + "). Scale it, or export the model in float32.");
                    to.setAtIndex(JAVA_SHORT, i, half);
                }
            }
            case FLOAT64 -> {
                float[] values = given.floats();
                for (int i = 0; i < values.length; i++) to.setAtIndex(JAVA_DOUBLE, i, values[i]);
            }
            case INT16, UINT16, UINT32, UINT64, BFLOAT16 ->
                throw new IllegalArgumentException(
                        owner + " is " + tensor.type() + ", which graphs have no tensors for.");
        }
    }

    /**
     * {@return a copy in the heap}
     *
     * @param owner whose output it is, as the subject of a sentence
     * @throws IllegalArgumentException if a graph's tensor cannot hold it
     */
    static Tensor output(String owner, OrtTensor tensor) {
        return tensor.read(memory -> output(owner, tensor, memory));
    }

    private static Tensor output(String owner, OrtTensor tensor, MemorySegment from) {
        long elements = from.byteSize() / tensor.type().bytes();
        long[] sizes = tensor.shape();
        if (elements > Integer.MAX_VALUE - 8 || Arrays.stream(sizes).anyMatch(s -> s > Integer.MAX_VALUE))
            throw new IllegalArgumentException(
                    owner + " has " + elements + " elements, more than a tensor of a graph holds (" + Integer.MAX_VALUE
                            + "). Ask for less of it.");
        int[] shape = sizes.length == 0
                ? new int[] {1}
                : Arrays.stream(sizes).mapToInt(s -> (int) s).toArray();
        int n = (int) elements;
        return switch (tensor.type()) {
            case FLOAT32 -> Tensor.of(from.toArray(JAVA_FLOAT), shape);
            case INT32 -> Tensor.of(from.toArray(JAVA_INT), shape);
            case INT64 -> Tensor.of(from.toArray(JAVA_LONG), shape);
            case INT8, UINT8, BOOL -> Tensor.of(from.toArray(JAVA_BYTE), shape);
            case FLOAT16 -> {
                float[] values = new float[n];
                for (int i = 0; i < n; i++) values[i] = Float.float16ToFloat(from.getAtIndex(JAVA_SHORT, i));
                yield Tensor.of(values, shape);
            }
            case FLOAT64 -> {
                float[] values = new float[n];
                for (int i = 0; i < n; i++) values[i] = (float) from.getAtIndex(JAVA_DOUBLE, i);
                yield Tensor.of(values, shape);
            }
            case INT16, UINT16, UINT32, UINT64, BFLOAT16 ->
                throw new IllegalArgumentException(
                        owner + " is " + tensor.type() + ", which graphs have no tensors for. Cast it in the model.");
        };
    }
}
