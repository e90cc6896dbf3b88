package io.agentopt.message;

import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;

/**
 * Numbers in rows and columns, as model files and kernels take and give them: row by row without gaps, in the heap. Immutable; arrays are copied in and out.
 */
public final class Tensor {
    /** What a tensor's elements are. */
    public enum Type {
        F32(4),
        I32(4),
        I64(8),
        I8(1);

        private final int bytes;

        Type(int bytes) {
            this.bytes = bytes;
        }

        /** {@return the size of an element} */
        public int bytes() {
            return bytes;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Type type;
    private final int[] shape;
    private final Object values; // float[], int[], long[] or byte[], never changed

    private Tensor(Type type, Object values, int length, int[] shape) {
        this.type = type;
        this.values = values;
        this.shape = shape.length == 0 ? new int[] {length} : shape.clone();
        long elements = 1;
        for (int size : this.shape) {
            if (size < 0)
                throw new IllegalArgumentException(
                        "A dimension of a tensor " + this + " is negative. Give sizes of 0 or more.");
            elements *= size; // at most 2^31 before each step, as checked below
            if (elements > Integer.MAX_VALUE) break;
        }
        if (elements != length) {
            throw new IllegalArgumentException("A tensor " + this + " has " + elements
                    + (elements > Integer.MAX_VALUE ? " or more" : "") + " elements, but " + length
                    + " values are given. Give as many values as the shape has elements.");
        }
    }

    /**
     * {@return a tensor of floats}
     *
     * @param shape sizes, outermost first; none for one dimension of all values
     */
    public static Tensor of(float[] values, int... shape) {
        return new Tensor(Type.F32, values.clone(), values.length, shape);
    }

    /** {@return a tensor of 32-bit whole numbers; see {@link #of(float[], int...)}} */
    public static Tensor of(int[] values, int... shape) {
        return new Tensor(Type.I32, values.clone(), values.length, shape);
    }

    /** {@return a tensor of 64-bit whole numbers; see {@link #of(float[], int...)}} */
    public static Tensor of(long[] values, int... shape) {
        return new Tensor(Type.I64, values.clone(), values.length, shape);
    }

    /** {@return a tensor of bytes; see {@link #of(float[], int...)}} */
    public static Tensor of(byte[] values, int... shape) {
        return new Tensor(Type.I8, values.clone(), values.length, shape);
    }

    /** {@return what its elements are} */
    public Type type() {
        return type;
    }

    /** {@return its sizes, outermost first} */
    public int[] shape() {
        return shape.clone();
    }

    /** {@return the number of dimensions} */
    public int rank() {
        return shape.length;
    }

    /** {@return the number of elements} */
    public int elements() {
        return switch (type) {
            case F32 -> ((float[]) values).length;
            case I32 -> ((int[]) values).length;
            case I64 -> ((long[]) values).length;
            case I8 -> ((byte[]) values).length;
        };
    }

    /** {@return the elements of a tensor of floats} */
    public float[] floats() {
        return as(Type.F32, float[].class).clone();
    }

    /** {@return the elements of a tensor of 32-bit whole numbers} */
    public int[] ints() {
        return as(Type.I32, int[].class).clone();
    }

    /** {@return the elements of a tensor of 64-bit whole numbers} */
    public long[] longs() {
        return as(Type.I64, long[].class).clone();
    }

    /** {@return the elements of a tensor of bytes} */
    public byte[] bytes() {
        return as(Type.I8, byte[].class).clone();
    }

    private <T> T as(Type asked, Class<T> array) {
        if (type != asked) {
            throw new IllegalStateException(
                    "The elements of tensor " + this + " are " + type + ", and " + asked + " was asked for.");
        }
        return array.cast(values);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Tensor t
                && type == t.type
                && Arrays.equals(shape, t.shape)
                && Objects.deepEquals(values, t.values);
    }

    @Override
    public int hashCode() {
        return Arrays.deepHashCode(new Object[] {type, shape, values});
    }

    @Override
    public String toString() {
        return type + Arrays.toString(shape);
    }
}
