package io.agentopt.runtime.backend.onnx;

import io.agentopt.runtime.backend.onnx.NodeGraph.Node;
import io.agentopt.runtime.backend.onnx.NodeGraph.Range;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Joins what exporters write for {@code silu(gate) * up} to one operator of the domain {@code agentopt}: {@code Sigmoid}, {@code Mul}, {@code Mul}, or {@code
 * QuickGelu} with alpha 1 and {@code Mul}, to {@code SiluMul}; and a {@code Split} before them, to {@code SwiGlu}. Only where nobody else reads what is in
 * between, and where gate and up are known to have one shape: both halves of a split, or products of one input with weights of the same width. The rest of the
 * model is kept byte by byte.
 */
public final class GatedActivations {
    /** Files are read whole, so their weights lie elsewhere or are few. */
    private static final long MOST_BYTES = 64L << 20;

    private final byte[] model;
    private final NodeGraph graph;
    private final Set<Node> gone = new HashSet<>();
    private final Map<Node, ProtobufMessage> instead = new HashMap<>();

    private GatedActivations(byte[] model, NodeGraph graph) {
        this.model = model;
        this.graph = graph;
    }

    /** {@return the model with its gated activations joined; empty if it has none, is large, or cannot be read, which loading it tells better} */
    public static Optional<byte[]> joined(Path onnx) {
        try {
            if (Files.size(onnx) > MOST_BYTES) return Optional.empty();
            return joined(Files.readAllBytes(onnx));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** {@return the model with its gated activations joined; empty if it has none or is no ONNX model} */
    public static Optional<byte[]> joined(byte[] model) {
        NodeGraph graph;
        try {
            graph = new NodeGraph(model, "model");
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
        if (graph.isNested()) return Optional.empty();
        GatedActivations joining = new GatedActivations(model, graph);
        graph.nodes.forEach(joining::join);
        return joining.instead.isEmpty() ? Optional.empty() : Optional.of(joining.write());
    }

    private void join(Node product) {
        if (!product.is("", "Mul", 2)) return;
        String first = product.inputs().getFirst(), second = product.inputs().getLast();
        if (!join(product, first, second)) join(product, second, first);
    }

    private boolean join(Node product, String activated, String up) {
        Node silu = graph.maker(activated);
        if (silu == null || activated.equals(up) || !graph.isReadOnlyBy(activated, Set.of(product))) return false;
        Set<Node> joined = new HashSet<>(Set.of(silu));
        String gate = null;
        if (silu.is(OnnxWriter.MICROSOFT, "QuickGelu", 1) && silu.alpha() == 1)
            gate = silu.inputs().getFirst();
        if (silu.is("", "Mul", 2)) gate = sigmoid(silu, joined);
        if (gate == null || !haveOneShape(gate, up)) return false;
        Node split = graph.maker(gate);
        boolean whole = split != null
                && split.outputs().equals(List.of(gate, up))
                && graph.isReadOnlyBy(gate, joined)
                && graph.isReadOnlyBy(up, Set.of(product));
        if (whole) joined.add(split);
        List<String> inputs = whole ? split.inputs() : List.of(gate, up);
        ProtobufMessage node = new ProtobufMessage();
        inputs.forEach(i -> node.text(1, i));
        product.outputs().forEach(o -> node.text(2, o));
        node.text(3, product.name()).text(4, whole ? "SwiGlu" : "SiluMul").text(7, OnnxWriter.AGENTOPT);
        instead.put(product, node);
        gone.addAll(joined);
        return true;
    }

    /** {@return x of {@code x * Sigmoid(x)}, whose sigmoid is added} */
    private @Nullable String sigmoid(Node silu, Set<Node> joined) {
        for (int i = 0; i < 2; i++) {
            String gate = silu.inputs().get(i), share = silu.inputs().get(1 - i);
            Node sigmoid = graph.maker(share);
            if (sigmoid == null
                    || !sigmoid.is("", "Sigmoid", 1)
                    || !sigmoid.inputs().getFirst().equals(gate)) continue;
            if (!graph.isReadOnlyBy(share, Set.of(silu))) continue;
            joined.add(sigmoid);
            return gate;
        }
        return null;
    }

    private boolean haveOneShape(String gate, String up) {
        Node a = graph.maker(gate), b = graph.maker(up);
        if (a == null || b == null || gate.equals(up)) return false;
        if (a == b) {
            boolean halves = a.is("", "Split", 1)
                    && a.outputs().size() == 2
                    && a.numbers().getOrDefault("axis", 0L) == -1
                    && !a.attributes().contains("split");
            Long both = halves ? width(graph.maker(a.inputs().getFirst())) : null;
            return both != null && both % 2 == 0; // an odd number is split into unequal parts
        }
        if (a.inputs().isEmpty() || b.inputs().isEmpty()) return false;
        if (!a.inputs().getFirst().equals(b.inputs().getFirst())) return false;
        Long width = width(a);
        return width != null && width.equals(width(b));
    }

    /** {@return columns of a matrix product with a weight; null if the node is none, or the weight's size is not known} */
    private @Nullable Long width(@Nullable Node node) {
        if (node == null) return null;
        if (node.domain().equals(OnnxWriter.MICROSOFT) && node.operator().equals("MatMulNBits"))
            return node.numbers().get("N");
        if (!node.is("", "MatMul", 2)) return null;
        List<Long> sizes = graph.weights.get(node.inputs().getLast());
        return sizes == null || sizes.size() != 2 ? null : sizes.getLast();
    }

    private byte[] write() {
        ProtobufMessage nodes = new ProtobufMessage();
        for (Node n : graph.nodes) {
            if (instead.containsKey(n)) nodes.message(1, Objects.requireNonNull(instead.get(n)));
            else if (!gone.contains(n)) copy(n.range(), nodes);
        }
        graph.others.forEach(r -> copy(r, nodes));
        ProtobufMessage all = new ProtobufMessage();
        graph.around.forEach(r -> copy(r, all));
        if (!graph.domains.contains(OnnxWriter.AGENTOPT))
            all.message(8, new ProtobufMessage().text(1, OnnxWriter.AGENTOPT).integer(2, 1));
        return all.message(7, nodes).toBytes();
    }

    private void copy(Range range, ProtobufMessage to) {
        to.raw(model, range.begin(), range.end());
    }
}
