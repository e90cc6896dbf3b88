package io.agentopt.cost;

import io.agentopt.model.Precision;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * The work of any ONNX model, read off its file without loading it. With b = batch and s = sequence length (1 for models without one):
 *
 * <pre>
 * flops = b * flopsPerItem + b s * flopsPerToken + b s^2 * flopsPerTokenPair
 * bytes = weights once + activations of the operators with weights
 * </pre>
 *
 * A matrix product with weights runs once per token, a Gemm once per item unless it lies between reshapes, a convolution once per output
 * position (sizes must be static), a product of two activations counts as attention. A sequence attends to itself only: an export with a
 * KV cache is estimated by {@link TransformerDemand}, or measured.
 *
 * @param file name of the file
 * @param weightBytes all weights, external ones included, bytes
 * @param parameters elements of the floating-point or quantised weights
 * @param flopsPerItem per item of the batch
 * @param flopsPerToken per token
 * @param flopsPerTokenPair per pair of tokens of an item
 * @param elementsPerItem activations read and written per item
 * @param elementsPerToken activations read and written per token
 * @param operators how often each operator occurs
 * @param uncounted operators that may do arithmetic this estimate lacks, and how often they occur
 * @param precision number format of the arithmetic
 */
public record OnnxDemand(
        String file,
        double weightBytes,
        double parameters,
        double flopsPerItem,
        double flopsPerToken,
        double flopsPerTokenPair,
        double elementsPerItem,
        double elementsPerToken,
        Map<String, Integer> operators,
        Map<String, Integer> uncounted,
        Precision precision) {

    public OnnxDemand {
        operators = Map.copyOf(operators);
        uncounted = Map.copyOf(uncounted);
    }

    /**
     * Reads a model file; weights are neither loaded nor checked.
     *
     * @throws IllegalArgumentException if it is cut short or no ONNX model
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    public static OnnxDemand read(Path file) {
        return new OnnxFlops(OnnxGraph.read(file)).sum(String.valueOf(file.getFileName()));
    }

    /**
     * {@return the work of one run}
     *
     * @param batch items, at least 1
     * @param sequence tokens of each, 1 for a model without a sequence
     */
    public Demand demand(int batch, int sequence) {
        if (batch < 1 || sequence < 1) {
            throw new IllegalArgumentException("A run of '" + file + "' with batch " + batch + " and sequence "
                    + sequence + " needs both to be at least 1.");
        }
        double b = batch, tokens = b * sequence;
        double flops = b * flopsPerItem + tokens * flopsPerToken + tokens * sequence * flopsPerTokenPair;
        double bytes = (b * elementsPerItem + tokens * elementsPerToken) * Math.max(1, precision.bytes()) / 2;
        double nodes = operators.values().stream().mapToInt(n -> n).sum();
        return new Demand(
                flops, bytes, bytes, weightBytes, weightBytes, 0, 0, nodes, 0, 0, precision, OperatorClass.INFER);
    }

    /** {@return one paragraph for reports} */
    public String describe() {
        return "%s: %.1f M parameters, %.1f MB of weights, %.1f MFLOP per token, %.1f per item, %d operators%s"
                .formatted(
                        file,
                        parameters / 1e6,
                        weightBytes / 1e6,
                        flopsPerToken / 1e6,
                        flopsPerItem / 1e6,
                        operators.values().stream().mapToInt(n -> n).sum(),
                        uncounted.isEmpty() ? "" : "; not counted: " + new TreeMap<>(uncounted));
    }
}
