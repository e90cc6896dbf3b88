package io.agentopt.benchmarks.kernels;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** The kernels as one would write them in plain Java: loops over segments and arrays in single precision, left to the JIT. */
final class PlainJava {
    private PlainJava() {}

    static void cosineF32(MemorySegment rows, float[] query, float[] scores) {
        int d = query.length;
        float norm = norm(query);
        for (int i = 0; i < scores.length; i++) {
            float dot = 0, square = 0;
            for (int j = 0; j < d; j++) {
                float x = rows.getAtIndex(JAVA_FLOAT, (long) i * d + j);
                dot += x * query[j];
                square += x * x;
            }
            scores[i] = score(dot, square, norm);
        }
    }

    static void cosineF16(MemorySegment rows, float[] query, float[] scores) {
        int d = query.length;
        float norm = norm(query);
        for (int i = 0; i < scores.length; i++) {
            float dot = 0, square = 0;
            for (int j = 0; j < d; j++) {
                float x = Float.float16ToFloat(rows.getAtIndex(JAVA_SHORT, (long) i * d + j));
                dot += x * query[j];
                square += x * x;
            }
            scores[i] = score(dot, square, norm);
        }
    }

    static void cosineI8(MemorySegment rows, byte[] query, float[] scores) {
        int d = query.length, querySquare = 0;
        for (byte q : query) querySquare += q * q;
        float norm = (float) Math.sqrt(querySquare);
        for (int i = 0; i < scores.length; i++) {
            int dot = 0, square = 0;
            for (int j = 0; j < d; j++) {
                int x = rows.get(JAVA_BYTE, (long) i * d + j);
                dot += x * query[j];
                square += x * x;
            }
            scores[i] = score(dot, square, norm);
        }
    }

    private static float norm(float[] query) {
        float square = 0;
        for (float q : query) square += q * q;
        return (float) Math.sqrt(square);
    }

    private static float score(float dot, float square, float queryNorm) {
        float norms = (float) Math.sqrt(square) * queryNorm;
        return norms == 0 ? 0 : dot / norms;
    }

    /** {@code values} and {@code indices} are [rows, k]; insertion into what was kept so far. */
    static void topK(MemorySegment scores, float[] values, int[] indices, int rows, int n, int k) {
        Arrays.fill(values, Float.NEGATIVE_INFINITY);
        Arrays.fill(indices, -1);
        for (int r = 0; r < rows; r++) {
            int first = r * k, last = first + k - 1;
            for (int j = 0; j < n; j++) {
                float x = scores.getAtIndex(JAVA_FLOAT, (long) r * n + j);
                if (!(x > values[last])) continue;
                int p = last;
                for (; p > first && x > values[p - 1]; p--) {
                    values[p] = values[p - 1];
                    indices[p] = indices[p - 1];
                }
                values[p] = x;
                indices[p] = j;
            }
        }
    }

    static void meanPool(MemorySegment hidden, MemorySegment mask, MemorySegment pooled, int batch, int tokens, int d) {
        float[] sum = new float[d];
        for (int b = 0; b < batch; b++) {
            Arrays.fill(sum, 0);
            for (int t = 0; t < tokens; t++) {
                long token = (long) b * tokens + t;
                if (mask.getAtIndex(JAVA_LONG, token) == 0) continue;
                for (int j = 0; j < d; j++) sum[j] += hidden.getAtIndex(JAVA_FLOAT, token * d + j);
            }
            float norm = norm(sum);
            float scale = norm == 0 ? 0 : 1 / norm;
            for (int j = 0; j < d; j++) pooled.setAtIndex(JAVA_FLOAT, (long) b * d + j, sum[j] * scale);
        }
    }

    static void softmax(MemorySegment x, MemorySegment y, int rows, int columns) {
        for (long first = 0; first < (long) rows * columns; first += columns) {
            float max = max(x, first, columns), sum = 0;
            for (int c = 0; c < columns; c++) {
                float weight = (float) Math.exp(x.getAtIndex(JAVA_FLOAT, first + c) - max);
                y.setAtIndex(JAVA_FLOAT, first + c, weight);
                sum += weight;
            }
            float scale = 1 / sum;
            for (int c = 0; c < columns; c++)
                y.setAtIndex(JAVA_FLOAT, first + c, y.getAtIndex(JAVA_FLOAT, first + c) * scale);
        }
    }

