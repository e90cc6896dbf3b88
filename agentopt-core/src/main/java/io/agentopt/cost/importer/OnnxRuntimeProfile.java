package io.agentopt.cost.importer;

import io.agentopt.cost.DeviceEfficiency;
import io.agentopt.cost.Measurement;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.internal.JsonArrayFile;
import io.agentopt.internal.JsonValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * Times of single operators from the profile that ONNX Runtime writes (session option enableProfiling): Chrome trace events, of which
 * those named {@code <node>_kernel_time} are operators, with their shapes and microseconds. MatMul and Gemm become measurements of
 * class GEMM. Times are whole microseconds: short operators are coarse.
 *
 * <p>On GPU providers an operator's time is that of its launch. Calibrate GPUs with whole runs.
 *
 * @param nodes operators that were understood, in file order; the same node once for each run
 * @param notUnderstood operators of other types, by type
 * @param rejected events of understood types that are no measurement, by reason
 */
public record OnnxRuntimeProfile(
        List<NodeTime> nodes, Map<String, Integer> notUnderstood, Map<String, Integer> rejected) {
    /** The provider of operators that ran on the CPU. */
    public static final String CPU = "CPUExecutionProvider";

    private static final String SUFFIX = "_kernel_time";

    /**
     * An operator's time in one run.
     *
     * @param node name in the graph
     * @param opType such as {@code MatMul}
     * @param inputs shapes of the inputs; weights that were packed ahead are not among them
     * @param output shape of the first output
     * @param measurement work and time
     */
    public record NodeTime(
            String node, String opType, List<List<Long>> inputs, List<Long> output, Measurement measurement) {
        public NodeTime {
            inputs = List.copyOf(inputs);
            output = List.copyOf(output);
        }
    }

    public OnnxRuntimeProfile {
        nodes = List.copyOf(nodes);
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
        return new OnnxRuntimeProfile(reader.nodes, reader.notUnderstood, reader.rejected);
    }

    /** {@return one measurement for each operator type, node and shapes: the median of its runs, so that cold runs do not count} */
    public Map<String, List<Measurement>> medians() {
        record Shape(String node, String opType, List<List<Long>> inputs, List<Long> output) {}
        Map<Shape, List<Measurement>> runs = new LinkedHashMap<>();
        for (NodeTime n : nodes) {
            runs.computeIfAbsent(new Shape(n.node, n.opType, n.inputs, n.output), k -> new ArrayList<>())
                    .add(n.measurement);
        }
        Map<String, List<Measurement>> medians = new TreeMap<>();
        runs.forEach((shape, times) -> {
            times.sort(Comparator.comparingDouble(Measurement::seconds));
            medians.computeIfAbsent(shape.opType, k -> new ArrayList<>()).add(times.get((times.size() - 1) / 2));
        });
        return medians;
    }

    /** Collects events. */
    private static final class Reader {
        private final String provider;
        private final DeviceSpec device;
        private final List<NodeTime> nodes = new ArrayList<>();
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
            if (!OnnxRuntimeShapes.understood(type)) {
                notUnderstood.merge(type, 1, Integer::sum);
                return;
            }
            String node = name.get().text();
            String refused = product(event, node.substring(0, node.length() - SUFFIX.length()), type);
            if (!refused.isEmpty()) rejected.merge(refused, 1, Integer::sum);
        }

        /** Adds a matrix product; returns why not, or nothing. */
        private String product(JsonValue event, String node, String type) {
            JsonValue args = event.at("args");
            Optional<String> ranOn = args.maybe("provider").map(JsonValue::text);
            if (ranOn.isEmpty() || !ranOn.get().equals(provider)) return "ran on " + ranOn.orElse("no stated provider");
            double seconds = event.at("dur").number() / 1e6;
            if (!(seconds > 0)) return "time not above 0";
            Optional<OnnxRuntimeShapes> shapes = OnnxRuntimeShapes.of(args);
            if (shapes.isEmpty()) return "no shapes";
            if (shapes.get().precision().isEmpty()) return "number format not understood";
            return shapes.get()
                    .demand()
                    .map(demand -> {
                        OptionalDouble peak = device.peakFlops(demand.precision());
                        double fastest = Math.max(
                                peak.isPresent() ? demand.flops() / peak.getAsDouble() : 0,
                                demand.trafficBytes() / device.memoryBytesPerSecond());
                        if (seconds * DeviceEfficiency.MOST < fastest) return "faster than the peaks allow";
                        Measurement m = new Measurement(demand, seconds);
                        nodes.add(new NodeTime(
                                node, type, shapes.get().inputs(), shapes.get().output(), m));
                        return "";
                    })
                    .orElse("shapes do not fit a matrix product");
        }
    }
}
