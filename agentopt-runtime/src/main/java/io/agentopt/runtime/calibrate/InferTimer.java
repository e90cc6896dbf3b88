package io.agentopt.runtime.calibrate;

import io.agentopt.cost.Demand;
import io.agentopt.cost.Measurement;
import io.agentopt.cost.OnnxDemand;
import io.agentopt.cost.OperatorClass;
import io.agentopt.message.Tensor;
import io.agentopt.message.Tensors;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.ort.OrtException;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.backend.ort.TensorSpec;
import io.agentopt.runtime.infer.InferEngine;
import io.agentopt.runtime.llm.error.LlmException;
import io.agentopt.runtime.llm.pack.OnnxPack;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Times runs of any ONNX file: its free first sizes are the batch, the free sizes behind them the sequence, a point's tokens. Inputs are
 * ones. The work is {@link OnnxDemand}'s as one launch, which is what planners make of declared work.
 */
final class InferTimer implements PointTimer {
    private static final int[] SEQUENCES = {16, 64, 256};
    private static final int MOST_BATCH = 64;
    private static final int MOST_ELEMENTS = 1 << 24; // of an input

    private final InferEngine engine;
    private final String modelId;
    private final OnnxDemand demand;

    InferTimer(OnnxPack pack, SessionSettings session) {
        modelId = pack.id();
        demand = OnnxDemand.read(pack.onnx());
        engine = InferEngine.open(pack, session);
    }

    @Override
    public List<CalibrationPoint> candidates() {
        boolean batches = engine.inputs().values().stream()
                .anyMatch(s -> s.rank() > 0 && s.dims().getFirst() < 0);
        boolean sequences = engine.inputs().values().stream()
                .anyMatch(s -> s.dims().stream().skip(1).anyMatch(d -> d < 0));
        List<CalibrationPoint> all = new ArrayList<>();
        for (int batch = 1; batch <= (batches ? MOST_BATCH : 1); batch *= 2) {
            for (int tokens : sequences ? SEQUENCES : new int[] {1}) {
                CalibrationPoint point = new CalibrationPoint(OperatorClass.INFER, tokens, batch);
                if (engine.inputs().values().stream().allMatch(s -> elements(shape(s, point)) <= MOST_ELEMENTS))
                    all.add(point);
            }
        }
        return all;
    }

    private static int[] shape(TensorSpec spec, CalibrationPoint point) {
        int[] shape = new int[Math.max(1, spec.rank())];
        shape[0] = 1; // a single number has one dimension in a graph
        for (int i = 0; i < spec.rank(); i++) {
            long size = spec.dims().get(i);
            shape[i] = size >= 0 ? Math.toIntExact(size) : i == 0 ? point.batch() : point.tokens();
        }
        return shape;
    }

    private static double elements(int[] shape) {
        return Arrays.stream(shape).asDoubleStream().reduce(1, (a, b) -> a * b);
    }

    private Demand work(CalibrationPoint point) {
        Demand d = demand.demand(point.batch(), point.tokens());
        return new Demand(
                d.flops(),
                d.bytesRead(),
                d.bytesWritten(),
                d.weightBytes(),
                d.residentBytes(),
                0,
                0,
                1,
                0,
                0,
                d.precision(),
                OperatorClass.INFER);
    }

    @Override
    public double effort(CalibrationPoint point) {
        Demand d = work(point);
        return d.flops() + d.trafficBytes() + point.batch();
    }

    @Override
    public Optional<Measurement> time(CalibrationPoint point, CancelToken cancel) {
        try {
            Map<String, Tensor> inputs = new LinkedHashMap<>();
            engine.inputs().forEach((name, spec) -> inputs.put(name, ones(name, spec, shape(spec, point))));
            List<String> wanted = List.copyOf(engine.outputs().keySet());
            Tensors given = new Tensors(inputs);
            long start = System.nanoTime();
            engine.infer(given, wanted, cancel);
            long end = System.nanoTime();
            return end > start ? Optional.of(new Measurement(work(point), (end - start) / 1e9)) : Optional.empty();
        } catch (OrtException | IllegalArgumentException e) {
            throw new LlmException(
                    String.valueOf(e.getMessage()), e); // sizes that do not fit each other, a type that graphs lack
        }
    }

    private Tensor ones(String name, TensorSpec spec, int[] shape) {
        int n = (int) elements(shape);
        return switch (spec.type()) {
            case FLOAT32, FLOAT16, FLOAT64 -> {
                float[] values = new float[n];
                Arrays.fill(values, 1);
                yield Tensor.of(values, shape);
            }
            case INT32 -> {
                int[] values = new int[n];
                Arrays.fill(values, 1);
                yield Tensor.of(values, shape);
            }
            case INT64 -> {
                long[] values = new long[n];
                Arrays.fill(values, 1);
                yield Tensor.of(values, shape);
            }
            case INT8, UINT8, BOOL -> {
                byte[] values = new byte[n];
                Arrays.fill(values, (byte) 1);
                yield Tensor.of(values, shape);
            }
            case INT16, UINT16, UINT32, UINT64, BFLOAT16 ->
                throw new IllegalArgumentException("The input '" + name + "' of model '" + modelId + "' is " + spec
                        + ", and graphs have no tensors of that type.");
        };
    }

    @Override
    public void close() {
        engine.close();
    }
}
