package io.agentopt.cost;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What an ONNX file says about itself, read without its weights: inputs, outputs, operators, and the files that hold weights beside it.
 * Sub-graphs of If and Loop count for the operators and files. Field numbers are those of onnx.proto3.
 *
 * @param inputs by name, in the file's order; weights that old files list as inputs are left out
 * @param outputs as {@code inputs}
 * @param operators types of the nodes, without their domains
 * @param externalBytes by file name as the model writes it: how long that file must be at least
 */
public record OnnxSignature(
        Map<String, Value> inputs, Map<String, Value> outputs, Set<String> operators, Map<String, Long> externalBytes) {
    private static final int MOST_DIMS = 64;
    private static final int EXTERNAL = 1;

    /**
     * An input or output.
     *
     * @param type ONNX's number of the element type; 0 if it is no tensor
     * @param dims sizes, -1 where free
     */
    public record Value(int type, List<Long> dims) {
        public Value {
            dims = List.copyOf(dims);
        }
    }

    public OnnxSignature {
        inputs = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
        outputs = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
        operators = Set.copyOf(operators);
        externalBytes = Map.copyOf(externalBytes);
    }

    /**
     * Reads a file.
     *
     * @throws IllegalArgumentException if it is cut short or no ONNX model
     * @throws UncheckedIOException if it cannot be read
     */
    public static OnnxSignature read(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                Arena arena = Arena.ofConfined()) {
            return new Walk(new ProtobufReader(
                            channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena), file.toString()))
                    .model();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "The ONNX file " + file + " cannot be read (" + e + "). Check the path and its permissions.", e);
        }
    }

    private static final class Walk {
        private final ProtobufReader in;
        private final Map<String, Value> inputs = new LinkedHashMap<>();
        private final Map<String, Value> outputs = new LinkedHashMap<>();
        private final Set<String> weights = new HashSet<>();
        private final Set<String> operators = new HashSet<>();
        private final Map<String, Long> external = new LinkedHashMap<>();
        private int depth;

        Walk(ProtobufReader in) {
            this.in = in;
        }

        OnnxSignature model() {
            while (in.next()) {
                if (in.field() == 7 && in.isBytes()) in.message(this::graph);
                else in.skip();
            }
            inputs.keySet().removeAll(weights);
            if (outputs.isEmpty()) throw in.malformed("no graph with outputs");
            return new OnnxSignature(inputs, outputs, operators, external);
        }

        private void graph() {
            if (++depth > MOST_DIMS) throw in.malformed("graphs in graphs more than " + MOST_DIMS + " deep");
            while (in.next()) {
                if (!in.isBytes()) {
                    in.skip();
                    continue;
                }
                switch (in.field()) {
                    case 1 -> in.message(this::node);
                    case 5 -> in.message(this::weight);
                    case 11 -> in.message(() -> value(inputs));
                    case 12 -> in.message(() -> value(outputs));
                    default -> in.skip();
                }
            }
            depth--;
        }

        private void node() {
            while (in.next()) {
                if (in.field() == 4 && in.isBytes()) operators.add(in.text());
                else if (in.field() == 5 && in.isBytes()) in.message(this::attribute);
                else in.skip();
            }
        }

        // Field 5 is a constant, 6 a sub-graph.
        private void attribute() {
            while (in.next()) {
                if (in.field() == 5 && in.isBytes()) in.message(this::weight);
                else if (in.field() == 6 && in.isBytes()) in.message(this::graph);
                else in.skip();
            }
        }

        private void weight() {
            Map<String, String> where = new LinkedHashMap<>();
            String name = "";
            long location = 0;
            while (in.next()) {
                if (in.field() == 8 && in.isBytes()) name = in.text();
                else if (in.field() == 13 && in.isBytes()) in.message(() -> entry(where));
                else if (in.field() == 14 && in.isVarint()) location = in.varint();
                else in.skip();
            }
            if (depth == 1 && !name.isEmpty()) weights.add(name);
            if (location == EXTERNAL && where.containsKey("location")) {
                long needed = number(where.get("offset"), name) + number(where.get("length"), name);
                external.merge(where.get("location"), needed, Math::max);
            }
        }

        private long number(@org.jspecify.annotations.Nullable String text, String weight) {
            if (text == null) return 0;
            try {
                long n = Long.parseLong(text);
                if (n >= 0 && n <= Long.MAX_VALUE / 2) return n;
            } catch (NumberFormatException e) {
                // told below, as a number that cannot be
            }
            throw in.malformed("an offset or length (" + text + ") of the external weight '" + weight + "'");
        }

        private void entry(Map<String, String> into) {
            String key = "", text = "";
            while (in.next()) {
                if (in.field() == 1 && in.isBytes()) key = in.text();
                else if (in.field() == 2 && in.isBytes()) text = in.text();
                else in.skip();
            }
            into.put(key, text);
        }

        /** ValueInfo: name 1, type 2 -> tensor type 1 -> element type 1, shape 2 -> dim 1. */
        private void value(Map<String, Value> into) {
            if (depth > 1) {
                while (in.next()) in.skip();
                return;
            }
            String[] name = {""};
            int[] type = {0};
            List<Long> dims = new ArrayList<>();
            while (in.next()) {
                if (in.field() == 1 && in.isBytes()) name[0] = in.text();
                else if (in.field() == 2 && in.isBytes()) in.message(() -> inside(1, () -> tensor(type, dims)));
                else in.skip();
            }
            into.put(name[0], new Value(type[0], dims));
        }

        private void tensor(int[] type, List<Long> dims) {
            while (in.next()) {
                if (in.field() == 1 && in.isVarint()) type[0] = (int) in.varint();
                else if (in.field() == 2 && in.isBytes()) in.message(() -> inside(1, () -> dim(dims)));
                else in.skip();
            }
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
            dims.add(size >= 0 ? size : -1);
        }
    }
}
