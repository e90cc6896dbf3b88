package io.agentopt.mlir.codegen;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.lower.GoldenFiles;
import io.agentopt.mlir.ffi.RequiresCodegen;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** SwiGLU's kernels: the PTX in the jar is what its MLIR is lowered to, and computes what it should, thread by thread. */
class SwiGluPtxTest {
    private static final int THREADS = 128, ALIGNMENT = 16;
    private static final String FOLDER = "/io/agentopt/mlir/gpu/";
    private static final float[] SPECIAL = {
        0,
        -0f,
        1,
        -1,
        20,
        -20,
        88,
        -88,
        89,
        -89,
        104,
        -104,
        127,
        -127,
        1e3f,
        -1e3f,
        65504,
        -65504,
        Float.NaN,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        6e-8f,
        -6e-8f,
        1e-4f
    };
    private static final float[] LARGE = {1e30f, -1e30f, Float.MAX_VALUE, -Float.MAX_VALUE, Float.MIN_VALUE, 1e-38f};

    private static String resource(String name) throws IOException {
        try (InputStream in = SwiGluPtxTest.class.getResourceAsStream(FOLDER + name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Nested
    @RequiresCodegen
    class Source {
        @Test
        void isLoweredToTheCode() throws IOException {
            String ptx = new GpuCompiler(new GpuTarget.Nvidia("sm_80")).assembly(resource("swiglu.mlir"), "swiglu");
            GoldenFiles.check(Path.of("src/main/resources" + FOLDER + "swiglu.ptx"), ptx);
        }
    }

    @Test
    void wideKernelsLoadAndStoreSixteenBytes() throws IOException {
        for (String kernel : new String[] {"agentopt_swiglu_f16_wide", "agentopt_swiglu_f32_wide"}) {
            String ptx = entry(resource("swiglu.ptx"), kernel);
            assertThat(ptx.split("ld\\.global(\\.nc)?\\.v4\\.", -1)).as(kernel).hasSize(3);
            assertThat(ptx.split("st\\.global\\.v4\\.", -1)).as(kernel).hasSize(2);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "f16_wide, 1, 8, 16",
        "f16_wide, 3, 1024, 2048",
        "f16_wide, 2, 1040, 1040",
        "f16, 1, 1, 2",
        "f16, 3, 131, 262",
        "f16, 2, 128, 130",
        "f32_wide, 1, 4, 8",
        "f32_wide, 3, 516, 1032",
        "f32, 5, 129, 258",
        "f32, 2, 3, 3"
    })
    void itComputesWhatItSays(String kernel, int rows, int columns, int stride) throws IOException {
        boolean half = kernel.startsWith("f16"), wide = kernel.endsWith("wide");
        int bytes = half ? 2 : 4, perThread = wide ? ALIGNMENT / bytes : 1;
        PtxMachine machine =
                new PtxMachine(entry(resource("swiglu.ptx"), "agentopt_swiglu_" + kernel), THREADS, 1 << 20);
        int elements = (rows - 1) * stride + columns, alignment = wide ? ALIGNMENT : bytes;
        int gate = machine.allocate(elements * bytes, alignment), up = machine.allocate(elements * bytes, alignment);
        int out = machine.allocate(rows * columns * bytes, alignment);
        SplittableRandom random = new SplittableRandom(rows * 31L + columns);
        ByteBuffer memory = machine.memory();
        for (int i = 0; i < elements; i++) {
            write(memory, gate + i * bytes, half, value(i, half, random));
            write(memory, up + i * bytes, half, (float) random.nextGaussian());
        }
        int parts = (columns + perThread * THREADS - 1) / (perThread * THREADS);
        machine.run(
                rows * parts,
                gate,
                gate,
                0,
                elements,
                1,
                up,
                up,
                0,
                elements,
                1,
                out,
                out,
                0,
                (long) rows * columns,
                1,
                columns,
                stride,
                parts);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                float g = read(memory, gate + (r * stride + c) * bytes, half);
                float u = read(memory, up + (r * stride + c) * bytes, half);
                float y = read(memory, out + (r * columns + c) * bytes, half);
                double exact = g / (1 + Math.exp(-g)) * u;
                exact = half ? Float.float16ToFloat(Float.floatToFloat16((float) exact)) : (float) exact;
                double error = half ? 2e-3 : 2e-6;
                assertThat(
                                Double.isNaN(exact)
                                        ? Float.isNaN(y)
                                        : y == exact || Math.abs(y - exact) <= error * Math.abs(exact) + 1e-7)
                        .as("[%d, %d]: gate %s, up %s, is %s, should be %s", r, c, g, u, y, exact)
                        .isTrue();
            }
        }
    }

    private static float value(int i, boolean half, SplittableRandom random) {
        if (i < SPECIAL.length) return SPECIAL[i];
        if (!half && i < SPECIAL.length + LARGE.length) return LARGE[i - SPECIAL.length];
        return (float) (random.nextGaussian() * 6);
    }

    private static float read(ByteBuffer memory, int at, boolean half) {
        return half ? Float.float16ToFloat(memory.getShort(at)) : memory.getFloat(at);
    }

    private static void write(ByteBuffer memory, int at, boolean half, float value) {
        if (half) memory.putShort(at, Float.floatToFloat16(value));
        else memory.putFloat(at, value);
    }

    /** {@return one kernel of several} */
    private static String entry(String ptx, String kernel) {
        int at = ptx.indexOf(".entry " + kernel + "(");
        assertThat(at).as(kernel).isNotNegative();
        int next = ptx.indexOf(".entry ", at + 1);
        return ptx.substring(at, next < 0 ? ptx.length() : ptx.lastIndexOf('\n', next));
    }
}
