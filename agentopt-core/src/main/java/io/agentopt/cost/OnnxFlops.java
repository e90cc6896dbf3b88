package io.agentopt.cost;

import io.agentopt.cost.OnnxGraph.Node;
import io.agentopt.cost.OnnxGraph.Tensor;
import io.agentopt.model.Precision;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Sums the arithmetic of an ONNX graph by operator type; the rules stand at {@link OnnxDemand}. */
final class OnnxFlops {
    /** Operators whose arithmetic is small beside their memory traffic and their launch. */
    private static final Set<String> CHEAP = Set.of("""
            Abs Add And ArgMax ArgMin AveragePool BatchNormalization BiasGelu Cast CastLike Ceil
            Clip Concat Constant ConstantOfShape Cos CumSum DequantizeLinear Div
            DynamicQuantizeLinear Elu EmbedLayerNormalization Equal Erf Exp Expand FastGelu Flatten
            Floor Gather GatherElements GatherND Gelu GlobalAveragePool GlobalMaxPool Greater
            GreaterOrEqual GroupNormalization HardSigmoid HardSwish Identity InstanceNormalization
            IsNaN LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax Max MaxPool Mean Min
            Mod Mul Neg NonZero Not OneHot Or PRelu Pad Pow QuantizeLinear QuickGelu
            RMSNormalization Range Reciprocal ReduceL2 ReduceMax ReduceMean ReduceMin ReduceProd
            ReduceSum Relu Reshape Resize RotaryEmbedding Round ScatterElements ScatterND Shape
            Sigmoid Sign SiluMul SimplifiedLayerNormalization Sin SkipLayerNormalization
            SkipSimplifiedLayerNormalization Slice Softmax Softplus Softsign Split Sqrt Squeeze Sub
            Sum SwiGlu Tanh Tile TopK Transpose Trilu Unsqueeze Where""".strip().split("\\s+"));

    private static final Set<String> KEEPS_WEIGHT =
            Set.of("DequantizeLinear", "Cast", "Identity", "Transpose", "QuantizeLinear");
    private static final Set<String> INTEGER =
            Set.of("MatMulInteger", "QLinearMatMul", "ConvInteger", "QLinearConv", "DynamicQuantizeMatMul");

    private static final int FLOAT = 1; // ONNX data type

    private final OnnxGraph graph;
    private final Map<String, Tensor> weights;
    private final Map<String, Set<String>> readers = new HashMap<>();
    private final Map<String, Integer> operators = new HashMap<>();
    private final Map<String, Integer> uncounted = new HashMap<>();
    private final Map<Long, Integer> widths = new HashMap<>();
    private final Map<String, long[]> spatial = new HashMap<>();
    private final Map<Integer, Double> work = new HashMap<>(); // FLOPs by ONNX data type of the weights
    private final Set<String> packed = new HashSet<>();
    private double item;
    private double token;
    private double pair;
    private double itemElements;
    private double tokenElements;
    private double packedParameters;
    private double attentionProducts; // in units of 2 * hidden per token pair

    OnnxFlops(OnnxGraph graph) {
        this.graph = graph;
        this.weights = new HashMap<>(graph.weights);
        for (Node node : graph.nodes) {
            for (String input : node.inputs())
                readers.computeIfAbsent(input, k -> new HashSet<>()).add(node.op());
        }
        graph.shapes.forEach((name, dims) -> {
            if (dims.length > 2) spatial.put(name, Arrays.copyOfRange(dims, 2, dims.length));
        });
    }

    OnnxDemand sum(String file) {
        for (Node node : graph.nodes) count(node);
        long hidden = widths.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(0L);
        if (attentionProducts > 0 && hidden == 0) uncounted.merge("MatMul of activations", 1, Integer::sum);
        pair += attentionProducts * 2 * hidden;
        double bytes = 0, parameters = packedParameters;
        for (Tensor t : graph.weights.values()) {
            bytes += t.bytes();
            if (t.type() != 6 && t.type() != 7 && t.type() != 9 && !packed.contains(t.name()))
                parameters += t.elements();
        }
        return new OnnxDemand(
                file,
                bytes,
                parameters,
                item,
                token,
                pair,
                itemElements,
                tokenElements,
                operators,
                uncounted,
                precision());
    }

