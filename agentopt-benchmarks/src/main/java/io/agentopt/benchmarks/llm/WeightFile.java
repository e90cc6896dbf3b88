package io.agentopt.benchmarks.llm;

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
    private static final long ALIGNMENT = 4096, CHUNK = 1 << 20;

    private final List<Part> parts = new ArrayList<>();
    private long size;

    /** A number by its index. */
    @FunctionalInterface
    interface Formula {
        float at(long index);
    }

    private record Part(long offset, long elements, boolean half, Formula formula) {}

    /** Declares a float32 matrix of numbers from {@code -range} to {@code range}, as a constant of the model. */
    void declare(OnnxWriter model, String name, double range, long... dims) {
        declare(model, name, false, uniform(name, range), dims);
    }

    /** Declares a float16 matrix of numbers from {@code -range} to {@code range}, as a constant of the model. */
    void declareHalf(OnnxWriter model, String name, double range, long... dims) {
        declare(model, name, true, uniform(name, range), dims);
    }

    /** Declares a constant of the model. */
    void declare(OnnxWriter model, String name, boolean half, Formula formula, long... dims) {
        long elements = 1;
        for (long d : dims) elements *= d;
        parts.add(new Part(size, elements, half, formula));
        long bytes = elements * (half ? Short.BYTES : Float.BYTES);
        model.external(name, half ? OnnxWriter.FLOAT16 : OnnxWriter.FLOAT, NAME, size, bytes, dims);
        size = (size + bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    private static Formula uniform(String name, double range) {
        long seed = name.hashCode() * 0x9E3779B97F4A7C15L;
        float scale = (float) range;
        return i -> uniform(seed, i) * scale;
    }

    void write(Path folder) {
        try (FileChannel file = FileChannel.open(
                        folder.resolve(NAME),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING);
                Arena arena = Arena.ofShared()) {
            MemorySegment bytes = file.map(FileChannel.MapMode.READ_WRITE, 0, size, arena);
            for (Part p : parts) {
                LongStream.range(0, (p.elements() + CHUNK - 1) / CHUNK)
                        .parallel()
                        .forEach(c -> fill(bytes, p, c * CHUNK, Math.min(p.elements(), (c + 1) * CHUNK)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The weights cannot be written to " + folder + ": " + e.getMessage(), e);
        }
    }

    private static void fill(MemorySegment bytes, Part p, long from, long to) {
        Formula formula = p.formula();
        if (p.half()) {
            for (long i = from; i < to; i++) {
                bytes.set(JAVA_SHORT_UNALIGNED, p.offset() + i * Short.BYTES, Float.floatToFloat16(formula.at(i)));
            }
        } else {
            for (long i = from; i < to; i++) {
                bytes.set(JAVA_FLOAT_UNALIGNED, p.offset() + i * Float.BYTES, formula.at(i));
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
