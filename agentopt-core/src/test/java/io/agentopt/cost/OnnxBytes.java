package io.agentopt.cost;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes protobuf messages, to build small ONNX files in tests. */
final class OnnxBytes {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    OnnxBytes number(int field, long value) {
        varint((long) field << 3);
        varint(value);
        return this;
    }

    OnnxBytes bytes(int field, byte[] value) {
        varint((long) field << 3 | 2);
        varint(value.length);
        out.writeBytes(value);
        return this;
    }

    OnnxBytes text(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    OnnxBytes add(int field, OnnxBytes message) {
        return bytes(field, message.done());
    }

    byte[] done() {
        return out.toByteArray();
    }

    private void varint(long value) {
        while ((value & ~127L) != 0) {
            out.write((int) ((value & 127) | 128));
            value >>>= 7;
        }
        out.write((int) value);
    }

    static OnnxBytes weight(String name, int type, long... dims) {
        OnnxBytes tensor = new OnnxBytes();
        for (long d : dims) tensor.number(1, d);
        return tensor.number(2, type).text(8, name);
    }

    static OnnxBytes node(String op, String output, String... inputs) {
        OnnxBytes node = new OnnxBytes();
        for (String input : inputs) node.text(1, input);
        return node.text(2, output).text(4, op);
    }

    static OnnxBytes integer(String name, long... values) {
        OnnxBytes attribute = new OnnxBytes().text(1, name);
        if (values.length == 1) return attribute.number(3, values[0]);
        OnnxBytes packed = new OnnxBytes();
        for (long v : values) packed.varint(v);
        return attribute.bytes(8, packed.done());
    }

    static OnnxBytes value(String name, long... dims) {
        OnnxBytes shape = new OnnxBytes();
        for (long d : dims) shape.add(1, d < 0 ? new OnnxBytes().text(2, "batch") : new OnnxBytes().number(1, d));
        return new OnnxBytes()
                .text(1, name)
                .add(2, new OnnxBytes().add(1, new OnnxBytes().number(1, 1).add(2, shape)));
    }

    static byte[] model(OnnxBytes graph) {
        return new OnnxBytes().number(1, 8).add(7, graph).done();
    }
}
