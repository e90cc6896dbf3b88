package io.agentopt.benchmarks.kernels;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_B2I;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Resize of RGB images in the Vector API: rows are summed into one line, four vectors of it at a time in registers, then columns from that line, a pixel's
 * channels in one vector.
 *
 * @param firstRow and the like: the taps, as arrays
 */
record VectorResize(
        int[] firstRow, float[] rowWeights, int[] firstColumn, float[] columnWeights, float[] scale, float[] bias) {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_512;
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_512;
    private static final VectorSpecies<Byte> B = ByteVector.SPECIES_128;
    private static final VectorSpecies<Float> PIXEL = FloatVector.SPECIES_128;
    private static final int LANES = F.length();

    void run(MemorySegment image, int width, MemorySegment out) {
        int rows = firstRow.length;
        int columns = firstColumn.length;
        int values = 3 * width;
        float[] line = new float[values + 4];
        for (int y = 0; y < rows; y++) {
            sumRows(image, (long) firstRow[y] * values, values, y, line);
            sumColumns(line, out, (long) y * columns, (long) rows * columns);
        }
    }

    private void sumRows(MemorySegment image, long start, int values, int y, float[] line) {
        int taps = rowWeights.length / firstRow.length;
        int x = 0;
        for (; x + 4 * LANES <= values; x += 4 * LANES) {
            FloatVector a = FloatVector.zero(F);
            FloatVector b = a;
            FloatVector c = a;
            FloatVector d = a;
            for (int t = 0; t < taps; t++) {
                long at = start + (long) t * values + x;
                FloatVector weight = FloatVector.broadcast(F, rowWeights[y * taps + t]);
                a = floats(image, at).fma(weight, a);
                b = floats(image, at + LANES).fma(weight, b);
                c = floats(image, at + 2L * LANES).fma(weight, c);
                d = floats(image, at + 3L * LANES).fma(weight, d);
            }
            a.intoArray(line, x);
            b.intoArray(line, x + LANES);
            c.intoArray(line, x + 2 * LANES);
            d.intoArray(line, x + 3 * LANES);
        }
        for (; x < values; x++) {
            float sum = 0;
            for (int t = 0; t < taps; t++) {
                int value = image.get(ValueLayout.JAVA_BYTE, start + (long) t * values + x) & 0xff;
                sum = Math.fma(rowWeights[y * taps + t], value, sum);
            }
            line[x] = sum;
        }
    }

    private static FloatVector floats(MemorySegment image, long at) {
        ByteVector bytes = ByteVector.fromMemorySegment(B, image, at, LITTLE_ENDIAN);
        return (FloatVector) bytes.convertShape(ZERO_EXTEND_B2I, I, 0).convertShape(I2F, F, 0);
    }

    private void sumColumns(float[] line, MemorySegment out, long at, long plane) {
        int taps = columnWeights.length / firstColumn.length;
        for (int x = 0; x < firstColumn.length; x++) {
            FloatVector even = FloatVector.zero(PIXEL);
            FloatVector odd = even;
            int from = 3 * firstColumn[x];
            int t = 0;
            for (; t + 2 <= taps; t += 2) {
                even = FloatVector.fromArray(PIXEL, line, from + 3 * t)
                        .fma(FloatVector.broadcast(PIXEL, columnWeights[x * taps + t]), even);
                odd = FloatVector.fromArray(PIXEL, line, from + 3 * t + 3)
                        .fma(FloatVector.broadcast(PIXEL, columnWeights[x * taps + t + 1]), odd);
            }
            if (t < taps)
                even = FloatVector.fromArray(PIXEL, line, from + 3 * t)
                        .fma(FloatVector.broadcast(PIXEL, columnWeights[x * taps + t]), even);
            FloatVector pixel = even.add(odd);
            for (int c = 0; c < 3; c++) {
                out.setAtIndex(ValueLayout.JAVA_FLOAT, c * plane + at + x, Math.fma(scale[c], pixel.lane(c), bias[c]));
            }
        }
    }
}
