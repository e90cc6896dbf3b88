package io.agentopt.simulate.profile;

import io.agentopt.cost.importer.ImportedRows;
import io.agentopt.cost.importer.LlmServingSimImporter;
import io.agentopt.cost.importer.LlmServingSimImporter.AttentionTime;
import io.agentopt.cost.importer.LlmServingSimImporter.LayerTime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * Measured times of a model's operators on one device, or on one of several that share each layer.
 *
 * @param layers operators of a layer by tokens: {@code qkv_proj}, {@code layernorm} and so on
 * @param perSequence operators that run once a sequence: {@code lm_head}, {@code sampler}
 * @param attention attention of a layer
 */
public record OperatorProfile(List<LayerTime> layers, List<LayerTime> perSequence, List<AttentionTime> attention) {
    public OperatorProfile {
        layers = List.copyOf(layers);
        perSequence = List.copyOf(perSequence);
        attention = List.copyOf(attention);
    }

    /**
     * Reads {@code dense.csv}, {@code per_sequence.csv} and {@code attention.csv} of a folder, packed ({@code .gz}) or not.
     *
     * @param folder of one degree of tensor parallelism, such as {@code tp1}
     * @throws IllegalArgumentException if a file is not of the layout, or a row is unusable: a hole in a profile would bend every time
     * @throws java.io.UncheckedIOException if a file cannot be read
     */
    public static OperatorProfile read(Path folder) {
        Objects.requireNonNull(folder, "folder");
        return new OperatorProfile(
                complete(LlmServingSimImporter.layers(file(folder, "dense.csv"))),
                complete(LlmServingSimImporter.layers(file(folder, "per_sequence.csv"))),
                complete(LlmServingSimImporter.attention(file(folder, "attention.csv"))));
    }

    private static Path file(Path folder, String name) {
        Path packed = folder.resolve(name + ".gz");
        return Files.exists(packed) ? packed : folder.resolve(name);
    }

    private static <T> List<T> complete(ImportedRows<T> rows) {
        if (rows.rejectedRows() > 0) {
            throw new IllegalArgumentException(rows.rejectedRows() + " rows of a profile cannot be used; the first: "
                    + rows.examples().getFirst() + " Mend or drop them: a simulation goes by every row.");
        }
        return rows.rows();
    }
}
