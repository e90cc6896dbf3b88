package io.agentopt.benchmarks.llm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import io.agentopt.runtime.backend.onnx.OnnxWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** Weights in a file beside a model, random and uniform, the same for the same names, or given by a formula. */
final class WeightFile {
    static final String NAME = "weights.bin";
    static final long ALIGNMENT = 4096;
    private static final long CHUNK = 1 << 20;

    private final List<Part> parts = new ArrayList<>();
    private long size;

    /** A number by its index. */
    @FunctionalInterface
    interface Formula {
        float at(long index);
    }

    /** How a number is written. */
    enum Type {
        FLOAT(OnnxWriter.FLOAT, Float.BYTES),
        HALF(OnnxWriter.FLOAT16, Short.BYTES),
        UINT8(OnnxWriter.UINT8, Byte.BYTES);

        private final int onnx;
        private final int bytes;

        Type(int onnx, int bytes) {
            this.onnx = onnx;
            this.bytes = bytes;
        }
    }

    /** Numbers of which each block has a scale before it in float16, 0 if there are none, and then a byte each. */
    private record Part(long offset, long elements, Type type, float scale, Formula formula) {
        long bytes(long count) {
            return count * type.bytes + (scale == 0 ? 0 : count / Int8Weights.BLOCK * Short.BYTES);
        }
    }

    /** Declares a float32 matrix of numbers from {@code -range} to {@code range}, as a constant of the model. */
    void declare(OnnxWriter model, String name, double range, long... dims) {
        declare(model, name, Type.FLOAT, uniform(name, range), dims);
    }

    /** Declares a float16 matrix of numbers from {@code -range} to {@code range}, as a constant of the model. */
    void declareHalf(OnnxWriter model, String name, double range, long... dims) {
        declare(model, name, Type.HALF, uniform(name, range), dims);
    }

    /** Declares a constant of the model. */
    void declare(OnnxWriter model, String name, Type type, Formula formula, long... dims) {
        long elements = 1;
        for (long d : dims) elements *= d;
        long offset = add(type, formula, elements);
        model.external(name, type.onnx, NAME, offset, elements * type.bytes, dims);
    }

    /** {@return where such numbers will lie} */
    long add(Type type, Formula formula, long elements) {
        return add(new Part(size, elements, type, 0, formula));
    }

    /** {@return where whole numbers will lie, each block behind its scale} */
    long addBlocks(float scale, Formula formula, long elements) {
        return add(new Part(size, elements, Type.UINT8, scale, formula));
    }

    private long add(Part part) {
        parts.add(part);
        size = (size + part.bytes(part.elements()) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        return part.offset();
    }

    /** {@return the numbers of a matrix of that name} */
    static Formula uniform(String name, double range) {
        long seed = name.hashCode() * 0x9E3779B97F4A7C15L;
        float scale = (float) range;
        return i -> uniform(seed, i) * scale;
    }

    /** Writes the file that the models name. */
    void write(Path folder) {
        write(folder.resolve(NAME), new byte[0]);
    }

    /** Writes a file that begins otherwise; the numbers follow at the next multiple of the alignment. */
    void write(Path path, byte[] before) {
        long first = (before.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        try (FileChannel file = FileChannel.open(
                        path,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING);
                Arena arena = Arena.ofShared()) {
            MemorySegment all = file.map(FileChannel.MapMode.READ_WRITE, 0, first + size, arena);
            MemorySegment.copy(before, 0, all, JAVA_BYTE, 0, before.length);
            MemorySegment bytes = all.asSlice(first);
            for (Part p : parts) {
                LongStream.range(0, (p.elements() + CHUNK - 1) / CHUNK)
                        .parallel()
                        .forEach(c -> fill(bytes, p, c * CHUNK, Math.min(p.elements(), (c + 1) * CHUNK)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The weights cannot be written to " + path + ": " + e.getMessage(), e);
        }
    }

    private static void fill(MemorySegment bytes, Part p, long from, long to) {
        Formula formula = p.formula();
        long at = p.offset() + p.bytes(from);
        for (long i = from; i < to; i++, at += p.type().bytes) {
            if (p.scale() != 0 && i % Int8Weights.BLOCK == 0) {
                bytes.set(JAVA_SHORT_UNALIGNED, at, Float.floatToFloat16(p.scale()));
                at += Short.BYTES;
            }
            float value = formula.at(i);
            switch (p.type()) {
                case FLOAT -> bytes.set(JAVA_FLOAT_UNALIGNED, at, value);
                case HALF -> bytes.set(JAVA_SHORT_UNALIGNED, at, Float.floatToFloat16(value));
                case UINT8 -> bytes.set(JAVA_BYTE, at, (byte) (int) value);
            }
        }
    }

    // SplitMix64 by position, so that chunks can be written in any order.
    private static float uniform(long seed, long i) {
        long z = seed + (i + 1) * 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        z ^= z >>> 31;
        return (z >> 40) / (float) (1 << 23);
    }
}
