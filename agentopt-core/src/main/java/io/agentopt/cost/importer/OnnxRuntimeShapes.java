package io.agentopt.cost.importer;

import io.agentopt.cost.Demand;
import io.agentopt.cost.OperatorClass;
import io.agentopt.cost.OperatorDemand;
import io.agentopt.cost.kernel.KernelShape;
import io.agentopt.internal.JsonValue;
import io.agentopt.model.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Shapes of a matrix product in a profile of ONNX Runtime. Weights that the runtime packed ahead are missing from its inputs, and a profile
 * does not say what is transposed, so that sizes follow from the output [.., m, n] and the first input:
 *
 * <pre>
 * rows = output elements / n         k = elements of A / rows, which must be one of A's last two sizes
 * </pre>
 *
 * @param precision number format of the first input, where it is one of ours
 * @param inputs shapes
 * @param outputs shapes, at least one
 */
record OnnxRuntimeShapes(Optional<Precision> precision, List<List<Long>> inputs, List<List<Long>> outputs) {
    private static final Set<String> PRODUCTS = Set.of("MatMul", "FusedMatMul", "Gemm", "FusedGemm");

    static boolean understood(String opType) {
        return PRODUCTS.contains(opType);
    }

    /** {@return the shapes among an event's arguments, if there are any} */
    static Optional<OnnxRuntimeShapes> of(JsonValue args) {
        List<List<Long>> inputs = shapes(args, "input_type_shape"), outputs = shapes(args, "output_type_shape");
        if (inputs.isEmpty() || outputs.isEmpty()) return Optional.empty();
        String type = args.at("input_type_shape").items().getFirst().names().getFirst();
        return Optional.of(new OnnxRuntimeShapes(precision(type), inputs, outputs));
    }

    /** {@return the shape of the first output} */
    List<Long> output() {
        return outputs.getFirst();
    }

    /** {@return the kernel, if these are the shapes of a product with one matrix of weights} */
    Optional<KernelShape> product() {
        return demand().filter(d -> d.weightBytes() > 0).map(d -> {
            long n = output().getLast();
            double rows = elements(output()) / n;
            Precision p = precision.orElseThrow();
            return new KernelShape.Gemm((long) rows, n, (long) (elements(inputs.getFirst()) / rows), p, p);
        });
    }

    /** {@return the work, if these are the shapes of a matrix product} */
    Optional<Demand> demand() {
        List<Long> output = output();
        double a = elements(inputs.getFirst()), out = elements(output);
        if (output.isEmpty() || precision.isEmpty() || !(a >= 1) || !(out >= 1)) return Optional.empty();
        double n = output.getLast(), rows = out / n, k = a / rows;
        List<Long> first = inputs.getFirst();
        boolean inner = first.subList(Math.max(0, first.size() - 2), first.size()).stream()
                .anyMatch(size -> size == k);
        if (!inner || Math.max(Math.max(n, k), rows) > Integer.MAX_VALUE) return Optional.empty();
        double other = inputs.size() > 1 && inputs.get(1).size() > 1 ? elements(inputs.get(1)) : 0;
        boolean batched = other > 0 && inputs.get(1).size() > 2 && other != k * n;
        Precision p = precision.get();
        if (!batched) return Optional.of(OperatorDemand.gemm((long) rows, (long) n, (long) k, p, p));
        if (other % (k * n) != 0) return Optional.empty();
        return Optional.of(
                Demand.kernel(OperatorClass.GEMM, p, 2 * rows * n * k, (a + other) * p.bytes(), out * p.bytes()));
    }

    private static List<List<Long>> shapes(JsonValue args, String field) {
        List<List<Long>> shapes = new ArrayList<>();
        for (JsonValue typed : args.maybe(field).map(JsonValue::items).orElse(List.of())) {
            List<String> types = typed.names();
            if (types.size() != 1)
                throw typed.wrong("is not one type with its shape", "Was this written by ONNX Runtime?");
            List<Long> shape = new ArrayList<>();
            for (JsonValue size : typed.at(types.getFirst()).items()) shape.add((long) size.number());
            shapes.add(List.copyOf(shape));
        }
        return shapes;
    }

    /** Number of elements; 0 if a size is below 1. */
    static double elements(List<Long> shape) {
        double elements = 1;
        for (long size : shape) elements *= Math.max(0, size);
        return elements;
    }

    private static Optional<Precision> precision(String type) {
        return switch (type) {
            case "float" -> Optional.of(Precision.FP32);
            case "float16" -> Optional.of(Precision.FP16);
            case "bfloat16" -> Optional.of(Precision.BF16);
            default -> Optional.empty();
        };
    }
}
