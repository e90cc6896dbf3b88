package io.agentopt.benchmarks.llm;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Writes a model in llama.cpp's format: GGUF version 3, as its docs/gguf.md of ggml says, with tensors in float32 or in blocks of eight bits. */
final class GgufFile {
    private static final int VERSION = 3;
    private static final int UINT32 = 4, INT32 = 5, FLOAT32 = 6, BOOL = 7, STRING = 8, ARRAY = 9;
    private static final int TENSOR_FLOAT32 = 0, TENSOR_Q8_0 = 8;

    private final ByteArrayOutputStream entries = new ByteArrayOutputStream();
    private final ByteArrayOutputStream tensors = new ByteArrayOutputStream();
    private final WeightFile weights = new WeightFile();
    private int entryCount;
    private int tensorCount;

    GgufFile() {
        entry("general.alignment", (int) WeightFile.ALIGNMENT);
    }

    GgufFile entry(String key, String value) {
        key(key, STRING);
        text(entries, value);
        return this;
    }

    GgufFile entry(String key, int value) {
        key(key, UINT32);
        entries.writeBytes(little(4).putInt(value).array());
        return this;
    }

    GgufFile entry(String key, float value) {
        key(key, FLOAT32);
        entries.writeBytes(little(4).putFloat(value).array());
        return this;
    }

    GgufFile entry(String key, boolean value) {
        key(key, BOOL);
        entries.write(value ? 1 : 0);
        return this;
    }

    GgufFile entry(String key, List<String> values) {
        array(key, STRING, values.size());
        values.forEach(v -> text(entries, v));
        return this;
    }

    GgufFile entry(String key, float[] values) {
        array(key, FLOAT32, values.length);
        byte[] bytes = new byte[4 * values.length];
        little(bytes).asFloatBuffer().put(values);
        entries.writeBytes(bytes);
        return this;
    }

    GgufFile entry(String key, int[] values) {
        array(key, INT32, values.length);
        byte[] bytes = new byte[4 * values.length];
        little(bytes).asIntBuffer().put(values);
        entries.writeBytes(bytes);
        return this;
    }

    /**
     * Adds a tensor in float32.
     *
     * @param dims innermost first
     */
    GgufFile tensor(String name, WeightFile.Formula formula, long... dims) {
        return tensor(name, TENSOR_FLOAT32, weights.add(WeightFile.Type.FLOAT, formula, elements(dims)), dims);
    }

    /** Adds a tensor of whole numbers, of which 32 share a scale. */
    GgufFile blocks(String name, float scale, WeightFile.Formula formula, long... dims) {
        return tensor(name, TENSOR_Q8_0, weights.addBlocks(scale, formula, elements(dims)), dims);
    }

    private static long elements(long... dims) {
        long elements = 1;
        for (long d : dims) elements *= d;
        return elements;
    }

    private GgufFile tensor(String name, int type, long offset, long... dims) {
        text(tensors, name);
        byte[] bytes = new byte[4 + 8 * dims.length + 12];
        ByteBuffer shape = little(bytes).putInt(dims.length);
        for (long d : dims) shape.putLong(d);
        shape.putInt(type).putLong(offset);
        tensors.writeBytes(bytes);
        tensorCount++;
        return this;
    }

    Path write(Path file) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(little(20)
                .putInt(VERSION)
                .putLong(tensorCount)
                .putLong(entryCount)
                .array());
        out.writeBytes(entries.toByteArray());
        out.writeBytes(tensors.toByteArray());
        weights.write(file, out.toByteArray());
        return file;
    }

    private void array(String key, int type, int count) {
        key(key, ARRAY);
        entries.writeBytes(little(12).putInt(type).putLong(count).array());
    }

    private void key(String key, int type) {
        text(entries, key);
        entries.writeBytes(little(4).putInt(type).array());
        entryCount++;
    }

    private static void text(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeBytes(little(8).putLong(bytes.length).array());
        out.writeBytes(bytes);
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
