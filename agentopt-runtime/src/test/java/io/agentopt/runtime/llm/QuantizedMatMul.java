package io.agentopt.runtime.llm;

import io.agentopt.runtime.backend.onnx.OnnxWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A matrix [from, to] in eight bits: whole numbers from -127 to 127, and a scale for each column. */
final class QuantizedMatMul {
    private static final int MOST = 127, ZERO = 128;

    private final int from;
    private final int to;
    private final byte[] whole; // [from, to]
    private final float[] scales; // [to]

    QuantizedMatMul(float[] values, int from, int to) {
        this.from = from;
        this.to = to;
        whole = new byte[from * to];
        scales = new float[to];
        for (int i = 0; i < values.length; i++) scales[i % to] = Math.max(scales[i % to], Math.abs(values[i]) / MOST);
        for (int i = 0; i < values.length; i++) whole[i] = (byte) Math.round(values[i] / scales[i % to]);
    }

    void write(OnnxWriter w, ExportPack.Weights weights, String x, String out) {
        switch (weights) {
            case FLOAT, ROUNDED -> rounded(w, x, out);
            case BLOCKS -> blocks(w, x, out);
            case DEQUANTIZED -> dequantized(w, x, out);
            case DYNAMIC -> dynamic(w, x, out);
        }
    }

    private void rounded(OnnxWriter w, String x, String out) {
        float[] values = new float[whole.length];
        for (int i = 0; i < values.length; i++) values[i] = whole[i] * scales[i % to];
        w.constant(out + ".w", values, from, to);
        w.node("MatMul", out, List.of(x, out + ".w"), Map.of());
    }

    // [to, 1, block]: a block holds a column and, up to a power of two, zeros.
    private void blocks(OnnxWriter w, String x, String out) {
        int block = Math.max(16, Integer.highestOneBit(2 * from - 1));
        byte[] bytes = new byte[to * block];
        Arrays.fill(bytes, (byte) ZERO);
        for (int i = 0; i < whole.length; i++) bytes[i % to * block + i / to] = (byte) (whole[i] + ZERO);
        w.constant(out + ".q", OnnxWriter.UINT8, bytes, to, 1, block).constant(out + ".s", scales, to, 1);
        w.node(
                OnnxWriter.MICROSOFT,
                "MatMulNBits",
                List.of(out),
                List.of(x, out + ".q", out + ".s"),
                Map.of("K", (long) from, "N", (long) to, "bits", 8L, "block_size", (long) block));
    }

    private void dequantized(OnnxWriter w, String x, String out) {
        w.constant(out + ".q", OnnxWriter.INT8, whole, from, to).constant(out + ".s", scales, to);
        w.node("DequantizeLinear", out + ".w", List.of(out + ".q", out + ".s"), Map.of("axis", 1L));
        w.node("MatMul", out, List.of(x, out + ".w"), Map.of());
    }

    private void dynamic(OnnxWriter w, String x, String out) {
        w.constant(out + ".q", OnnxWriter.INT8, whole, from, to).constant(out + ".s", scales, to);
        w.node("", "DynamicQuantizeLinear", List.of(out + ".x", out + ".xs", out + ".xz"), List.of(x), Map.of());
        w.node("MatMulInteger", out + ".i", List.of(out + ".x", out + ".q", out + ".xz"), Map.of());
        w.node("Cast", out + ".f", List.of(out + ".i"), Map.of("to", (long) OnnxWriter.FLOAT));
        w.node("Mul", out + ".k", List.of(out + ".xs", out + ".s"), Map.of());
        w.node("Mul", out, List.of(out + ".f", out + ".k"), Map.of());
    }
}