    private void count(Node node) {
        operators.merge(node.op(), 1, Integer::sum);
        passOnWeight(node);
        switch (node.op()) {
            case "MatMul", "FusedMatMul", "MatMulInteger", "DynamicQuantizeMatMul" -> product(node, 1);
            case "QLinearMatMul" -> product(node, 3);
            case "Gemm" -> gemm(node);
            case "MatMulNBits" -> nBits(node);
            case "Conv", "ConvInteger" -> convolution(node, 1);
            case "QLinearConv" -> convolution(node, 3);
            case "LSTM", "GRU", "RNN" -> token += 2 * (elements(node.input(1)) + elements(node.input(2)));
            case "Attention" -> {
                Tensor projection = weights.get(node.input(1));
                if (projection != null && projection.dims().size() == 2)
                    perToken(
                            projection.type(),
                            projection.dims().get(0),
                            projection.dims().get(1),
                            1);
                attentionProducts += 2;
            }
            case "MultiHeadAttention" -> attentionProducts += 2;
            case "GroupQueryAttention" -> attentionProducts += 1; // causal: half of the pairs
            default -> {
                if (!CHEAP.contains(node.op())) uncounted.merge(node.op(), 1, Integer::sum);
            }
        }
        passOnSize(node);
    }

    /** A weight stays one behind a cast, a transposition or a dequantisation; its number format may change there. */
    private void passOnWeight(Node node) {
        Tensor source = weights.get(node.input(0));
        if (source == null || node.outputs().isEmpty() || !KEEPS_WEIGHT.contains(node.op())) return;
        int type = source.type();
        if (node.op().equals("Cast")) type = (int) node.integer("to", type);
        if (node.op().equals("DequantizeLinear")) type = typeOf(node.input(1), type);
        List<Long> dims = source.dims();
        if (node.op().equals("Transpose") && dims.size() == 2) dims = dims.reversed();
        weights.put(node.outputs().getFirst(), new Tensor(source.name(), dims, type, source.elements()));
    }

    private int typeOf(String weight, int otherwise) {
        Tensor t = weights.get(weight);
        return t == null ? otherwise : t.type();
    }

    private void product(Node node, int second) {
        Tensor weight = weights.get(node.input(second));
        if (weight == null) weight = weights.get(node.input(0));
        if (weight == null) {
            attentionProducts += 1;
        } else if (weight.dims().size() >= 2) {
            List<Long> d = weight.dims();
            long k = d.get(d.size() - 2), n = d.getLast();
            perToken(weight.type(), k, n, k == 0 || n == 0 ? 0 : weight.elements() / k / n);
        } else {
            token += 2 * weight.elements();
        }
    }

    private void gemm(Node node) {
        Tensor weight = weights.get(node.input(1));
        if (weight == null || weight.dims().size() != 2) {
            uncounted.merge("Gemm of activations", 1, Integer::sum);
            return;
        }
        boolean flattened = !node.outputs().isEmpty()
                && readers.getOrDefault(node.outputs().getFirst(), Set.of()).contains("Reshape");
        if (flattened) {
            perToken(weight.type(), weight.dims().getFirst(), weight.dims().get(1), 1);
        } else {
            item += 2 * weight.elements();
            work.merge(weight.type(), 2 * weight.elements(), Double::sum);
            itemElements += weight.dims().getFirst() + weight.dims().get(1);
        }
    }

    private void nBits(Node node) {
        long k = node.integer("K", 0), n = node.integer("N", 0);
        if (k <= 0 || n <= 0) {
            uncounted.merge("MatMulNBits without K and N", 1, Integer::sum);
            return;
        }
        perToken(typeOf(node.input(2), FLOAT), k, n, 1);
        if (packed.add(node.input(1))) packedParameters += (double) k * n;
    }

