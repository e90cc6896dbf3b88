package io.agentopt.mlir.codegen;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.ElementType;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernels.ResizeTaps;
import io.agentopt.mlir.ffi.RequiresCodegen;
import java.lang.foreign.Arena;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What kernels that bring MLIR for GPUs compute, by {@link PtxMachine}, against their references. */
@RequiresCodegen
class GpuNumbersTest {
    /** The last blocks' frames are fewer than a block of the GPU takes; the audio ends with the last frame, or behind it. */
    @ParameterizedTest
    @CsvSource({"16, 80, 2, 3, 2", "8, 128, 3, 1, 1", "4, 1, 1, 0, 1", "4, 200, 6, 37, 3"})
    void logMel(int lanes, int mels, int blocks, int spare, int gpuBlocks) {
        KernelSpec spec = KernelSpec.of("log_mel").with("lanes", lanes).with("mels", mels);
        try (Arena arena = Arena.ofConfined()) {
            Buffer levels = Buffer.allocate(arena, ElementType.F32, blocks, mels, lanes);
            Buffer peak = Buffer.allocate(arena, ElementType.F32, blocks, lanes);
            Buffer audio = reals(arena, 1, (blocks * lanes - 1) * 160 + 400 + spare);
            PtxRun.check(spec, gpuBlocks, 2e-5, levels, peak, audio);
        }
    }

    @ParameterizedTest
    @CsvSource({"16, 20, 40, 1, 40", "16, 80, 33, 5, 3", "8, 7, 70, 0, 2", "4, 33, 1, 3, 5", "4, 20, 130, 4, 1"})
    void logMelScale(int lanes, int mels, int blocks, int spare, int gpuBlocks) {
        KernelSpec spec = KernelSpec.of("log_mel_scale").with("lanes", lanes).with("mels", mels);
        try (Arena arena = Arena.ofConfined()) {
            Buffer spectrogram = Buffer.allocate(arena, ElementType.F32, mels, blocks * lanes - spare);
            Buffer levels = reals(arena, 9, blocks, mels, lanes);
            Buffer peak = reals(arena, 9, blocks, lanes);
            // The largest lies in each place in turn that no other is near to, or behind the last frame, where it must
            // not count.
            peak.setFloat((blocks * lanes - spare) * 7L / 11, 9.5f);
            if (spare > 0) peak.setFloat(peak.elements() - 1, 20);
            PtxRun.check(spec, gpuBlocks, 1e-6, spectrogram, levels, peak);
        }
    }

    /** Smaller, larger, lines whose bytes 4 does not divide, windows wider than the room, out of order, and none. */
    @ParameterizedTest
    @CsvSource({
        "3, 40, 64, 9, 13, 8",
        "3, 11, 13, 4, 5, 4",
        "1, 2, 3, 4, 5, 8",
        "4, 8, 600, 3, 200, 12",
        "3, 5, 2000, 2, 300, 4",
        "2, 3, 5000, 2, 3, 4",
        "3, 7, 2731, 2, 1, 4",
        "3, 19, 33, 7, 0, 4"
    })
    void resize(int channels, int height, int width, int rows, int columns, int gpuBlocks) {
        try (Arena arena = Arena.ofConfined()) {
            ResizeTaps y = ResizeTaps.antialiased(height, rows);
            Buffer out = Buffer.allocate(arena, ElementType.F32, channels, rows, columns);
            Buffer image = image(arena, height, width, channels);
            Buffer firstColumn = Buffer.allocate(arena, ElementType.I32, columns);
            Buffer columnWeights = Buffer.allocate(arena, ElementType.F32, columns, 1);
            if (columns > 0) {
                ResizeTaps x = ResizeTaps.antialiased(width, columns);
                firstColumn = x.first(arena);
                columnWeights = x.weights(arena);
            }
            PtxRun.check(
                    KernelSpec.of("resize").with("channels", channels),
                    gpuBlocks,
                    1e-5,
                    y.first(arena),
                    y.weights(arena),
                    firstColumn,
                    columnWeights,
                    reals(arena, 2, channels),
                    reals(arena, 50, channels),
                    image,
                    out);
        }
    }

    @ParameterizedTest
    @CsvSource({"3, 64, 0", "1, 77, 0", "4, 5000, 4960"})
    void windowsOutOfOrderAreSummedAsWell(int channels, int width, int first) {
        int taps = 3, columns = 21, height = 6, rows = 4;
        try (Arena arena = Arena.ofConfined()) {
            ResizeTaps y = ResizeTaps.antialiased(height, rows);
            Buffer firstColumn = Buffer.allocate(arena, ElementType.I32, columns);
            for (int i = 0; i < columns; i++) firstColumn.setInteger(i, (first + i * 37L) % (width - taps + 1));
            PtxRun.check(
                    KernelSpec.of("resize").with("channels", channels),
                    4,
                    1e-5,
                    y.first(arena),
                    y.weights(arena),
                    firstColumn,
                    reals(arena, 1, columns, taps),
                    reals(arena, 2, channels),
                    reals(arena, 50, channels),
                    image(arena, height, width, channels),
                    Buffer.allocate(arena, ElementType.F32, channels, rows, columns));
        }
    }

    private static Buffer image(Arena arena, int height, int width, int channels) {
        Buffer image = Buffer.allocate(arena, ElementType.I8, height, width, channels);
        for (int i = 0; i < image.elements(); i++) image.setInteger(i, (i * i * 7 + i * 31) & 0xff);
        return image;
    }

    private static Buffer reals(Arena arena, double most, long... shape) {
        SplittableRandom random = new SplittableRandom(17);
        Buffer buffer = Buffer.allocate(arena, ElementType.F32, shape);
        for (long i = 0; i < buffer.elements(); i++) buffer.setFloat(i, (float) (most * (2 * random.nextDouble() - 1)));
        return buffer;
    }
}
