package io.agentopt.benchmarks.simulate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agentopt.cost.RooflineCostModel;
import io.agentopt.cost.TensorShard;
import io.agentopt.cost.importer.CatalogNames;
import io.agentopt.cost.importer.ImportedRows;
import io.agentopt.cost.importer.LlmServingSimImporter;
import io.agentopt.cost.importer.LlmServingSimImporter.Request;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.ModelSpec;
import io.agentopt.simulate.profile.OperatorProfile;
import io.agentopt.simulate.server.ServerSettings;
import io.agentopt.workload.RequestTrace;
import io.agentopt.workload.TracedRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A log of served requests, the profiles of the device and model that served them, and how the engine was set up: from {@code meta.json} beside the
 * log, or in the folder of the profiles.
 *
 * @param model that was served
 * @param tensorParallel devices that served it
 * @param device what they are, if a folder's name says so; needed for tensor parallelism only
 * @param profile of the model on one of them
 * @param settings of the engine
 * @param requests as measured, in order of arrival
 */
record ServedLog(
        ModelSpec model,
        int tensorParallel,
        Optional<DeviceSpec> device,
        OperatorProfile profile,
        ServerSettings settings,
        List<Request> requests) {
    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*");
    private static final int SCHEDULES_AHEAD = 14; // vLLM 0.14 made async scheduling its default
    private static final int UNLIMITED_TOKENS = 1 << 29;
    private static final double GIBI = 1L << 30;

    static ServedLog read(Path profiles, Path log) {
        JsonNode meta = meta(profiles, log);
        JsonNode engine = meta.path("engine_kwargs");
        CatalogNames names = CatalogNames.packaged();
        String name = meta.path("model").asText();
        ModelSpec model = names.model(name)
                .orElseThrow(() -> new IllegalArgumentException("The model '" + name + "' of the log '" + log
                        + "' is not in the catalog. Known are the ids of models.json."));
        int shards = Math.max(1, engine.path("tensor_parallel_size").asInt(1));
        Optional<DeviceSpec> device = device(names, profiles);
        int blocks = kvTokens(meta, profiles, log, model, shards, device) / ServerSettings.BLOCK_TOKENS;
        ServerSettings settings = ServerSettings.of(
                        positive(engine, "max_num_seqs", log),
                        positive(engine, "max_num_batched_tokens", log),
                        Math.max(1, blocks))
                .scheduleAhead(schedulesAhead(meta.path("vllm_version").asText("")));
        ImportedRows<Request> rows = LlmServingSimImporter.requests(log);
        if (rows.rejectedRows() > 0) {
            throw new IllegalArgumentException(rows.rejectedRows() + " requests of '" + log
                    + "' cannot be used, and without them the load is another: " + rows.examples());
        }
        return new ServedLog(
                model, shards, device, OperatorProfile.read(folder(profiles, shards)), settings, rows.rows());
    }

    /** {@return the arrivals, as the simulator takes them} */
    RequestTrace trace() {
        List<TracedRequest> trace = new ArrayList<>();
        for (Request r : requests) {
            trace.add(new TracedRequest(r.arrival(), r.promptTokens(), r.outputTokens()));
        }
        return new RequestTrace("served log", trace);
    }

    static double timeToFirstToken(Request r) {
        return r.admissionSeconds() + r.timeToFirstToken();
    }

    static double endToEnd(Request r) {
        return timeToFirstToken(r) + (r.outputTokens() - 1) * r.timePerOutputToken();
    }

    private static Path folder(Path profiles, int shards) {
        Path own = profiles.resolve("tp" + shards);
        return Files.isDirectory(own) ? own : profiles;
    }

    private static JsonNode meta(Path profiles, Path log) {
        for (Path file : List.of(log.resolveSibling("meta.json"), profiles.resolve("meta.json"))) {
            Optional<JsonNode> json = json(file).filter(j -> j.has("engine_kwargs"));
            if (json.isPresent()) return json.get();
        }
        throw new IllegalArgumentException("There is no meta.json with engine_kwargs beside '" + log + "' or in '"
                + profiles + "'. It says which model was served, by how many devices, and how the engine was set up.");
    }

    private static Optional<JsonNode> json(Path file) {
        if (!Files.exists(file)) return Optional.empty();
        try {
            return Optional.of(new ObjectMapper().readTree(file.toFile()));
        } catch (IOException e) {
            throw new UncheckedIOException("'" + file + "' cannot be read: " + e.getMessage(), e);
        }
    }

    private static int positive(JsonNode engine, String field, Path log) {
        int value = engine.path(field).asInt(0);
        if (value < 1) {
            throw new IllegalArgumentException("The meta.json of '" + log + "' has no " + field
                    + " among its engine_kwargs: the batches cannot be told without it.");
        }
        return value;
    }

    private static boolean schedulesAhead(String version) {
        Matcher m = VERSION.matcher(version);
        return m.matches() && (!m.group(1).equals("0") || Integer.parseInt(m.group(2)) >= SCHEDULES_AHEAD);
    }

    /** The longest beginning of a folder's name, up to an underscore, that is a device; the folder itself, or one above it. */
    private static Optional<DeviceSpec> device(CatalogNames names, Path profiles) {
        for (Path at = profiles.toAbsolutePath().normalize(); at != null; at = at.getParent()) {
            String name = String.valueOf(at.getFileName());
            Optional<DeviceSpec> device = names.device(name).or(() -> names.device(name.split("_", -1)[0]));
            if (device.isPresent()) return device;
        }
        return Optional.empty();
    }

    /** Tokens of KV cache: what the engine counted; else what its memory leaves beside the weights; else no limit. */
    private static int kvTokens(
            JsonNode meta, Path profiles, Path log, ModelSpec model, int shards, Optional<DeviceSpec> device) {
        JsonNode counted = meta.path("kv_cache");
        double tokens = counted.path("num_gpu_blocks").asDouble(0)
                * counted.path("block_size").asDouble(0);
        if (tokens > 0) return (int) Math.min(UNLIMITED_TOKENS, tokens);
        OptionalDouble bytes = OptionalDouble.empty();
        for (Path file : List.of(
                log.resolveSibling("vllm_config.json"),
                profiles.resolve("vllm_config.json"),
                log.resolveSibling("config.json"),
                log.toAbsolutePath().resolve("../../config.json").normalize())) {
            if (bytes.isPresent()) break;
            JsonNode memory = json(file)
                    .map(j -> j.at("/nodes/0/instances/0/npu_mem"))
                    .orElseGet(() -> new ObjectMapper().createObjectNode());
            double size = memory.path("mem_size").asDouble(0) * GIBI;
            double share = memory.path("mem_util").asDouble(RooflineCostModel.MEMORY_UTILISATION);
            if (size > 0) bytes = OptionalDouble.of(size * share - RooflineCostModel.ENGINE_BYTES);
        }
        if (bytes.isEmpty() && device.isPresent()) {
            bytes = OptionalDouble.of(RooflineCostModel.usableBytes(device.get(), 1));
        }
        if (bytes.isEmpty()) {
            System.out.println("  nothing says how much memory the device has: KV blocks are taken not to run out");
            return UNLIMITED_TOKENS;
        }
        TensorShard shard = TensorShard.of(model, shards);
        double free = bytes.getAsDouble() - shard.weightBytes();
        if (free <= 0) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "The weights of model '%s' (%.1f GB on each of %d) leave nothing of %.1f GB for the KV cache.",
                    model.id(),
                    shard.weightBytes() / 1e9,
                    shards,
                    bytes.getAsDouble() / 1e9));
        }
        return (int) Math.min(UNLIMITED_TOKENS, free / shard.kvBytesPerToken());
    }
}
