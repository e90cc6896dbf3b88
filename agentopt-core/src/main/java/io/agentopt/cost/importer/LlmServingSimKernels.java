package io.agentopt.cost.importer;

import io.agentopt.cost.kernel.KernelMeasurement;
import io.agentopt.cost.kernel.KernelShape;
import io.agentopt.cost.kernel.KernelShape.Elementwise;
import io.agentopt.cost.kernel.KernelShape.Gemm;
import io.agentopt.cost.kernel.KernelShape.StepAttention;
import io.agentopt.model.ModelSpec;
import io.agentopt.model.Precision;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The kernel profiles that {@link LlmServingSimImporter} reads, as shapes of the model that they were taken from: one device's share of a
 * tensor parallel group, in BF16.
 *
 * @param model whose kernels were profiled
 * @param shards degree of tensor parallelism, which divides heads and widths
 */
public record LlmServingSimKernels(ModelSpec model, int shards) {
    public LlmServingSimKernels {
        if (shards < 1 || model.heads() % shards != 0 || model.kvHeads() % shards != 0) {
            throw new IllegalArgumentException("The " + model.heads() + " heads and " + model.kvHeads()
                    + " KV heads of model '" + model.id() + "' cannot be shared by " + shards + " devices.");
        }
    }

    /** {@return the matrix products of {@code dense.csv} or {@code per_sequence.csv}; other kernels are counted} */
    public ImportedRows<KernelMeasurement<Gemm>> gemms(Path file) {
        return read(
                file,
                row -> product(row.layer())
                        .map(nk -> new Gemm(row.size(), nk[0], nk[1], Precision.BF16, Precision.BF16)));
    }

    /** {@return the layer norms or activations of {@code dense.csv}; other kernels are counted. A norm adds the residual too} */
    public ImportedRows<KernelMeasurement<Elementwise>> elementwise(Path file, ElementwiseKind kind) {
        return read(file, row -> switch (kind) {
            case LAYER_NORM ->
                row.layer().equals("layernorm")
                        ? Optional.of(new Elementwise(row.size(), model.hidden(), 2, 2, Precision.BF16))
                        : Optional.empty();
            case ACTIVATION ->
                row.layer().equals("act_fn")
                        ? Optional.of(new Elementwise(row.size(), model.ffn() / shards, 2, 1, Precision.BF16))
                        : Optional.empty();
            case ADD, SOFTMAX -> Optional.empty();
        });
    }

    /** {@return the attention kernels of {@code attention.csv}} */
    public ImportedRows<KernelMeasurement<StepAttention>> attention(Path file) {
        ImportedRows<LlmServingSimImporter.AttentionTime> times = LlmServingSimImporter.attention(file);
        return new ImportedRows<>(
                times.rows().stream()
                        .map(t -> new KernelMeasurement<>(
                                new StepAttention(
                                        t.prefillTokens(),
                                        t.prefillContext(),
                                        t.decodes(),
                                        t.decodeContext(),
                                        model.heads() / shards,
                                        model.kvHeads() / shards,
                                        model.headDim(),
                                        Precision.BF16),
                                t.seconds()))
                        .toList(),
                times.rejected(),
                times.examples());
    }

    /** Columns and depth of a product; empty for another kernel. */
    private Optional<long[]> product(String layer) {
        long hidden = model.hidden(), attention = (long) model.heads() * model.headDim();
        long kv = (long) model.kvHeads() * model.headDim();
        return switch (layer) {
            case "qkv_proj" -> Optional.of(new long[] {(attention + 2 * kv) / shards, hidden});
            case "o_proj" -> Optional.of(new long[] {hidden, attention / shards});
            case "gate_up_proj" -> Optional.of(new long[] {2L * model.ffn() / shards, hidden});
            case "down_proj" -> Optional.of(new long[] {hidden, model.ffn() / shards});
            case "lm_head" -> Optional.of(new long[] {model.vocab() / shards, hidden});
            default -> Optional.empty();
        };
    }

    /** Makes a shape of a row; empty if it is another kernel's. */
    private interface Shape<S> {
        Optional<S> of(LlmServingSimImporter.LayerTime row);
    }

    private static <S extends KernelShape> ImportedRows<KernelMeasurement<S>> read(Path file, Shape<S> shape) {
        ImportedRows<LlmServingSimImporter.LayerTime> times = LlmServingSimImporter.layers(file);
        Map<String, Integer> rejected = new HashMap<>(times.rejected());
        java.util.List<KernelMeasurement<S>> rows = new java.util.ArrayList<>();
        for (LlmServingSimImporter.LayerTime time : times.rows()) {
            Optional<S> one = shape.of(time);
            if (one.isPresent()) rows.add(new KernelMeasurement<>(one.get(), time.seconds()));
            else rejected.merge("another kernel", 1, Integer::sum);
        }
        return new ImportedRows<>(rows, rejected, times.examples());
    }
}
