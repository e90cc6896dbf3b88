package io.agentopt.runtime.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.agentopt.message.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Tensors of graphs and arrays of DJL, copied from one to the other. Half and double precision become f32, bool and uint8 become i8 of the same bits. */
final class DjlTensors {
    private DjlTensors() {}

    static NDArray array(NDManager manager, Tensor tensor) {
        Shape shape = new Shape(Arrays.stream(tensor.shape()).asLongStream().toArray());
        return switch (tensor.type()) {
            case F32 -> manager.create(tensor.floats(), shape);
            case I32 -> manager.create(tensor.ints(), shape);
            case I64 -> manager.create(tensor.longs(), shape);
            case I8 -> manager.create(tensor.bytes(), shape);
        };
    }

    /** @param owner whose output it is, as the subject of a sentence */
    static Tensor tensor(String owner, NDArray array) {
        long[] sizes = array.getShape().getShape();
        int[] shape = sizes.length == 0
                ? new int[] {1}
                : Arrays.stream(sizes).mapToInt(Math::toIntExact).toArray();
        return switch (array.getDataType()) {
            case FLOAT32 -> Tensor.of(array.toFloatArray(), shape);
            case FLOAT64 -> {
                double[] values = array.toDoubleArray();
                float[] rounded = new float[values.length];
                for (int i = 0; i < rounded.length; i++) rounded[i] = (float) values[i];
                yield Tensor.of(rounded, shape);
            }
            case FLOAT16 -> {
                ByteBuffer halves = array.toByteBuffer().order(ByteOrder.nativeOrder());
                float[] values = new float[halves.remaining() / 2];
                for (int i = 0; i < values.length; i++) values[i] = Float.float16ToFloat(halves.getShort());
                yield Tensor.of(values, shape);
            }
            case INT32 -> Tensor.of(array.toIntArray(), shape);
            case INT64 -> Tensor.of(array.toLongArray(), shape);
            case INT8, UINT8, BOOLEAN -> {
                ByteBuffer bytes = array.toByteBuffer();
                byte[] values = new byte[bytes.remaining()];
                bytes.get(values);
                yield Tensor.of(values, shape);
            }
            default ->
                throw new IllegalStateException(owner + " is " + array.getDataType()
                        + ", which graphs have no tensors for. Convert it in the model's translator.");
        };
    }
}