    static void logSoftmax(MemorySegment x, MemorySegment temperature, MemorySegment y, int rows, int columns) {
        for (int r = 0; r < rows; r++) {
            long first = (long) r * columns;
            float cooling = 1 / temperature.getAtIndex(JAVA_FLOAT, r);
            float max = max(x, first, columns), sum = 0;
            for (int c = 0; c < columns; c++)
                sum += (float) Math.exp((x.getAtIndex(JAVA_FLOAT, first + c) - max) * cooling);
            float offset = (float) Math.log(sum);
            for (int c = 0; c < columns; c++)
                y.setAtIndex(JAVA_FLOAT, first + c, (x.getAtIndex(JAVA_FLOAT, first + c) - max) * cooling - offset);
        }
    }

    private static float max(MemorySegment x, long first, int columns) {
        float max = Float.NEGATIVE_INFINITY;
        for (int c = 0; c < columns; c++) max = Math.max(max, x.getAtIndex(JAVA_FLOAT, first + c));
        return max;
    }

    static void layerNorm(MemorySegment x, float[] weight, float[] bias, MemorySegment y, int rows, float epsilon) {
        int d = weight.length;
        for (long first = 0; first < (long) rows * d; first += d) {
            float sum = 0;
            for (int j = 0; j < d; j++) sum += x.getAtIndex(JAVA_FLOAT, first + j);
            float mean = sum / d, squares = 0;
            for (int j = 0; j < d; j++) {
                float centred = x.getAtIndex(JAVA_FLOAT, first + j) - mean;
                squares += centred * centred;
            }
            float scale = 1 / (float) Math.sqrt(squares / d + epsilon);
            for (int j = 0; j < d; j++) {
                float centred = x.getAtIndex(JAVA_FLOAT, first + j) - mean;
                y.setAtIndex(JAVA_FLOAT, first + j, centred * scale * weight[j] + bias[j]);
            }
        }
    }

    static void rmsNorm(MemorySegment x, float[] weight, MemorySegment y, int rows, float epsilon) {
        int d = weight.length;
        for (long first = 0; first < (long) rows * d; first += d) {
            float squares = 0;
            for (int j = 0; j < d; j++) {
                float v = x.getAtIndex(JAVA_FLOAT, first + j);
                squares += v * v;
            }
            float scale = 1 / (float) Math.sqrt(squares / d + epsilon);
            for (int j = 0; j < d; j++)
                y.setAtIndex(JAVA_FLOAT, first + j, x.getAtIndex(JAVA_FLOAT, first + j) * scale * weight[j]);
        }
    }

    /** Image resize with the taps of {@link VectorResize}. */
    static void resize(VectorResize taps, MemorySegment image, int width, MemorySegment out) {
        int rows = taps.firstRow().length, columns = taps.firstColumn().length, values = 3 * width;
        int rowTaps = taps.rowWeights().length / rows, columnTaps = taps.columnWeights().length / columns;
        float[] line = new float[values];
        for (int y = 0; y < rows; y++) {
            Arrays.fill(line, 0);
            for (int t = 0; t < rowTaps; t++) {
                float weight = taps.rowWeights()[y * rowTaps + t];
                long at = (long) (taps.firstRow()[y] + t) * values;
                for (int x = 0; x < values; x++) line[x] += weight * (image.get(JAVA_BYTE, at + x) & 0xff);
            }
            for (int x = 0; x < columns; x++) {
                for (int c = 0; c < 3; c++) {
                    float sum = 0;
                    for (int t = 0; t < columnTaps; t++)
                        sum += taps.columnWeights()[x * columnTaps + t] * line[3 * (taps.firstColumn()[x] + t) + c];
                    long to = ((long) c * rows + y) * columns + x;
                    out.setAtIndex(JAVA_FLOAT, to, taps.scale()[c] * sum + taps.bias()[c]);
                }
            }
        }
    }

    /** {@code levels} is [blocks, mels, lanes], {@code spectrogram} [mels, frames]. */
    static void logMelScale(
            MemorySegment levels, MemorySegment peak, MemorySegment spectrogram, int mels, int frames, int lanes) {
        float largest = max(peak, 0, frames);
        for (int m = 0; m < mels; m++) {
            for (int f = 0; f < frames; f++) {
                long at = ((long) f / lanes * mels + m) * lanes + f % lanes;
                float held = Math.max(levels.getAtIndex(JAVA_FLOAT, at), largest - 8);
                spectrogram.setAtIndex(JAVA_FLOAT, (long) m * frames + f, (held + 4) / 4);
            }
        }
    }
}
