package io.agentopt.cost.importer;

import io.agentopt.cost.CollectiveKind;
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
    public static Imported<Gemm> gemms(Path file) {
        Imported.Collector<Gemm> rows = new Imported.Collector<>();
        List<String> required = Stream.concat(
                        LAYER.stream(),
                        Stream.of("attn_pre_proj", "attn_post_proj", "mlp_up_proj", "mlp_down_proj")
                                .map(VidurProfiles::median))
                .toList();
        CsvFile.read(file, required, row -> {
            long hidden = row.whole("n_embd"), heads = row.whole("n_head"), kvHeads = row.whole("n_kv_head");
            long ffn = row.whole("n_expanded_embd"),
                    tokens = row.whole("num_tokens"),
                    shards = row.whole("num_tensor_parallel_workers");
            if (!rows.sizes(hidden, heads, kvHeads, ffn, tokens, shards)) return;
            long headDim = hidden / heads;
            long up = row.text("use_gated_mlp").equalsIgnoreCase("true") ? 2 * ffn : ffn;
            product(
                    rows,
                    row,
                    "attn_pre_proj",
                    tokens,
                    (heads / shards + 2 * Math.max(1, kvHeads / shards)) * headDim,
                    hidden);
            product(rows, row, "attn_post_proj", tokens, hidden, hidden / shards);
            product(rows, row, "mlp_up_proj", tokens, up / shards, hidden);
            product(rows, row, "mlp_down_proj", tokens, hidden, ffn / shards);
        });
        return rows.imported();
    }

    private static void product(Imported.Collector<Gemm> rows, CsvRow row, String operator, long m, long n, long k) {
        double seconds = row.number(median(operator)) * MILLI;
        if (rows.time(seconds) && rows.sizes(m, n, k))
            rows.add(new Gemm(m, n, k, Precision.FP16, Precision.FP16), seconds);
    }

    /**
     * {@return the operators of {@code mlp.csv} that move whole rows: of one kind}
     *
     * <p>Models without a gated feed-forward part are rejected: their norm has a mean and a bias, their activation one operand, and they add two
     * results at once, so that they run other kernels.
     *
     * @throws IllegalArgumentException for softmax, which the file does not have
     */
    public static Imported<Elementwise> elementwise(Path file, ElementwiseKind kind) {
        Imported.Collector<Elementwise> rows = new Imported.Collector<>();
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
        CsvFile.read(file, required, row -> {
            long hidden = row.whole("n_embd"), ffn = row.whole("n_expanded_embd"), tokens = row.whole("num_tokens");
            long shards = row.whole("num_tensor_parallel_workers");
            if (!row.text("use_gated_mlp").equalsIgnoreCase("true")) {
                rows.reject("a model without a gate: another kernel");
                return;
            }
            double seconds = row.number(median(operator)) * MILLI;
            if (!rows.time(seconds) || !rows.sizes(hidden, ffn, tokens, shards)) return;
            long columns = kind == ElementwiseKind.ACTIVATION ? ffn / shards : hidden;
            if (!rows.sizes(columns)) return;
            int reads = kind == ElementwiseKind.LAYER_NORM ? 1 : 2;
            rows.add(new Elementwise(tokens, columns, reads, 1, Precision.FP16), seconds);
        });
        return rows.imported();
    }

    /** {@return the all-reduces of {@code all_reduce.csv}, those of rank 0: each rank of a group has a row} */
    public static Imported<Collective> allReduces(Path file) {
        return collectives(file, "all_reduce", CollectiveKind.ALL_REDUCE);
    }

    /** {@return the transfers of {@code send_recv.csv} between two devices, those of rank 0: each rank has a row} */
    public static Imported<Collective> sendReceives(Path file) {
        return collectives(file, "send_recv", CollectiveKind.SEND_RECV);
    }

    private static Imported<Collective> collectives(Path file, String operator, CollectiveKind kind) {
        Imported.Collector<Collective> rows = new Imported.Collector<>();
        List<String> required =
                List.of(median(operator), "rank", "num_workers", "size", "devices_per_node", "collective");
        CsvFile.read(file, required, row -> {
            if (!row.text("collective").equals(operator)) {
                rows.reject("another collective");
                return;
            }
            if (row.whole("rank") != 0) return;
            double seconds = row.number(median(operator)) * MILLI;
            long bytes = row.whole("size"), devices = row.whole("num_workers"), perHost = row.whole("devices_per_node");
            if (!rows.time(seconds) || !rows.sizes(bytes, devices - 1, perHost)) return;
            if (kind == CollectiveKind.SEND_RECV && devices > 2) {
                rows.reject("a transfer between more than two devices");
                return;
            }
            rows.add(new Collective(kind, bytes, (int) devices, (int) perHost), seconds);
        });
        return rows.imported();
    }

    private static String median(String operator) {
        return "time_stats." + operator + ".median";
    }
}