    private void perToken(int type, long k, long n, double times) {
        work.merge(type, 2.0 * k * n * times, Double::sum);
        token += 2.0 * k * n * times;
        tokenElements += (k + n) * times;
        widths.merge(k, 1, Integer::sum);
    }

    private void convolution(Node node, int second) {
        Tensor weight = weights.get(node.input(second));
        long[] in = spatial.get(node.input(0));
        long[] out = weight == null || in == null ? null : window(node, in, kernel(weight));
        if (weight == null || in == null || out == null) {
            uncounted.merge(node.op() + " of unknown size", 1, Integer::sum);
            return;
        }
        double positions = 1, inputs = 1;
        for (long o : out) positions *= o;
        for (long i : in) inputs *= Math.max(1, i);
        item += 2 * weight.elements() * positions;
        work.merge(weight.type(), 2 * weight.elements() * positions, Double::sum);
        double channels = weight.dims().get(1) * Math.max(1, node.integer("group", 1));
        itemElements += weight.dims().getFirst() * positions + channels * inputs;
        if (!node.outputs().isEmpty()) spatial.put(node.outputs().getFirst(), out);
    }

    private static long[] kernel(Tensor weight) {
        return weight.dims().stream().skip(2).mapToLong(d -> d).toArray();
    }

    /** Sizes after a sliding window, null if one is unknown. */
    private static long @Nullable [] window(Node node, long[] in, long[] kernel) {
        if (kernel.length == 0 || kernel.length != in.length) return null;
        long[] strides = node.integers().getOrDefault("strides", new long[0]);
        long[] pads = node.integers().getOrDefault("pads", new long[0]);
        long[] dilations = node.integers().getOrDefault("dilations", new long[0]);
        long[] out = new long[in.length];
        for (int i = 0; i < in.length; i++) {
            if (in[i] < 0) return null;
            long stride = i < strides.length ? Math.max(1, strides[i]) : 1;
            long dilation = i < dilations.length ? Math.max(1, dilations[i]) : 1;
            long pad = pads.length == 2 * in.length ? pads[i] + pads[i + in.length] : 0;
            out[i] = Math.max(1, (in[i] + pad - dilation * (kernel[i] - 1) - 1) / stride + 1);
        }
        return out;
    }

    /** Operators between convolutions keep the size of their first input; pools shrink it. */
    private void passOnSize(Node node) {
        if (node.outputs().isEmpty() || spatial.containsKey(node.outputs().getFirst())) return;
        long[] in = spatial.get(node.input(0));
        if (in == null) return;
        long[] out = switch (node.op()) {
            case "MaxPool", "AveragePool" ->
                window(node, in, node.integers().getOrDefault("kernel_shape", new long[0]));
            case "Relu",
                    "LeakyRelu",
                    "PRelu",
                    "Sigmoid",
                    "HardSigmoid",
                    "HardSwish",
                    "Clip",
                    "BatchNormalization",
                    "Add",
                    "Mul",
                    "Sub",
                    "Div",
                    "Concat",
                    "Gelu",
                    "Erf",
                    "Tanh",
                    "Identity",
                    "Cast",
                    "QuantizeLinear",
                    "DequantizeLinear",
                    "InstanceNormalization",
                    "GroupNormalization" -> in;
            default -> null;
        };
        if (out != null) spatial.put(node.outputs().getFirst(), out);
    }

    private double elements(String name) {
        Tensor t = weights.get(name);
        return t == null ? 0 : t.elements();
    }

    private Precision precision() {
        for (String op : INTEGER) {
            if (operators.containsKey(op)) return Precision.INT8;
        }
        int type = work.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(FLOAT);
        return switch (type) {
            case 10 -> Precision.FP16;
            case 16 -> Precision.BF16;
            default -> Precision.FP32;
        };
    }
}
