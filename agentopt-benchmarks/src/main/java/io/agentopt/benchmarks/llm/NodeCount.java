package io.agentopt.benchmarks.llm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agentopt.benchmarks.Metric;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.llm.execute.DecodeStep;
import io.agentopt.runtime.llm.execute.DecoderExecutor;
import io.agentopt.runtime.llm.execute.GpuSettings;
import io.agentopt.runtime.llm.kv.HostTensors;
import io.agentopt.runtime.llm.pack.ModelPack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What a run consists of, by ONNX Runtime's own profile: nodes of each kind, after its fusions. */
final class NodeCount {
    private NodeCount() {}

    /** {@return nodes of one run of the model} */
    static List<Metric> of(ModelPack pack, SessionSettings settings, GpuSettings gpu, Path folder) {
        try {
            Path profiles = Files.createTempDirectory(folder, "profile");
            try (DecoderExecutor executor = DecoderExecutor.open(
                            pack,
                            (ModelPack.Decoder) pack.layout(),
                            settings.profiling(profiles.resolve("run")),
                            gpu,
                            1,
                            pack.spec().maxContext(),
                            HostTensors.SYSTEM);
                    OrtRunOptions run = OrtRunOptions.create()) {
                executor.prefill(0, new int[16], 0, 16, run);
                executor.decode(new DecodeStep(new int[] {0}, new int[] {1}, new int[] {16}), run);
            }
            List<Path> files;
            try (Stream<Path> found = Files.list(profiles)) {
                files = found.toList();
            }
            List<Metric> metrics = new ArrayList<>();
            for (Path file : files) metrics.addAll(read(file));
            return metrics;
        } catch (IOException e) {
            throw new UncheckedIOException("The profile cannot be read: " + e.getMessage(), e);
        }
    }

    private static List<Metric> read(Path file) throws IOException {
        Map<String, Integer> counts = new TreeMap<>();
        int runs = 0;
        for (JsonNode event : new ObjectMapper().readTree(file.toFile())) {
            String name = event.path("name").asText();
            if (name.equals("model_run")) runs++;
            if (!event.path("cat").asText().equals("Node") || !name.endsWith("_kernel_time")) continue;
            JsonNode arguments = event.path("args");
            counts.merge(
                    arguments.path("op_name").asText() + " "
                            + arguments.path("provider").asText(),
                    1,
                    Integer::sum);
        }
        List<Metric> metrics = new ArrayList<>();
        int all = 0;
        GpuLlm.say("%s", file.getFileName());
        for (var e : counts.entrySet()) {
            GpuLlm.say("%6d of %s in %d runs", e.getValue(), e.getKey(), runs);
            all += e.getValue();
        }
        metrics.add(Metric.of("nodes_in_" + runs + "_runs", all, "nodes"));
        return metrics;
    }
}
