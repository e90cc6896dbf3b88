package io.agentopt.cost.importer;

import io.agentopt.cost.CollectiveKind;
import io.agentopt.cost.kernel.KernelMeasurement;
import io.agentopt.cost.kernel.KernelShape;
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
    private static final String LATENCY = "latency";
    private static final List<String> ATTENTION = List.of(
            "batch_size",
            "isl",
            "num_heads",
            "num_key_value_heads",
            "head_dim",
            "attn_dtype",
            "kv_cache_dtype",
            "step",
            LATENCY);

    private AiconfiguratorProfiles() {}

    /** {@return the matrix products of a {@code gemm_perf} table whose weights and activations share a format} */
    public static ImportedRows<KernelMeasurement<Gemm>> gemms(Path file, Precision precision) {
        ImportedRows.Collector<KernelMeasurement<Gemm>> rows = new ImportedRows.Collector<>();
        CsvFile.read(
                file,
                List.of("gemm_dtype", "m", "n", "k", LATENCY),
                row -> rows.take(() -> {
                    if (!format(row.text("gemm_dtype")).equals(Optional.of(precision)))
                        return; // another table in the same file
                    Gemm shape = new Gemm(row.count("m"), row.count("n"), row.count("k"), precision, precision);
                    rows.add(new KernelMeasurement<>(shape, row.seconds(LATENCY, MILLI)));
                }));
        return rows.imported();
    }

    /** {@return the rows of a {@code context_attention_perf} table} */
    public static ImportedRows<KernelMeasurement<PrefillAttention>> prefills(Path file) {
        ImportedRows.Collector<KernelMeasurement<PrefillAttention>> rows = new ImportedRows.Collector<>();
        CsvFile.read(
                file,
                ATTENTION,
                row -> rows.take(() -> {
                    if (row.whole("step") != 0) throw new RejectedRow("prompt with a cached part", row.place("step"));
                    rows.add(attention(row, row.count("isl"), PrefillAttention::new));
                }));
        return rows.imported();
    }

    /** {@return the rows of a {@code generation_attention_perf} table} */
    public static ImportedRows<KernelMeasurement<DecodeAttention>> decodes(Path file) {
        ImportedRows.Collector<KernelMeasurement<DecodeAttention>> rows = new ImportedRows.Collector<>();
        CsvFile.read(
                file,
                ATTENTION,
                row -> rows.take(() -> {
                    if (row.whole("step") < 0) throw new RejectedRow("step is negative", row.place("step"));
                    rows.add(attention(row, row.count("isl") + row.whole("step"), DecodeAttention::new));
                }));
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

    private static <S extends KernelShape> KernelMeasurement<S> attention(CsvRow row, long tokens, Shape<S> shape) {
        Optional<Precision> compute = format(row.text("attn_dtype")), kv = format(row.text("kv_cache_dtype"));
        if (compute.isEmpty() || kv.isEmpty()) {
            throw new RejectedRow(
                    "format '" + TextLines.shortened(row.text("attn_dtype")) + "' with a cache of '"
                            + TextLines.shortened(row.text("kv_cache_dtype")) + "'",
                    row.place("kv_cache_dtype"));
        }
        int heads = row.count("num_heads");
        // 0 is the tables' word for no grouping
        int kvHeads = row.whole("num_key_value_heads") == 0 ? heads : row.count("num_key_value_heads");
        if (heads % kvHeads != 0)
            throw new RejectedRow("heads no multiple of KV heads", row.place("num_key_value_heads"));
        long window = row.has("window_size") ? Math.max(0, row.whole("window_size")) : 0;
        S made = shape.of(
                row.count("batch_size"),
                tokens,
                heads,
                kvHeads,
                row.count("head_dim"),
                window,
                compute.get(),
                kv.get());
        return new KernelMeasurement<>(made, row.seconds(LATENCY, MILLI));
    }

    /**
     * {@return the exchanges of one kind of a {@code custom_allreduce_perf} or {@code nccl_perf} table, inside one host}
     *
     * <p>The tables give a message's elements, not its bytes: INT8 rows of twice the number take the same time as those of two bytes each.
     *
     * @param kernel which rows, by the column {@code kernel_source}: a table may mix kernels that differ tenfold
     * @throws IllegalArgumentException for a send-receive, which the tables do not have
     */
    public static ImportedRows<KernelMeasurement<Collective>> collectives(
            Path file, String kernel, CollectiveKind kind) {
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
        ImportedRows.Collector<KernelMeasurement<Collective>> rows = new ImportedRows.Collector<>();
        List<String> required = List.of("op_name", "kernel_source", "num_gpus", "message_size", LATENCY);
        CsvFile.read(
                file,
                required,
                row -> rows.take(() -> {
                    if (!row.text("kernel_source").equals(kernel)
                            || !row.text("op_name").equals(operator)) {
                        throw new RejectedRow("another kernel or collective", row.place("kernel_source"));
                    }
                    String column = row.has("nccl_dtype") ? "nccl_dtype" : "allreduce_dtype";
                    String name = row.text(column);
                    Precision format =
                            format(name).orElseThrow(() -> new RejectedRow("format '" + name + "'", row.place(column)));
                    int devices = row.count("num_gpus");
                    if (devices < 2) throw new RejectedRow("a single device", row.place("num_gpus"));
                    long bytes = Math.round(row.size("message_size") * format.bytes());
                    rows.add(new KernelMeasurement<>(
                            new Collective(kind, bytes, devices, devices), row.seconds(LATENCY, MILLI)));
                }));
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
