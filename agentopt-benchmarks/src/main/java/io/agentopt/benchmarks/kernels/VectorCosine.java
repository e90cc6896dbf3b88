package io.agentopt.benchmarks.kernels;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.ADD;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Cosine scores in the Vector API. Four rows at a time share each load of the query, which makes eight independent chains of
 * FMA; sizes must be multiples of a vector, as the bench's are.
 */
final class VectorCosine {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Short> S = ShortVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Short> HALF_S = VectorSpecies.of(short.class, halfShape());
    private static final VectorSpecies<Byte> HALF_B = VectorSpecies.of(byte.class, halfShape());
    private static final int LANES = F.length();
    private static final int ROWS = 4;

    /** Moves the exponent of a half-precision number, shifted into place, to single precision's bias. */
    private static final float HALF_BIAS = 0x1p112f;

    private VectorCosine() {}

    private static jdk.incubator.vector.VectorShape halfShape() {
        return jdk.incubator.vector.VectorShape.forBitSize(F.vectorBitSize() / 2);
    }

    /** Single precision; rows of {@code d} floats. */
    static void f32(MemorySegment rows, float[] query, float[] scores, int d) {
        float norm = norm(query);
        long bytes = 4L * d;
        int i = 0;
        for (; i + ROWS <= scores.length; i += ROWS) {
            FloatVector d0 = FloatVector.zero(F), d1 = d0, d2 = d0, d3 = d0, n0 = d0, n1 = d0, n2 = d0, n3 = d0;
            long row = i * bytes;
            for (int j = 0; j < d; j += LANES) {
                FloatVector q = FloatVector.fromArray(F, query, j);
                long at = row + 4L * j;
                FloatVector x0 = FloatVector.fromMemorySegment(F, rows, at, LITTLE_ENDIAN);
                FloatVector x1 = FloatVector.fromMemorySegment(F, rows, at + bytes, LITTLE_ENDIAN);
                FloatVector x2 = FloatVector.fromMemorySegment(F, rows, at + 2 * bytes, LITTLE_ENDIAN);
                FloatVector x3 = FloatVector.fromMemorySegment(F, rows, at + 3 * bytes, LITTLE_ENDIAN);
                d0 = x0.fma(q, d0);
                n0 = x0.fma(x0, n0);
                d1 = x1.fma(q, d1);
                n1 = x1.fma(x1, n1);
                d2 = x2.fma(q, d2);
                n2 = x2.fma(x2, n2);
                d3 = x3.fma(q, d3);
                n3 = x3.fma(x3, n3);
            }
            scores[i] = score(d0.reduceLanes(ADD), n0.reduceLanes(ADD), norm);
            scores[i + 1] = score(d1.reduceLanes(ADD), n1.reduceLanes(ADD), norm);
            scores[i + 2] = score(d2.reduceLanes(ADD), n2.reduceLanes(ADD), norm);
            scores[i + 3] = score(d3.reduceLanes(ADD), n3.reduceLanes(ADD), norm);
        }
        for (; i < scores.length; i++) {
            FloatVector d0 = FloatVector.zero(F), n0 = d0;
            for (int j = 0; j < d; j += LANES) {
                FloatVector x = FloatVector.fromMemorySegment(F, rows, i * bytes + 4L * j, LITTLE_ENDIAN);
                d0 = x.fma(FloatVector.fromArray(F, query, j), d0);
                n0 = x.fma(x, n0);
            }
            scores[i] = score(d0.reduceLanes(ADD), n0.reduceLanes(ADD), norm);
        }
    }

    /** Half precision, widened by shifting bits; the query is widened already. */
    static void f16ByBits(MemorySegment rows, float[] query, float[] scores, int d) {
        float norm = norm(query);
        for (int i = 0; i < scores.length; i++) {
            FloatVector d0 = FloatVector.zero(F), d1 = d0, n0 = d0, n1 = d0;
            long row = 2L * d * i;
            for (int j = 0; j < d; j += 2 * LANES) {
                FloatVector x0 = widen(rows, row + 2L * j), x1 = widen(rows, row + 2L * (j + LANES));
                d0 = x0.fma(FloatVector.fromArray(F, query, j), d0);
                n0 = x0.fma(x0, n0);
                d1 = x1.fma(FloatVector.fromArray(F, query, j + LANES), d1);
                n1 = x1.fma(x1, n1);
            }
            scores[i] = score(d0.add(d1).reduceLanes(ADD), n0.add(n1).reduceLanes(ADD), norm);
        }
    }

