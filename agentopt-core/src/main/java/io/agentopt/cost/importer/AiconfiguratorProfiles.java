package io.agentopt.cost.importer;

import io.agentopt.cost.CollectiveKind;
import io.agentopt.cost.kernel.KernelShape.Collective;
import io.agentopt.cost.kernel.KernelShape.DecodeAttention;
import io.agentopt.cost.kernel.KernelShape.Gemm;
import io.agentopt.cost.kernel.KernelShape.PrefillAttention;
import io.agentopt.model.Precision;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The operator tables of ai-dynamo/aiconfigurator, as comma-separated text with the tables' columns. Times are in milliseconds; formats that
 * this library has no name for are rejected and counted, rows of another format than asked for passed over.
 */
public final class AiconfiguratorProfiles {
    private static final double MILLI = 1e-3;
    private static final List<String> ATTENTION = List.of(
            "batch_size",
            "isl",
            "num_heads",
            "num_key_value_heads",
            "head_dim",
            "attn_dtype",
            "kv_cache_dtype",
            "step",
            "latency");

    private AiconfiguratorProfiles() {}

    /** {@return the matrix products of a {@code gemm_perf} table whose weights and activations share a format} */
    public static Imported<Gemm> gemms(Path file, Precision precision) {
        Imported.Collector<Gemm> rows = new Imported.Collector<>();
        CsvFile.read(file, List.of("gemm_dtype", "m", "n", "k", "latency"), row -> {
            if (!format(row.text("gemm_dtype")).equals(Optional.of(precision)))
                return; // another table in the same file
            long m = row.whole("m"), n = row.whole("n"), k = row.whole("k");
            double seconds = row.number("latency") * MILLI;
            if (rows.sizes(m, n, k) && rows.time(seconds)) rows.add(new Gemm(m, n, k, precision, precision), seconds);
        });
        return rows.imported();
    }

    /** {@return the rows of a {@code context_attention_perf} table} */
    public static Imported<PrefillAttention> prefills(Path file) {
        Imported.Collector<PrefillAttention> rows = new Imported.Collector<>();
        CsvFile.read(file, ATTENTION, row -> {
            if (row.whole("step") != 0) {
                rows.reject("prompt with a cached part");
                return;
            }
            attention(rows, row, row.whole("isl"), PrefillAttention::new);
        });
        return rows.imported();
    }

    /** {@return the rows of a {@code generation_attention_perf} table} */
    public static Imported<DecodeAttention> decodes(Path file) {
        Imported.Collector<DecodeAttention> rows = new Imported.Collector<>();
        CsvFile.read(
                file,
                ATTENTION,
                row -> attention(rows, row, row.whole("isl") + row.whole("step"), DecodeAttention::new));
        return rows.imported();
    }

    /** Makes the shape of an attention. */
    private interface Shape<S> {
        S of(
                long batch,
                long tokens,
                int heads,
                int kvHeads,
                int headDim,
                long window,
                Precision compute,
                Precision kv);
    }

    private static <S extends io.agentopt.cost.kernel.KernelShape> void attention(
            Imported.Collector<S> rows, CsvRow row, long tokens, Shape<S> shape) {
        Optional<Precision> compute = format(row.text("attn_dtype")), kv = format(row.text("kv_cache_dtype"));
        if (compute.isEmpty() || kv.isEmpty()) {
            rows.reject("format '" + row.text("attn_dtype") + "' with a cache of '" + row.text("kv_cache_dtype") + "'");
            return;
        }
        long batch = row.whole("batch_size"),
                heads = row.whole("num_heads"),
                kvHeads = row.whole("num_key_value_heads");
        long headDim = row.whole("head_dim"), window = row.has("window_size") ? row.whole("window_size") : 0;
        double seconds = row.number("latency") * MILLI;
        if (kvHeads == 0) kvHeads = heads; // the tables' word for no grouping
        if (!rows.sizes(batch, tokens, heads, kvHeads, headDim) || !rows.time(seconds)) return;
        if (heads % kvHeads != 0) {
            rows.reject("heads no multiple of KV heads");
            return;
        }
        rows.add(
                shape.of(
                        batch,
                        tokens,
                        (int) heads,
                        (int) kvHeads,
                        (int) headDim,
                        Math.max(0, window),
                        compute.get(),
                        kv.get()),
                seconds);
    }

    /**
     * {@return the exchanges of one kind of a {@code custom_allreduce_perf} or {@code nccl_perf} table, inside one host}
     *
     * <p>The tables give a message's elements, not its bytes: INT8 rows of twice the number take the same time as those of two bytes each.
     *
     * @param kernel which rows, by the column {@code kernel_source}: a table may mix kernels that differ tenfold
     * @throws IllegalArgumentException for a send-receive, which the tables do not have
     */
    public static Imported<Collective> collectives(Path file, String kernel, CollectiveKind kind) {
        String operator = switch (kind) {
            case ALL_REDUCE -> "all_reduce";
            case ALL_GATHER -> "all_gather";
            case REDUCE_SCATTER -> "reduce_scatter";
            case ALL_TO_ALL -> "alltoall";
            case SEND_RECV ->
                throw new IllegalArgumentException("'" + file
                        + "' cannot hold send-receives: these tables have all-reduces, all-gathers, reduce-scatters and"
                        + " all-to-alls.");
        };
        Imported.Collector<Collective> rows = new Imported.Collector<>();
        CsvFile.read(file, List.of("op_name", "kernel_source", "num_gpus", "message_size", "latency"), row -> {
            if (!row.text("kernel_source").equals(kernel)
                    || !row.text("op_name").equals(operator)) {
                rows.reject("another kernel or collective");
                return;
            }
            String name = row.text(row.has("nccl_dtype") ? "nccl_dtype" : "allreduce_dtype");
            Optional<Precision> format = format(name);
            if (format.isEmpty()) {
                rows.reject("format '" + name + "'");
                return;
            }
            long devices = row.whole("num_gpus"), elements = row.whole("message_size");
            double seconds = row.number("latency") * MILLI;
            if (!rows.sizes(devices - 1, elements) || !rows.time(seconds)) return;
            long bytes = Math.round(elements * format.get().bytes());
            rows.add(new Collective(kind, bytes, (int) devices, (int) devices), seconds);
        });
        return rows.imported();
    }

    private static Optional<Precision> format(String name) {
        return switch (name) {
            case "bfloat16" -> Optional.of(Precision.BF16);
            case "float16", "half" -> Optional.of(Precision.FP16);
            case "fp8" -> Optional.of(Precision.FP8);
            case "int8" -> Optional.of(Precision.INT8);
            default -> Optional.empty();
        };
    }
}
