package io.agentopt.kernels;

import static io.agentopt.kernel.ElementType.I32;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.mlir.ffi.RequiresCodegen;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The compiled draw against its reference, which sorts each row. */
@RequiresCodegen
class SampleTest {
    @Test
    void drawsWhatSortingDraws() {
        int compared = 0;
        int different = 0;
        for (int columns : new int[] {1, 2, 63, 64, 65, 1000, 5000, 32_000}) {
            int rows = columns > 10_000 ? 64 : 200;
            Random random = new Random(columns);
            float[] logits = new float[rows * columns];
            for (int i = 0; i < logits.length; i++) logits[i] = (float) (random.nextGaussian() * (1 + i / columns % 4));
            float[] temperature = new float[rows];
            float[] p = new float[rows];
            float[] least = new float[rows];
            float[] uniform = new float[rows];
            int[] k = new int[rows];
            for (int r = 0; r < rows; r++) {
                temperature[r] = 0.2f + 1.5f * random.nextFloat();
                p[r] = r % 3 == 0 ? 1 : random.nextFloat();
                least[r] = r % 5 == 0 ? random.nextFloat() * 0.2f : 0;
                k[r] = r % 2 == 0 ? 0 : 1 + random.nextInt(r % 7 == 0 ? columns : Math.min(columns, 60));
                uniform[r] = random.nextFloat();
            }
            int[][] drawn = both(columns, logits, temperature, k, p, least, uniform);
            for (int r = 0; r < rows; r++) if (drawn[0][r] != drawn[1][r]) different++;
            compared += rows;
        }
        // A uniform number or a share that falls within rounding of a boundary may go either way.
        assertTrue(different <= compared / 200, different + " of " + compared + " differ");
    }

    @Test
    void equalLogitsAreKeptInTheOrderOfColumns() {
        int columns = 300;
        float[] logits = new float[columns * 4];
        float[] uniform = {0, 0.49f, 0.51f, 0.99f};
        int[][] drawn = both(columns, logits, row(1, 4), new int[] {2, 2, 2, 2}, row(1, 4), row(0, 4), uniform);
        assertArrayEquals(new int[] {0, 0, 1, 1}, drawn[0]);
        assertArrayEquals(drawn[0], drawn[1]);
    }

    @Test
    void nucleusOfEqualLogitsIsTheFewestFirst() {
        int columns = 100;
        float[] uniform = {0, 0.124f, 0.126f, 0.99f};
        int[][] drawn =
                both(columns, new float[columns * 4], row(1, 4), new int[4], row(0.075f, 4), row(0, 4), uniform);
        assertArrayEquals(new int[] {0, 0, 1, 7}, drawn[0]);
        assertArrayEquals(drawn[0], drawn[1]);
    }

    @Test
    void topOneAndNoTemperatureAreGreedyAndFirst() {
        int columns = 130;
        float[] logits = new float[columns * 4];
        for (int r = 0; r < 4; r++) {
            logits[r * columns + 70] = 2;
            logits[r * columns + 129] = 2;
        }
        int[][] drawn = both(
                columns,
                logits,
                new float[] {1, 0, -1, Float.NaN},
                new int[] {1, 0, 0, 5},
                row(0.5f, 4),
                row(0, 4),
                row(0.999f, 4));
        assertArrayEquals(new int[] {70, 70, 70, 70}, drawn[0]);
        assertArrayEquals(drawn[0], drawn[1]);
    }

    /** All weights are 1 then, and infinity times the logarithm of 1 is no number: the reference kept nothing and ended in an array's index. */
    @Test
    void anInfiniteTemperatureKeepsAllWhereMinPIsOne() {
        float inf = Float.POSITIVE_INFINITY;
        int[][] drawn = both(
                3,
                new float[] {0, 2, 1, 0, 2, 1, 0, 2, 1},
                row(inf, 3),
                new int[3],
                row(1, 3),
                new float[] {1, 5, 0.5f},
                row(0.9f, 3));
        assertArrayEquals(new int[] {2, 1, 2}, drawn[0]);
        assertArrayEquals(drawn[0], drawn[1]);
    }

    @Test
    void whatIsNoNumberIsNeverDrawn() {
        float inf = Float.POSITIVE_INFINITY;
        float nan = Float.NaN;
        float[] logits = {
            nan, -inf, -inf, nan, nan, -inf, 1, -inf, 0, inf, nan, inf, -3e38f, nan, -inf, -inf, 3e38f, -3e38f, 3e38f, 0
        };
        int[][] drawn = both(4, logits, row(1, 5), new int[5], row(1, 5), row(0, 5), row(0.9f, 5));
        assertArrayEquals(new int[] {-1, 2, 1, 0, 2}, drawn[0]);
        assertArrayEquals(drawn[0], drawn[1]);
    }

    @Test
    void frequenciesFollowTheSoftmax() {
        int rows = 4000;
        float[] logits = new float[rows * 3];
        float[] uniform = new float[rows];
        for (int r = 0; r < rows; r++) {
            logits[3 * r + 1] = (float) Math.log(2);
            logits[3 * r + 2] = (float) Math.log(5);
            uniform[r] = (r + 0.5f) / rows;
        }
        int[] counts = new int[3];
        for (int token : both(3, logits, row(1, rows), new int[rows], row(1, rows), row(0, rows), uniform)[1])
            counts[token]++;
        assertEquals(rows / 8f, counts[0], 1);
        assertEquals(rows / 4f, counts[1], 1);
    }

    /** {@return what the reference and the compiled kernel draw} */
    private static int[][] both(
            int columns, float[] logits, float[] temperature, int[] k, float[] p, float[] least, float[] uniform) {
        int rows = uniform.length;
        KernelSpec spec = KernelSpec.of("sample").with("columns", columns);
        try (Arena arena = Arena.ofConfined()) {
            Buffer wanted = Buffer.allocate(arena, I32, rows);
            for (int r = 0; r < rows; r++) wanted.setInteger(r, k[r]);
            Buffer expected = Buffer.allocate(arena, I32, rows);
            Buffer actual = Buffer.allocate(arena, I32, rows);
            Buffer[] in = {
                Buffer.copyOf(arena, logits, rows, columns),
                Buffer.copyOf(arena, temperature),
                wanted,
                Buffer.copyOf(arena, p),
                Buffer.copyOf(arena, least),
                Buffer.copyOf(arena, uniform)
            };
            EveryOrigin.REFERENCE.of(spec).run(in[0], in[1], in[2], in[3], in[4], in[5], expected);
            EveryOrigin.COMPILED.of(spec).run(in[0], in[1], in[2], in[3], in[4], in[5], actual);
            return new int[][] {integers(expected), integers(actual)};
        }
    }

    private static int[] integers(Buffer buffer) {
        int[] all = new int[(int) buffer.elements()];
        for (int i = 0; i < all.length; i++) all[i] = (int) buffer.getInteger(i);
        return all;
    }

    private static float[] row(float value, int length) {
        float[] all = new float[length];
        java.util.Arrays.fill(all, value);
        return all;
    }
}