    private static FloatVector widen(MemorySegment rows, long at) {
        IntVector bits = (IntVector) ShortVector.fromMemorySegment(HALF_S, rows, at, LITTLE_ENDIAN)
                .convertShape(VectorOperators.S2I, I, 0);
        FloatVector magnitude = bits.and(0x7fff)
                .lanewise(VectorOperators.LSHL, 13)
                .reinterpretAsFloats()
                .mul(HALF_BIAS);
        return magnitude.reinterpretAsInts().or(bits.and(0x80000000)).reinterpretAsFloats();
    }

    /** Half precision, widened row by row with the conversion that the JIT vectorises; {@code widened} has room for a row. */
    static void f16ByConversion(MemorySegment rows, float[] query, float[] scores, float[] widened) {
        float norm = norm(query);
        int d = widened.length;
        for (int i = 0; i < scores.length; i++) {
            widen(rows, 2L * d * i, widened);
            FloatVector d0 = FloatVector.zero(F), d1 = d0, n0 = d0, n1 = d0;
            for (int j = 0; j < d; j += 2 * LANES) {
                FloatVector x0 = FloatVector.fromArray(F, widened, j);
                FloatVector x1 = FloatVector.fromArray(F, widened, j + LANES);
                d0 = x0.fma(FloatVector.fromArray(F, query, j), d0);
                n0 = x0.fma(x0, n0);
                d1 = x1.fma(FloatVector.fromArray(F, query, j + LANES), d1);
                n1 = x1.fma(x1, n1);
            }
            scores[i] = score(d0.add(d1).reduceLanes(ADD), n0.add(n1).reduceLanes(ADD), norm);
        }
    }

    private static void widen(MemorySegment rows, long at, float[] widened) {
        for (int j = 0; j < widened.length; j++) {
            widened[j] = Float.float16ToFloat(rows.get(ValueLayout.JAVA_SHORT_UNALIGNED, at + 2L * j));
        }
    }

    /** Eight-bit integers: products in 16 bits, which they fit, sums in 32. */
    static void i8(MemorySegment rows, byte[] query, float[] scores) {
        int d = query.length, step = HALF_B.length();
        int norm = 0;
        for (byte b : query) norm += b * b;
        for (int i = 0; i < scores.length; i++) {
            IntVector d0 = IntVector.zero(I), d1 = d0, n0 = d0, n1 = d0;
            long row = (long) d * i;
            for (int j = 0; j < d; j += step) {
                ShortVector x = (ShortVector) ByteVector.fromMemorySegment(HALF_B, rows, row + j, LITTLE_ENDIAN)
                        .convertShape(VectorOperators.B2S, S, 0);
                ShortVector q = (ShortVector)
                        ByteVector.fromArray(HALF_B, query, j).convertShape(VectorOperators.B2S, S, 0);
                ShortVector p = x.mul(q), s = x.mul(x);
                d0 = d0.add(p.convertShape(VectorOperators.S2I, I, 0));
                d1 = d1.add(p.convertShape(VectorOperators.S2I, I, 1));
                n0 = n0.add(s.convertShape(VectorOperators.S2I, I, 0));
                n1 = n1.add(s.convertShape(VectorOperators.S2I, I, 1));
            }
            scores[i] = score(d0.add(d1).reduceLanes(ADD), n0.add(n1).reduceLanes(ADD), (float) Math.sqrt(norm));
        }
    }

    private static float norm(float[] query) {
        FloatVector sum = FloatVector.zero(F);
        for (int j = 0; j < query.length; j += LANES) {
            FloatVector q = FloatVector.fromArray(F, query, j);
            sum = q.fma(q, sum);
        }
        return (float) Math.sqrt(sum.reduceLanes(ADD));
    }

    private static float score(float dot, float square, float queryNorm) {
        float norms = (float) Math.sqrt(square) * queryNorm;
        return norms == 0 ? 0 : dot / norms;
    }
}
