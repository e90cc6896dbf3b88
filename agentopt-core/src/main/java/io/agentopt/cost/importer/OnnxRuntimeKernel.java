package io.agentopt.cost.importer;

import io.agentopt.cost.Demand;
import io.agentopt.cost.OperatorClass;
import io.agentopt.cost.OperatorDemand;
import io.agentopt.cost.kernel.KernelShape;
import io.agentopt.model.Precision;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The work of an operator in a profile of ONNX Runtime, from its shapes. Where the shapes are those of a kernel that the kernel models know,
 * it is that kernel too.
 *
 * <pre>
 * matrix product   2 rows n k flops                       {@link OnnxRuntimeShapes}
 * row operators    rows * columns elements of each operand as large as the result; small operands (scales, biases) are left out
 * attention        4 batch * heads * head dimension * pairs of tokens flops
 * </pre>
 *
 * GroupQueryAttention tells heads by its cache [batch, KV heads, positions, head dimension]. A cache that does not grow from input to
 * output lies in place, and how much of it is filled is not in the shapes: such attention is no measurement. A profile does not say what
 * MultiHeadAttention masks: all pairs count.
 *
 * @param demand the work
 * @param kernel the same as a kernel, where one fits
 */
record OnnxRuntimeKernel(Demand demand, Optional<KernelShape> kernel) {
    private static final String GROUP_QUERY = "GroupQueryAttention";
    private static final String MULTI_HEAD = "MultiHeadAttention";
    private static final Set<String> ROWS = Set.of(
            "LayerNormalization",
            "SimplifiedLayerNormalization",
            "SkipLayerNormalization",
            "SkipSimplifiedLayerNormalization",
            "RMSNormalization",
            "Softmax",
            "Add",
            "Sub",
            "Mul",
            "Div",
            "Gelu",
            "FastGelu",
            "BiasGelu",
            "QuickGelu",
            "Relu",
            "Sigmoid",
            "Tanh",
            "Erf");
    private static final double FLOPS_PER_ELEMENT = 5; // of a norm or an activation; their time is that of the traffic

    static boolean understood(String opType) {
        return OnnxRuntimeShapes.understood(opType)
                || ROWS.contains(opType)
                || opType.equals(GROUP_QUERY)
                || opType.equals(MULTI_HEAD);
    }

    /** {@return the work of an operator of a known number format, if its shapes fit its type} */
    static Optional<OnnxRuntimeKernel> of(String opType, OnnxRuntimeShapes shapes) {
        if (ROWS.contains(opType)) return rows(shapes);
        if (opType.equals(GROUP_QUERY)) return groupQuery(shapes);
        if (opType.equals(MULTI_HEAD)) return multiHead(shapes);
        return shapes.demand().map(d -> new OnnxRuntimeKernel(d, shapes.product()));
    }

    private static Optional<OnnxRuntimeKernel> rows(OnnxRuntimeShapes shapes) {
        List<Long> out = shapes.output();
        Precision p = shapes.precision().orElseThrow();
        double elements = OnnxRuntimeShapes.elements(out);
        int reads = (int) shapes.inputs().stream()
                .filter(in -> OnnxRuntimeShapes.elements(in) == elements)
                .count();
        int writes = (int) shapes.outputs().stream()
                .filter(o -> OnnxRuntimeShapes.elements(o) == elements)
                .count();
        if (out.isEmpty() || !(elements >= 1 && elements < 1L << 53) || reads == 0) return Optional.empty();
        long columns = out.getLast();
        KernelShape shape =
                new KernelShape.Elementwise((long) (elements / columns), columns, reads, Math.max(1, writes), p);
        return Optional.of(new OnnxRuntimeKernel(
                OperatorDemand.elementwise(reads * elements, Math.max(1, writes) * elements, FLOPS_PER_ELEMENT, p),
                Optional.of(shape)));
    }

    private static Optional<OnnxRuntimeKernel> groupQuery(OnnxRuntimeShapes shapes) {
        Optional<List<Long>> past = fourSizes(shapes.inputs()), present = fourSizes(shapes.outputs());
        List<Long> out = shapes.output();
        if (past.isEmpty() || present.isEmpty() || out.size() != 3) return Optional.empty();
        long batch = out.get(0), tokens = out.get(1), cached = past.get().get(2);
        long kvHeads = present.get().get(1),
                context = present.get().get(2),
                dimension = present.get().get(3);
        if (batch < 1 || tokens < 1 || kvHeads < 1 || dimension < 1 || context != cached + tokens)
            return Optional.empty();
        long heads = out.get(2) / dimension;
        if (heads < 1 || heads % kvHeads != 0 || Math.max(Math.max(heads, dimension), batch) > Integer.MAX_VALUE)
            return Optional.empty();
        Precision p = shapes.precision().orElseThrow();
        int h = (int) heads, kv = (int) kvHeads, d = (int) dimension;
        double pairs = tokens * (double) cached + tokens * (tokens + 1.0) / 2;
        OperatorClass work = tokens == 1 ? OperatorClass.ATTENTION_DECODE : OperatorClass.ATTENTION_PREFILL;
        Demand demand = Demand.kernel(
                work,
                p,
                4.0 * batch * heads * dimension * pairs,
                (double) batch * dimension * (tokens * heads + 2.0 * kvHeads * context) * p.bytes(),
                (double) batch * dimension * tokens * (heads + 2.0 * kvHeads) * p.bytes());
        Optional<KernelShape> kernel = Optional.empty();
        if (tokens == 1) {
            kernel = Optional.of(new KernelShape.DecodeAttention(batch, context, h, kv, d, 0, p, p));
        } else if (cached == 0) {
            kernel = Optional.of(new KernelShape.PrefillAttention(batch, tokens, h, kv, d, 0, p, p));
        } else if (batch == 1) {
            kernel = Optional.of(new KernelShape.StepAttention(tokens, cached, 0, 0, h, kv, d, p));
        }
        return Optional.of(new OnnxRuntimeKernel(demand, kernel));
    }

    private static Optional<OnnxRuntimeKernel> multiHead(OnnxRuntimeShapes shapes) {
        List<Long> out = shapes.output();
        if (out.size() != 3 || shapes.inputs().size() < 3) return Optional.empty();
        List<Long> query = shapes.inputs().get(0), key = shapes.inputs().get(1);
        if (query.size() != 3 || key.size() != 3 || !query.get(0).equals(key.get(0))) return Optional.empty();
        double batch = query.get(0), tokens = query.get(1), seen = key.get(1), width = out.get(2);
        if (!(batch >= 1 && tokens >= 1 && seen >= 1 && width >= 1)) return Optional.empty();
        Precision p = shapes.precision().orElseThrow();
        return Optional.of(new OnnxRuntimeKernel(
                Demand.kernel(
                        OperatorClass.ATTENTION_PREFILL,
                        p,
                        4 * batch * tokens * seen * width,
                        batch * width * (tokens + 2 * seen) * p.bytes(),
                        batch * width * tokens * p.bytes()),
                Optional.empty()));
    }

    private static Optional<List<Long>> fourSizes(List<List<Long>> shapes) {
        return shapes.stream().filter(s -> s.size() == 4).findFirst();
    }
}
