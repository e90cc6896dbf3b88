package io.agentopt.cost.importer;

import io.agentopt.cost.DeviceEfficiency;
import io.agentopt.cost.Measurement;
import io.agentopt.cost.kernel.KernelMeasurement;
import io.agentopt.cost.kernel.KernelShape;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.internal.JsonArrayFile;
import io.agentopt.internal.JsonValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * Times of single operators from the profile that ONNX Runtime writes (session option enableProfiling): Chrome trace events, of which
 * those named {@code <node>_kernel_time} are operators, with their shapes and microseconds. Matrix products, norms, activations, sums,
 * softmax and attention become measurements ({@link OnnxRuntimeKernel} has what counts as their work). Times are whole microseconds: short
 * operators are coarse.
 *
 * <p>The file is read event by event; what is kept grows with the number of different shapes (20,000 at most), not with that of runs.
 *
 * <p>On GPU providers an operator's time is that of its launch. Calibrate GPUs with whole runs.
 *
 * @param operators one for each type and shapes, in the order of their first event
 * @param notUnderstood events of operators of other types, by type
 * @param rejected events of understood types that are no measurement, by reason
 */
public record OnnxRuntimeProfile(
        List<OperatorTime> operators, Map<String, Integer> notUnderstood, Map<String, Integer> rejected) {
    /** The provider of operators that ran on the CPU. */
    public static final String CPU = "CPUExecutionProvider";

    private static final String SUFFIX = "_kernel_time";
    private static final int MOST_SHAPES = 20_000;

    /**
     * The time of operators of one type with the same shapes.
     *
     * @param opType such as {@code MatMul}
     * @param node the first of their names in the graph
     * @param inputs shapes of the inputs; weights that were packed ahead are not among them
     * @param outputs shapes of the outputs
     * @param runs number of times, of all such nodes together
     * @param measurement work, and the median of the times, so that cold runs do not count
     * @param kernel the work as a kernel, where the kernel models know it
     */
    public record OperatorTime(
            String opType,
            String node,
            List<List<Long>> inputs,
            List<List<Long>> outputs,
            int runs,
            Measurement measurement,
            Optional<KernelShape> kernel) {
        public OperatorTime {
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
        }
    }

    public OnnxRuntimeProfile {
        operators = List.copyOf(operators);
        notUnderstood = Map.copyOf(notUnderstood);
        rejected = Map.copyOf(rejected);
    }

    /**
     * Reads a profile.
     *
     * @param provider whose operators to take, such as {@link #CPU}
     * @param device what the provider ran on; operators faster than its peaks allow are rejected
     * @throws IllegalArgumentException if the file is no such profile, naming place, value and way out
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    public static OnnxRuntimeProfile read(Path file, String provider, DeviceSpec device) {
        Reader reader = new Reader(provider, device);
        JsonArrayFile.read(file, reader::event);
        if (!reader.profile) {
            throw new IllegalArgumentException(
                    "The file " + file
                            + " has no operator of ONNX Runtime (an event <node>_kernel_time). Run the model with profiling enabled, and end profiling before reading.");
        }
        return new OnnxRuntimeProfile(reader.operators(), reader.notUnderstood, reader.rejected);
    }

    /** {@return the measurements by operator type, for {@code LocalCalibration.fit}: one for each of its shapes} */
    public Map<String, List<Measurement>> measurements() {
        Map<String, List<Measurement>> byType = new TreeMap<>();
        for (OperatorTime o : operators)
            byType.computeIfAbsent(o.opType, k -> new ArrayList<>()).add(o.measurement);
        return byType;
    }

    /** {@return the kernels by operator type, for {@code KernelCalibration} and {@code StagedCalibration}} */
    public Map<String, List<KernelMeasurement<?>>> kernels() {
        Map<String, List<KernelMeasurement<?>>> byType = new TreeMap<>();
        for (OperatorTime o : operators) {
            o.kernel.ifPresent(shape -> byType.computeIfAbsent(o.opType, k -> new ArrayList<>())
                    .add(new KernelMeasurement<>(shape, o.measurement.seconds())));
        }
        return byType;
    }

    private record Shapes(String opType, List<List<Long>> inputs, List<List<Long>> outputs) {}

    /** Collects events. */
    private static final class Reader {
        private final String provider;
        private final DeviceSpec device;
        private final Map<Shapes, OperatorRuns> runs = new LinkedHashMap<>();
        private final Map<String, Integer> notUnderstood = new TreeMap<>();
        private final Map<String, Integer> rejected = new TreeMap<>();
        private boolean profile;

        Reader(String provider, DeviceSpec device) {
            this.provider = provider;
            this.device = device;
        }

        void event(JsonValue event) {
            Optional<JsonValue> name = event.maybe("name");
            if (name.isEmpty() || !name.get().text().endsWith(SUFFIX)) return;
            Optional<JsonValue> opType = event.maybe("args").flatMap(a -> a.maybe("op_name"));
            if (opType.isEmpty()) return;
            profile = true;
            String type = opType.get().text();
            if (!OnnxRuntimeKernel.understood(type)) {
                notUnderstood.merge(type, 1, Integer::sum);
                return;
            }
            String node = name.get().text();
            String refused = operator(event, node.substring(0, node.length() - SUFFIX.length()), type);
            if (!refused.isEmpty()) rejected.merge(refused, 1, Integer::sum);
        }

        /** Adds an operator; returns why not, or nothing. */
        private String operator(JsonValue event, String node, String type) {
            JsonValue args = event.at("args");
            Optional<String> ranOn = args.maybe("provider").map(JsonValue::text);
            if (ranOn.isEmpty() || !ranOn.get().equals(provider)) return "ran on " + ranOn.orElse("no stated provider");
            double seconds = event.at("dur").number() / 1e6;
            if (!(seconds > 0 && Double.isFinite(seconds))) return "time not above 0";
            Optional<OnnxRuntimeShapes> shapes = OnnxRuntimeShapes.of(args);
            if (shapes.isEmpty()) return "no shapes";
            if (shapes.get().precision().isEmpty()) return "number format not understood";
            Shapes key = new Shapes(type, shapes.get().inputs(), shapes.get().outputs());
            OperatorRuns known = runs.get(key);
            if (known == null) {
                Optional<OnnxRuntimeKernel> work = OnnxRuntimeKernel.of(type, shapes.get());
                if (work.isEmpty()) return "shapes do not fit " + type;
                if (runs.size() == MOST_SHAPES) return "beyond " + MOST_SHAPES + " different shapes";
                known = new OperatorRuns(node, work.get());
            }
            if (seconds * DeviceEfficiency.MOST < fastest(known.work())) return "faster than the peaks allow";
            runs.putIfAbsent(key, known);
            known.add(seconds);
            return "";
        }

        /** Row operators may find their operands in a cache, which no peak of a device tells. */
        private double fastest(OnnxRuntimeKernel work) {
            OptionalDouble peak = device.peakFlops(work.demand().precision());
            double arithmetic = peak.isPresent() ? work.demand().flops() / peak.getAsDouble() : 0;
            boolean rows = work.kernel()
                    .filter(KernelShape.Elementwise.class::isInstance)
                    .isPresent();
            return rows ? 0 : Math.max(arithmetic, work.demand().trafficBytes() / device.memoryBytesPerSecond());
        }

        List<OperatorTime> operators() {
            List<OperatorTime> all = new ArrayList<>();
            runs.forEach((shapes, times) -> all.add(new OperatorTime(
                    shapes.opType,
                    times.node(),
                    shapes.inputs,
                    shapes.outputs,
                    times.count(),
                    new Measurement(times.work().demand(), times.median()),
                    times.work().kernel())));
            return all;
        }
    }
}
