package io.agentopt.runtime.backend.onnx;

import io.agentopt.cost.ProtobufReader;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The nodes of an ONNX model, each with the bytes that it is, and who makes and reads each value. Field numbers are those of onnx.proto3. */
final class NodeGraph {
    /** Bytes of the model. */
    record Range(int begin, int end) {}

    /**
     * A node.
     *
     * @param numbers its attributes that are whole numbers
     * @param alpha its attribute of that name; NaN if it has none
     * @param attributes names of all
     */
    record Node(
            Range range,
            String name,
            String domain,
            String operator,
            List<String> inputs,
            List<String> outputs,
            Map<String, Long> numbers,
            float alpha,
            Set<String> attributes) {
        boolean is(String ofDomain, String ofOperator, int ofInputs) {
            return domain.equals(ofDomain) && operator.equals(ofOperator) && inputs.size() == ofInputs;
        }
    }

    final List<Range> around = new ArrayList<>(); // of the model, without the graph
    final List<Range> others = new ArrayList<>(); // of the graph, without its nodes
    final List<Node> nodes = new ArrayList<>();
    final Set<String> domains = new HashSet<>();
    final Map<String, List<Long>> weights = new HashMap<>(); // sizes
    private final Set<String> outputs = new HashSet<>();
    private final Map<String, Node> makers = new HashMap<>();
    private final Map<String, List<Node>> readers = new HashMap<>();
    private boolean nested;

    /** @throws IllegalArgumentException if it is no ONNX model */
    NodeGraph(byte[] model, String name) {
        ProtobufReader in = new ProtobufReader(MemorySegment.ofArray(model), name);
        for (long begin = 0; in.next(); begin = in.position()) {
            if (in.field() == 7 && in.isBytes()) {
                in.message(() -> graph(in));
                continue;
            }
            if (in.field() == 8 && in.isBytes()) in.message(() -> domains.addAll(texts(in, 1)));
            else in.skip();
            around.add(range(begin, in));
        }
        for (Node node : nodes) {
            node.outputs().forEach(o -> makers.put(o, node));
            node.inputs()
                    .forEach(i ->
                            readers.computeIfAbsent(i, _ -> new ArrayList<>()).add(node));
        }
    }

    private static Range range(long begin, ProtobufReader in) {
        return new Range((int) begin, (int) in.position());
    }

    /** {@return whether nodes hold graphs, which may read any value by its name} */
    boolean isNested() {
        return nested;
    }

    @Nullable
    Node maker(String value) {
        return makers.get(value);
    }

    /** {@return whether a value is read by these nodes and nobody else} */
    boolean isReadOnlyBy(String value, Set<Node> allowed) {
        return !outputs.contains(value) && allowed.containsAll(readers.getOrDefault(value, List.of()));
    }

    private void graph(ProtobufReader in) {
        for (long begin = in.position(); in.next(); begin = in.position()) {
            if (in.field() == 1 && in.isBytes()) {
                long start = begin;
                in.message(() -> node(in, (int) start));
                continue;
            }
            if (in.field() == 5 && in.isBytes()) in.message(() -> weight(in));
            else if (in.field() == 12 && in.isBytes()) in.message(() -> outputs.addAll(texts(in, 1)));
            else in.skip();
            others.add(range(begin, in));
        }
    }

    private static List<String> texts(ProtobufReader in, int field) {
        List<String> found = new ArrayList<>();
        while (in.next()) {
            if (in.field() == field && in.isBytes()) found.add(in.text());
            else in.skip();
        }
        return found;
    }

    private void weight(ProtobufReader in) {
        List<Long> sizes = new ArrayList<>();
        String name = "";
        while (in.next()) {
            if (in.field() == 1 && in.isVarint()) sizes.add(in.varint());
            else if (in.field() == 1 && in.isBytes())
                in.message(() -> {
                    while (in.more()) sizes.add(in.varint());
                });
            else if (in.field() == 8 && in.isBytes()) name = in.text();
            else in.skip();
        }
        weights.put(name, sizes);
    }

    private void node(ProtobufReader in, int begin) {
        List<String> inputs = new ArrayList<>(), outs = new ArrayList<>();
        Map<String, Long> numbers = new HashMap<>();
        Set<String> attributes = new HashSet<>();
        String name = "", operator = "", domain = "";
        float[] alpha = {Float.NaN};
        while (in.next()) {
            if (!in.isBytes()) {
                in.skip();
                continue;
            }
            switch (in.field()) {
                case 1 -> inputs.add(in.text());
                case 2 -> outs.add(in.text());
                case 3 -> name = in.text();
                case 4 -> operator = in.text();
                case 5 -> in.message(() -> attribute(in, numbers, attributes, alpha));
                case 7 -> domain = in.text();
                default -> in.skip();
            }
        }
        nodes.add(new Node(range(begin, in), name, domain, operator, inputs, outs, numbers, alpha[0], attributes));
    }

    private void attribute(ProtobufReader in, Map<String, Long> numbers, Set<String> attributes, float[] alpha) {
        String name = "";
        long number = 0;
        int bits = 0;
        boolean isNumber = false;
        while (in.next()) {
            if (in.field() == 1 && in.isBytes()) name = in.text();
            else if (in.field() == 2 && in.isFixed32()) bits = in.fixed32();
            else if (in.field() == 3 && in.isVarint()) {
                number = in.varint();
                isNumber = true;
            } else {
                nested |= in.field() == 6 || in.field() == 11;
                in.skip();
            }
        }
        attributes.add(name);
        if (isNumber) numbers.put(name, number);
        if (name.equals("alpha")) alpha[0] = Float.intBitsToFloat(bits);
    }
}
