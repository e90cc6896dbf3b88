package io.agentopt.runtime.backend.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Writes an ONNX model: nodes, constants, inputs, outputs. Field numbers are those of onnx.proto3; the file holds IR version
 * 10 with operator set 20, and 1 of com.microsoft and of every other domain in use.
 */
public final class OnnxWriter {
    public static final int FLOAT = 1, UINT8 = 2, INT8 = 3, INT32 = 6, INT64 = 7, FLOAT16 = 10;

    /** The domain of operators that only ONNX Runtime has, such as GroupQueryAttention. */
    public static final String MICROSOFT = "com.microsoft";

    /** The domain of operators that this library adds to ONNX Runtime: {@code SwiGlu(x [..., 2n])} and {@code SiluMul(gate, up)}. */
    public static final String AGENTOPT = "agentopt";

    private static final int ATTRIBUTE_FLOAT = 1, ATTRIBUTE_INT = 2, ATTRIBUTE_STRING = 3, ATTRIBUTE_INTS = 7;

    private static final int EXTERNAL = 1;

    private final ProtobufMessage graph = new ProtobufMessage();
    private final Set<String> domains = new TreeSet<>(List.of(MICROSOFT));
    private int nodes;

    /** @param name of the graph */
    public OnnxWriter(String name) {
        graph.text(2, name);
    }

    /** Adds an input; each dimension is a Number, or a String that names a free size. */
    public OnnxWriter input(String name, int type, Object... dims) {
        graph.message(11, valueInfo(name, type, dims));
        return this;
    }

    /** Adds an output; dimensions as in {@link #input}. */
    public OnnxWriter output(String name, int type, Object... dims) {
        graph.message(12, valueInfo(name, type, dims));
        return this;
    }

    /** Adds a constant of floats. */
    public OnnxWriter constant(String name, float[] values, long... dims) {
        ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(values);
        return constant(name, FLOAT, raw.array(), dims);
    }

    /** Adds a constant of 64-bit integers. */
    public OnnxWriter constant(String name, long[] values, long... dims) {
        ByteBuffer raw = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asLongBuffer().put(values);
        return constant(name, INT64, raw.array(), dims);
    }

    /** Adds a constant of any type, given its bytes: the first element first, each little-endian. */
    public OnnxWriter constant(String name, int type, byte[] raw, long... dims) {
        ProtobufMessage tensor = new ProtobufMessage();
        for (long d : dims) tensor.integer(1, d);
        graph.message(5, tensor.integer(2, type).text(8, name).bytes(9, raw));
        return this;
    }

    /**
     * Adds a constant whose bytes lie in another file, as models above two gigabytes need.
     *
     * @param file beside the model, by name
     * @param offset of its first byte
     */
    public OnnxWriter external(String name, int type, String file, long offset, long bytes, long... dims) {
        ProtobufMessage tensor = new ProtobufMessage();
        for (long d : dims) tensor.integer(1, d);
        tensor.integer(2, type).text(8, name);
        tensor.message(13, entry("location", file))
                .message(13, entry("offset", Long.toString(offset)))
                .message(13, entry("length", Long.toString(bytes)));
        graph.message(5, tensor.integer(14, EXTERNAL));
        return this;
    }

    private static ProtobufMessage entry(String key, String value) {
        return new ProtobufMessage().text(1, key).text(2, value);
    }

    /** Adds a standard operator with one output, and returns that output's name. */
    public String node(String operator, String output, List<String> inputs, Map<String, ?> attributes) {
        node("", operator, List.of(output), inputs, attributes);
        return output;
    }

    /**
     * Adds an operator.
     *
     * @param domain empty for the standard operators
     * @param inputs empty strings stand for optional inputs that are absent
     * @param attributes values are Long, Float, String or long[]
     */
    public OnnxWriter node(
            String domain, String operator, List<String> outputs, List<String> inputs, Map<String, ?> attributes) {
        ProtobufMessage node = new ProtobufMessage();
        inputs.forEach(i -> node.text(1, i));
        outputs.forEach(o -> node.text(2, o));
        node.text(3, operator + "_" + nodes++).text(4, operator);
        attributes.forEach((name, value) -> node.message(5, attribute(name, value)));
        if (!domain.isEmpty()) {
            node.text(7, domain);
            domains.add(domain);
        }
        graph.message(1, node);
        return this;
    }

    /** {@return the model file} */
    public byte[] model() {
        ProtobufMessage model = new ProtobufMessage()
                .integer(1, 10)
                .text(2, "agentopt")
                .message(7, graph)
                .message(8, new ProtobufMessage().text(1, "").integer(2, 20));
        domains.forEach(d -> model.message(8, new ProtobufMessage().text(1, d).integer(2, 1)));
        return model.toBytes();
    }

    private static ProtobufMessage attribute(String name, Object value) {
        ProtobufMessage a = new ProtobufMessage().text(1, name);
        return switch (value) {
            case Long l -> a.integer(3, l).integer(20, ATTRIBUTE_INT);
            case String text -> a.text(4, text).integer(20, ATTRIBUTE_STRING);
            case Float f -> a.real(2, f).integer(20, ATTRIBUTE_FLOAT);
            case long[] many -> {
                for (long m : many) a.integer(8, m);
                yield a.integer(20, ATTRIBUTE_INTS);
            }
            default ->
                throw new IllegalArgumentException(
                        "The attribute '" + name + "' (" + value + ") must be a Long, Float, String or long[].");
        };
    }

    private static ProtobufMessage valueInfo(String name, int type, Object... dims) {
        ProtobufMessage shape = new ProtobufMessage();
        for (Object d : dims) {
            shape.message(
                    1,
                    d instanceof Number n
                            ? new ProtobufMessage().integer(1, n.longValue())
                            : new ProtobufMessage().text(2, d.toString()));
        }
        ProtobufMessage tensor = new ProtobufMessage().integer(1, type).message(2, shape);
        return new ProtobufMessage().text(1, name).message(2, new ProtobufMessage().message(1, tensor));
    }
}
