package io.agentopt.runtime.llm.kv;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * What stands before a written cache: whose it is, its shape and its tokens. docs/kv-layout.md has the bytes.
 *
 * @param model id of the model that computed it
 * @param vocab scores of its last position
 * @param tokens one a position
 */
public record KvHeader(String model, KvShape shape, int vocab, int[] tokens) {
    static final int VERSION = 1;
    static final int FIXED_BYTES = 48;
    static final int MOST_MODEL_BYTES = 1024;
    static final int CHECKSUM_BYTES = 4;

    // The last four show a transfer that took the bytes for text, as in PNG.
    static final byte[] MAGIC = {'A', 'O', 'K', 'V', '\r', '\n', 0x1A, '\n'};

    /** {@return everything before the checksum} */
    byte[] encode() {
        byte[] name = model.getBytes(StandardCharsets.UTF_8);
        if (name.length > MOST_MODEL_BYTES) {
            throw new IllegalArgumentException(
                    "The model id '" + model + "' has " + name.length + " bytes and a KV cache file takes at most "
                            + MOST_MODEL_BYTES + ". Give the model a shorter id.");
        }
        int size = FIXED_BYTES + name.length + Integer.BYTES * tokens.length;
        ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        out.put(MAGIC).putInt(VERSION).putInt(size + CHECKSUM_BYTES);
        out.putInt(shape.layers()).putInt(shape.kvHeads()).putInt(shape.headDim());
        out.putInt(shape.type().onnx()).putInt(tokens.length).putInt(vocab);
        out.putInt(name.length).putInt(0).put(name);
        for (int token : tokens) out.putInt(token);
        return out.array();
    }
}
