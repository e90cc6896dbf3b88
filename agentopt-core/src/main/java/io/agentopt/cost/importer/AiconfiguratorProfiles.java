package io.agentopt.cost.importer;

import io.agentopt.cost.kernel.KernelShape.AllReduce;
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
     * {@return the all-reduces of a {@code custom_allreduce_perf} or {@code nccl_perf} table}
     *
     * @param kernel which rows, by the column {@code kernel_source}: a table may mix kernels that differ tenfold
     */
    public static Imported<AllReduce> allReduces(Path file, String kernel) {
        Imported.Collector<AllReduce> rows = new Imported.Collector<>();
        CsvFile.read(file, List.of("op_name", "kernel_source", "num_gpus", "message_size", "latency"), row -> {
            if (!row.text("kernel_source").equals(kernel)
                    || !row.text("op_name").equals("all_reduce")) {
                rows.reject("another kernel or collective");
                return;
            }
            long devices = row.whole("num_gpus"), bytes = row.whole("message_size");
            double seconds = row.number("latency") * MILLI;
            if (!rows.sizes(devices - 1, bytes) || !rows.time(seconds)) return;
            rows.add(new AllReduce(bytes, (int) devices, (int) devices), seconds);
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
