package io.agentopt.benchmarks.llm;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

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

/** Random weights in a file beside a model: float32, uniform, the same for the same names. */
final class WeightFile {
    static final String NAME = "weights.bin";
    private static final long ALIGNMENT = 4096, CHUNK = 1 << 20;

    private final List<Part> parts = new ArrayList<>();
    private long size;

    private record Part(String name, long offset, long elements, float range) {}

    /** Declares a matrix of numbers from {@code -range} to {@code range}, as a constant of the model. */
    void declare(OnnxWriter model, String name, double range, long... dims) {
        long elements = 1;
        for (long d : dims) elements *= d;
        parts.add(new Part(name, size, elements, (float) range));
        model.external(name, OnnxWriter.FLOAT, NAME, size, elements * Float.BYTES, dims);
        size = (size + elements * Float.BYTES + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
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
                long seed = p.name().hashCode() * 0x9E3779B97F4A7C15L;
                LongStream.range(0, (p.elements() + CHUNK - 1) / CHUNK)
                        .parallel()
                        .forEach(c -> {
                            long end = Math.min(p.elements(), (c + 1) * CHUNK);
                            for (long i = c * CHUNK; i < end; i++) {
                                bytes.set(
                                        JAVA_FLOAT_UNALIGNED,
                                        p.offset() + i * Float.BYTES,
                                        uniform(seed, i) * p.range());
                            }
                        });
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The weights cannot be written to " + folder + ": " + e.getMessage(), e);
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
