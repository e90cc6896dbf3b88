package io.agentopt.cost;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The nodes, weights and shapes of an ONNX file, without the weights' values. Sub-graphs of If and Loop are not entered. */
final class OnnxGraph {
    private static final int MOST_DIMS = 64;
    private static final int MOST_INTS = 1 << 16;

    /** Bytes per element by ONNX data type; 8 is text. */
    private static final double[] ELEMENT_BYTES = {
        0, 4, 1, 1, 2, 2, 4, 8, 0, 1, 2, 8, 4, 8, 8, 16, 2, 1, 1, 1, 1, 0.5, 0.5, 0.5
    };

    record Tensor(String name, List<Long> dims, int type, double elements) {
        double bytes() {
            return elements * (type >= 0 && type < ELEMENT_BYTES.length ? ELEMENT_BYTES[type] : 1);
        }
    }

    record Node(String op, List<String> inputs, List<String> outputs, Map<String, long[]> integers) {
        String input(int i) {
            return i < inputs.size() ? inputs.get(i) : "";
        }

        long integer(String attribute, long otherwise) {
            long[] values = integers.get(attribute);
            return values == null || values.length == 0 ? otherwise : values[0];
        }
    }

    final List<Node> nodes = new ArrayList<>();
    final Map<String, Tensor> weights = new HashMap<>();
    /** Known sizes by value name; -1 for a size that is a name or absent. */
    final Map<String, long[]> shapes = new HashMap<>();

    private final ProtobufReader in;
    private boolean sawGraph;

    private OnnxGraph(ProtobufReader in) {
        this.in = in;
    }

    static OnnxGraph read(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                Arena arena = Arena.ofConfined()) {
            if (channel.size() == 0)
                throw new IllegalArgumentException(
                        "The file " + file + " is empty, so no ONNX model. Export it again.");
            OnnxGraph graph = new OnnxGraph(new ProtobufReader(
                    channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena), file.toString()));
            graph.model();
            return graph;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "The ONNX file " + file + " cannot be read (" + e + "). Check the path and its permissions.", e);
        }
    }

    private void model() {
        while (in.next()) {
            if (in.field() == 7 && in.isBytes()) {
                sawGraph = true;
                in.message(this::graph);
            } else {
                in.skip();
            }
        }
        if (!sawGraph || nodes.isEmpty()) throw in.malformed("no graph with nodes");
    }

    private void graph() {
        while (in.next()) {
            if (!in.isBytes()) {
                in.skip();
                continue;
            }
            switch (in.field()) {
                case 1 -> in.message(this::node);
                case 5 ->
                    in.message(() -> {
                        Tensor t = tensor();
                        weights.put(t.name, t);
                    });
                case 11, 12, 13 -> in.message(this::value);
                default -> in.skip();
            }
        }
    }

    private void node() {
        List<String> inputs = new ArrayList<>(), outputs = new ArrayList<>();
        Map<String, long[]> integers = new HashMap<>();
        List<Tensor> constants = new ArrayList<>();
        String[] op = {""};
        while (in.next()) {
            switch (in.field()) {
                case 1 -> inputs.add(in.text());
                case 2 -> outputs.add(in.text());
                case 4 -> op[0] = in.text();
                case 5 -> in.message(() -> attribute(integers, constants));
                default -> in.skip();
            }
        }
        if (op[0].equals("Constant") && constants.size() == 1 && outputs.size() == 1) {
            Tensor t = constants.getFirst();
            weights.put(outputs.getFirst(), new Tensor(outputs.getFirst(), t.dims, t.type, t.elements));
            return;
        }
        nodes.add(new Node(op[0], List.copyOf(inputs), List.copyOf(outputs), integers));
    }

    private void attribute(Map<String, long[]> integers, List<Tensor> constants) {
        String name = "";
        List<Long> values = new ArrayList<>();
        while (in.next()) {
            switch (in.field()) {
                case 1 -> name = in.text();
                case 3, 8 -> numbers(values, MOST_INTS);
                case 5 -> {
                    if (in.isBytes()) in.message(() -> constants.add(tensor()));
                    else in.skip();
                }
                default -> in.skip();
            }
        }
        if (!values.isEmpty())
            integers.put(name, values.stream().mapToLong(v -> v).toArray());
    }

    private Tensor tensor() {
        String name = "";
        int type = 0;
        List<Long> dims = new ArrayList<>();
        while (in.next()) {
            switch (in.field()) {
                case 1 -> numbers(dims, MOST_DIMS);
                case 2 -> type = (int) (in.isVarint() ? in.varint() : skipped());
                case 8 -> name = in.text();
                default -> in.skip();
            }
        }
        double elements = 1;
        for (long d : dims) {
            if (d < 0) throw in.malformed("a weight '" + name + "' with a size of " + d);
            elements *= d;
        }
        if (elements > 1e15) throw in.malformed("a weight '" + name + "' of " + elements + " elements");
        return new Tensor(name, List.copyOf(dims), type, elements);
    }

    private long skipped() {
        in.skip();
        return 0;
    }

    /** Repeated integers, packed or not; at most so many. */
    private void numbers(List<Long> into, int most) {
        if (in.isVarint()) {
            into.add(in.varint());
        } else if (in.isBytes()) {
            in.message(() -> {
                while (in.more()) {
                    into.add(in.varint());
                    if (into.size() > most) throw in.malformed("a list of more than " + most + " numbers");
                }
            });
        } else {
            in.skip();
        }
        if (into.size() > most) throw in.malformed("a list of more than " + most + " numbers");
    }

    /** ValueInfo: name 1, type 2 -> tensor type 1 -> shape 2 -> dim 1 -> value 1. */
    private void value() {
        String[] name = {""};
        List<Long> dims = new ArrayList<>();
        while (in.next()) {
            if (in.field() == 1) name[0] = in.text();
            else if (in.field() == 2 && in.isBytes())
                in.message(() -> inside(1, () -> inside(2, () -> inside(1, () -> dim(dims)))));
            else in.skip();
        }
        shapes.put(name[0], dims.stream().mapToLong(d -> d).toArray());
    }

    private void inside(int field, ProtobufReader.Body body) {
        while (in.next()) {
            if (in.field() == field && in.isBytes()) in.message(body);
            else in.skip();
        }
    }

    private void dim(List<Long> dims) {
        long size = -1;
        while (in.next()) {
            if (in.field() == 1 && in.isVarint()) size = in.varint();
            else in.skip();
        }
        if (dims.size() >= MOST_DIMS) throw in.malformed("a value of more than " + MOST_DIMS + " dimensions");
        dims.add(size > 0 ? size : -1);
    }
}
