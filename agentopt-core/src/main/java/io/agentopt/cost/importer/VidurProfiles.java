package io.agentopt.cost.importer;

import io.agentopt.cost.CollectiveKind;
import io.agentopt.cost.kernel.KernelMeasurement;
import io.agentopt.cost.kernel.KernelShape.Collective;
import io.agentopt.cost.kernel.KernelShape.Elementwise;
import io.agentopt.cost.kernel.KernelShape.Gemm;
import io.agentopt.model.Precision;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The profiles of microsoft/vidur ({@code data/profiling}): times of the operators of a layer by tokens and degree of tensor parallelism, and
 * of collectives. Times are medians in milliseconds, arithmetic is FP16.
 */
public final class VidurProfiles {
    private static final double MILLI = 1e-3;
    private static final List<String> LAYER = List.of(
            "n_head",
            "n_kv_head",
            "n_embd",
            "n_expanded_embd",
            "use_gated_mlp",
            "num_tokens",
            "num_tensor_parallel_workers");

    private VidurProfiles() {}

    /**
     * {@return the matrix products of {@code mlp.csv}: the projections before and after attention, up and down; those of one device of
     * the group}
     */
    public static ImportedRows<KernelMeasurement<Gemm>> gemms(Path file) {
        ImportedRows.Collector<KernelMeasurement<Gemm>> rows = new ImportedRows.Collector<>();
        List<String> required = Stream.concat(
                        LAYER.stream(),
                        Stream.of("attn_pre_proj", "attn_post_proj", "mlp_up_proj", "mlp_down_proj")
                                .map(VidurProfiles::median))
                .toList();
        CsvFile.read(file, required, row -> rows.take(() -> layer(rows, row)));
        return rows.imported();
    }

    private static void layer(ImportedRows.Collector<KernelMeasurement<Gemm>> rows, CsvRow row) {
        int hidden = row.count("n_embd"), heads = row.count("n_head"), kvHeads = row.count("n_kv_head");
        int ffn = row.count("n_expanded_embd"), shards = row.count("num_tensor_parallel_workers");
        int tokens = row.count("num_tokens");
        if (kvHeads > heads) throw new RejectedRow("more KV heads than heads", row.place("n_kv_head"));
        if (heads > hidden) throw new RejectedRow("more heads than elements", row.place("n_head"));
        if (shards > Math.min(heads, ffn)) {
            throw new RejectedRow("nothing is left for a device", row.place("num_tensor_parallel_workers"));
        }
        long headDim = hidden / heads;
        long up = row.text("use_gated_mlp").equalsIgnoreCase("true") ? 2L * ffn : ffn;
        long before = (heads / shards + 2L * Math.max(1, kvHeads / shards)) * headDim;
        product(rows, row, "attn_pre_proj", tokens, before, hidden);
        product(rows, row, "attn_post_proj", tokens, hidden, hidden / shards);
        product(rows, row, "mlp_up_proj", tokens, up / shards, hidden);
        product(rows, row, "mlp_down_proj", tokens, hidden, ffn / shards);
    }

    /** Each operator of a layer counts by itself: one that was not measured leaves the others. */
    private static void product(
            ImportedRows.Collector<KernelMeasurement<Gemm>> rows, CsvRow row, String operator, long m, long n, long k) {
        rows.take(() -> rows.add(new KernelMeasurement<>(
                new Gemm(m, n, k, Precision.FP16, Precision.FP16), row.seconds(median(operator), MILLI))));
    }

    /**
     * {@return the operators of {@code mlp.csv} that move whole rows: of one kind}
     *
     * <p>Models without a gated feed-forward part are rejected: their norm has a mean and a bias, their activation one operand, and they add two
     * results at once, so that they run other kernels.
     *
     * @throws IllegalArgumentException for softmax, which the file does not have
     */
    public static ImportedRows<KernelMeasurement<Elementwise>> elementwise(Path file, ElementwiseKind kind) {
        ImportedRows.Collector<KernelMeasurement<Elementwise>> rows = new ImportedRows.Collector<>();
        String operator = switch (kind) {
            case LAYER_NORM -> "input_layernorm";
            case ACTIVATION -> "mlp_act";
            case ADD -> "add";
            case SOFTMAX ->
                throw new IllegalArgumentException(
                        "'" + file + "' cannot hold softmax: these profiles have layer norms, activations and sums.");
        };
        List<String> required =
                Stream.concat(LAYER.stream(), Stream.of(median(operator))).toList();
        CsvFile.read(
                file,
                required,
                row -> rows.take(() -> {
                    if (!row.text("use_gated_mlp").equalsIgnoreCase("true")) {
                        throw new RejectedRow("a model without a gate: another kernel", row.place("use_gated_mlp"));
                    }
                    long hidden = row.size("n_embd"), ffn = row.size("n_expanded_embd");
                    long shards = row.size("num_tensor_parallel_workers"), tokens = row.size("num_tokens");
                    if (shards > ffn) {
                        throw new RejectedRow("nothing is left for a device", row.place("num_tensor_parallel_workers"));
                    }
                    long columns = kind == ElementwiseKind.ACTIVATION ? ffn / shards : hidden;
                    int reads = kind == ElementwiseKind.LAYER_NORM ? 1 : 2;
                    rows.add(new KernelMeasurement<>(
                            new Elementwise(tokens, columns, reads, 1, Precision.FP16),
                            row.seconds(median(operator), MILLI)));
                }));
        return rows.imported();
    }

    /** {@return the all-reduces of {@code all_reduce.csv}, those of rank 0: each rank of a group has a row} */
    public static ImportedRows<KernelMeasurement<Collective>> allReduces(Path file) {
        return collectives(file, "all_reduce", CollectiveKind.ALL_REDUCE);
    }

    /** {@return the transfers of {@code send_recv.csv} between two devices, those of rank 0: each rank has a row} */
    public static ImportedRows<KernelMeasurement<Collective>> sendReceives(Path file) {
        return collectives(file, "send_recv", CollectiveKind.SEND_RECV);
    }

    private static ImportedRows<KernelMeasurement<Collective>> collectives(
            Path file, String operator, CollectiveKind kind) {
        ImportedRows.Collector<KernelMeasurement<Collective>> rows = new ImportedRows.Collector<>();
        List<String> required =
                List.of(median(operator), "rank", "num_workers", "size", "devices_per_node", "collective");
        CsvFile.read(
                file,
                required,
                row -> rows.take(() -> {
                    if (!row.text("collective").equals(operator)) {
                        throw new RejectedRow("another collective", row.place("collective"));
                    }
                    if (row.whole("rank") != 0) return;
                    int devices = row.count("num_workers");
                    if (devices < 2) throw new RejectedRow("a single device", row.place("num_workers"));
                    if (kind == CollectiveKind.SEND_RECV && devices > 2) {
                        throw new RejectedRow("a transfer between more than two devices", row.place("num_workers"));
                    }
                    Collective shape = new Collective(kind, row.size("size"), devices, row.count("devices_per_node"));
                    rows.add(new KernelMeasurement<>(shape, row.seconds(median(operator), MILLI)));
                }));
        return rows.imported();
    }

    private static String median(String operator) {
        return "time_stats." + operator + ".median";
    }
}
