package io.agentopt.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** A dense array in native memory, row by row without gaps. Reads and writes are checked against its bounds and its segment's life. */
public final class Buffer implements Shaped {
    private static final long ALIGNMENT = 64;

    private final MemorySegment segment;
    private final ElementType type;
    private final long[] shape;
    private final long elements;

    /**
     * A view of native memory, which the caller owns.
     *
     * @param shape the length of each dimension, outermost first; none for a single element
     * @throws IllegalArgumentException when the segment is on the Java heap, is not aligned to its elements, or has another size than the shape
     */
    public Buffer(MemorySegment segment, ElementType type, long... shape) {
        this.segment = segment;
        this.type = type;
        this.shape = shape.clone();
        this.elements = count(type, shape);
        if (!segment.isNative()) {
            throw new IllegalArgumentException(
                    "A buffer of kernels lies in native memory, and this segment is on the Java heap. Copy it with Buffer.copyOf.");
        }
        if (segment.address() % type.bytes() != 0) {
            throw new IllegalArgumentException("The segment at address " + segment.address()
                    + " is not aligned to elements of " + type.bytes() + " bytes.");
        }
        if (segment.byteSize() != elements * type.bytes()) {
            throw new IllegalArgumentException("A " + describe() + " has " + elements * type.bytes()
                    + " bytes, and the segment has " + segment.byteSize() + ". Take a slice of the right size.");
        }
    }

    /** {@return a buffer of zeros, aligned to cache lines} */
    public static Buffer allocate(Arena arena, ElementType type, long... shape) {
        return new Buffer(arena.allocate(count(type, shape) * type.bytes(), ALIGNMENT), type, shape);
    }

    /** {@return a native copy of these numbers, one dimension unless a shape is given} */
    public static Buffer copyOf(Arena arena, float[] values, long... shape) {
        Buffer copy = allocate(arena, ElementType.F32, shape.length == 0 ? new long[] {values.length} : shape);
        if (copy.elements != values.length) {
            throw new IllegalArgumentException("A " + copy.describe() + " has " + copy.elements
                    + " elements, and the array has " + values.length + ".");
        }
        MemorySegment.copy(values, 0, copy.segment, JAVA_FLOAT, 0, values.length);
        return copy;
    }

    public MemorySegment segment() {
        return segment;
    }

    @Override
    public ElementType type() {
        return type;
    }

    @Override
    public int rank() {
        return shape.length;
    }

    @Override
    public long dimension(int index) {
        return shape[index];
    }

    public long[] shape() {
        return shape.clone();
    }

    /** {@return the number of elements} */
    public long elements() {
        return elements;
    }

    /** {@return an element of f32, f16 or i8 as a float, by its place in row-major order} */
    public float getFloat(long index) {
        return switch (type) {
            case F32 -> segment.getAtIndex(JAVA_FLOAT, index);
            case F16 -> Float.float16ToFloat(segment.getAtIndex(JAVA_SHORT, index));
            case I8 -> segment.get(JAVA_BYTE, index);
            case I32, I64 -> throw notFloat();
        };
    }

    /** Sets an element of f32 or f16 (rounded to nearest), by its place in row-major order. */
    public void setFloat(long index, float value) {
        switch (type) {
            case F32 -> segment.setAtIndex(JAVA_FLOAT, index, value);
            case F16 -> segment.setAtIndex(JAVA_SHORT, index, Float.floatToFloat16(value));
            case I8, I32, I64 -> throw notFloat();
        }
    }

    /** {@return an element of i8, i32 or i64, by its place in row-major order} */
    public long getInteger(long index) {
        return switch (type) {
            case I8 -> segment.get(JAVA_BYTE, index);
            case I32 -> segment.getAtIndex(JAVA_INT, index);
            case I64 -> segment.getAtIndex(JAVA_LONG, index);
            case F32, F16 -> throw notInteger();
        };
    }

    /** Sets an element of i8, i32 or i64 (low bits), by its place in row-major order. */
    public void setInteger(long index, long value) {
        switch (type) {
            case I8 -> segment.set(JAVA_BYTE, index, (byte) value);
            case I32 -> segment.setAtIndex(JAVA_INT, index, (int) value);
            case I64 -> segment.setAtIndex(JAVA_LONG, index, value);
            case F32, F16 -> throw notInteger();
        }
    }

    /** {@return a copy of an f32, f16 or i8 buffer's content} */
    public float[] toFloatArray() {
        if (type == ElementType.F32) return segment.toArray(JAVA_FLOAT);
        float[] values = new float[Math.toIntExact(elements)];
        for (int i = 0; i < values.length; i++) values[i] = getFloat(i);
        return values;
    }

    String describe() {
        return type + Arrays.toString(shape);
    }

    @Override
    public String toString() {
        return "Buffer " + describe();
    }

    private static long count(ElementType type, long[] shape) {
        long count = 1;
        for (long length : shape) {
            if (length < 0)
                throw new IllegalArgumentException("A dimension of " + Arrays.toString(shape) + " is negative.");
            try {
                count = Math.multiplyExact(count, length);
            } catch (ArithmeticException e) {
                throw tooLarge(type, shape);
            }
        }
        if (count > Long.MAX_VALUE / type.bytes()) throw tooLarge(type, shape);
        return count;
    }

    private static IllegalArgumentException tooLarge(ElementType type, long[] shape) {
        return new IllegalArgumentException(
                "A buffer of " + type + Arrays.toString(shape) + " is larger than any memory.");
    }

    private IllegalStateException notFloat() {
        return new IllegalStateException(
                "The elements of this buffer are " + type + ", which are read and written as integers.");
    }

    private IllegalStateException notInteger() {
        return new IllegalStateException(
                "The elements of this buffer are " + type + ", which are read and written as floats.");
    }
}
