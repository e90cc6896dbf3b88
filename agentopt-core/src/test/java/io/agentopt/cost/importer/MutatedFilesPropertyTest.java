package io.agentopt.cost.importer;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.cost.Confidence;
import io.agentopt.cost.engine.EngineCalibration;
import io.agentopt.cost.engine.EngineFit;
import io.agentopt.cost.engine.EngineMeasurement;
import io.agentopt.cost.engine.EngineTerm;
import io.agentopt.cost.kernel.GemmForm;
import io.agentopt.cost.kernel.KernelCalibration;
import io.agentopt.cost.kernel.KernelMeasurement;
import io.agentopt.cost.kernel.KernelModel;
import io.agentopt.cost.kernel.KernelShape.Gemm;
import io.agentopt.cost.kernel.Term;
import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.model.Precision;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Whatever happens to a file, an importer gives rows, counts those that it rejects, or says what is wrong with the file and nothing else; and
 * what a fit makes of the rows stays physical.
 */
class MutatedFilesPropertyTest {
    private static final CatalogNames NAMES = CatalogNames.packaged();
    private static final GemmForm FORM = new GemmForm(DeviceCatalog.packaged().find("A100"), Precision.BF16);
    private static final Map<String, Function<Path, ImportedRows<?>>> IMPORTERS = Map.ofEntries(
            Map.entry("splitwise.csv", f -> SplitwiseImporter.read(f, NAMES)),
            Map.entry("inference_bench.csv", f -> InferenceBenchImporter.read(f, NAMES)),
            Map.entry("end_to_end.csv", f -> EndToEndImporter.read(f, NAMES)),
            Map.entry("matmul_A100.csv", f -> LlmCompassImporter.matmul(f, NAMES)),
            Map.entry("layernorm_MI210.csv", f -> LlmCompassImporter.rowwise(f, NAMES)),
            Map.entry("gelu_A100.csv", f -> LlmCompassImporter.gelu(f, NAMES)),
            Map.entry("dense.csv", LlmServingSimImporter::layers),
            Map.entry("attention.csv", LlmServingSimImporter::attention),
            Map.entry("per_sequence.csv", LlmServingSimImporter::layers),
            Map.entry("requests.jsonl", LlmServingSimImporter::requests),
            Map.entry("azure_conv.csv", AzureTraceImporter::requests),
            Map.entry("mooncake.jsonl", MooncakeTraceImporter::requests),
            Map.entry("tau_bench.csv", TauBenchImporter::episodes));

    /** What may happen to a file. */
    enum Change {
        FLIP_BYTES {
            @Override
            void apply(List<String> lines, Random random) {
                for (int i = 0; i < 1 + random.nextInt(8); i++) {
                    int at = random.nextInt(lines.size());
                    byte[] bytes = lines.get(at).getBytes(StandardCharsets.UTF_8);
                    if (bytes.length == 0) continue;
                    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                    lines.set(at, new String(bytes, StandardCharsets.ISO_8859_1));
                }
            }
        },
        DELETE_COLUMN {
            @Override
            void apply(List<String> lines, Random random) {
                int column = random.nextInt(lines.getFirst().split(",", -1).length);
                lines.replaceAll(line -> {
                    List<String> cells = new ArrayList<>(List.of(line.split(",", -1)));
                    if (column < cells.size()) cells.remove(column);
                    return String.join(",", cells);
                });
            }
        },
        SWAP_COLUMNS {
            @Override
            void apply(List<String> lines, Random random) {
                int columns = lines.getFirst().split(",", -1).length;
                int one = random.nextInt(columns), other = random.nextInt(columns);
                for (int i = random.nextInt(2); i < lines.size(); i++) {
                    List<String> cells = new ArrayList<>(List.of(lines.get(i).split(",", -1)));
                    if (Math.max(one, other) < cells.size()) Collections.swap(cells, one, other);
                    lines.set(i, String.join(",", cells));
                }
            }
        },
        SHUFFLE_LINES {
            @Override
            void apply(List<String> lines, Random random) {
                Collections.shuffle(lines.subList(random.nextInt(2), lines.size()), random);
            }
        },
        ODD_CELLS {
            @Override
            void apply(List<String> lines, Random random) {
                for (int i = 1; i < lines.size(); i++) {
                    String[] cells = lines.get(i).split(",", -1);
                    cells[random.nextInt(cells.length)] = ODD.get(random.nextInt(ODD.size()));
                    lines.set(i, String.join(",", cells));
                }
            }
        },
        CUT_OFF {
            @Override
            void apply(List<String> lines, Random random) {
                int keep = random.nextInt(lines.size());
                String last = lines.get(keep);
                lines.subList(keep, lines.size()).clear();
                lines.add(last.substring(0, random.nextInt(last.length() + 1)));
            }
        };

        abstract void apply(List<String> lines, Random random);
    }

    private static final List<String> ODD = List.of(
            "",
            "0",
            "-1",
            "NaN",
            "Infinity",
            "1e300",
            "1e-320",
            "9007199254740993",
            "0x1p3",
            "\"1,5\"",
            "\"",
            "ms",
            "2147483648",
            "x".repeat(5000));

    @Property(seed = "20261122", tries = 600)
    void nothingButTheDocumentedErrors(@ForAll Change change, @ForAll long seed) throws IOException {
        Random random = new Random(seed);
        Path folder = Files.createTempDirectory("mutated");
        try {
            for (Map.Entry<String, Function<Path, ImportedRows<?>>> importer : IMPORTERS.entrySet()) {
                Path file = Files.write(folder.resolve(importer.getKey()), mutated(importer.getKey(), change, random));
                try {
                    ImportedRows<?> rows = readOrSay(importer.getValue(), file);
                    assertThat(rows.examples()).hasSize(rows.rejected().size());
                } finally {
                    Files.delete(file);
                }
            }
        } finally {
            Files.delete(folder);
        }
    }

    @Property(seed = "20261122", tries = 25)
    void fitsOfKernelsStayPhysical(@ForAll Change change, @ForAll long seed) throws IOException {
        Random random = new Random(seed);
        List<String> lines = new ArrayList<>(gemms());
        change.apply(lines, random);
        Path file = Files.createTempFile("gemm", ".csv");
        try {
            Files.writeString(file, String.join("\n", lines));
            List<KernelMeasurement<Gemm>> rows = kernels(file);
            KernelModel<Gemm> model =
                    KernelCalibration.fit(FORM, rows, Confidence.IMPORTED).model();
            double[] terms = model.terms();
            for (int i = 0; i < terms.length; i++) {
                Term term = FORM.terms().get(i);
                assertThat(terms[i]).as(term.name()).isBetween(term.low(), term.high());
            }
            rows.forEach(r -> assertThat(model.seconds(r.shape())).isPositive().isFinite());
        } finally {
            Files.delete(file);
        }
    }

    @Property(seed = "20261122", tries = 12)
    void fitsOfEnginesStayPhysical(@ForAll Change change, @ForAll long seed) throws IOException {
        Path file = Files.createTempFile("bench", ".csv");
        try {
            Files.write(file, mutated("inference_bench.csv", change, new Random(seed)));
            List<EngineMeasurement> rows = readOrSay(f -> InferenceBenchImporter.read(f, NAMES), file).rows().stream()
                    .map(r -> ((EngineRow) r).measurement())
                    .collect(Collectors.toList());
            if (rows.isEmpty()) return;
            EngineFit fit = EngineCalibration.fit(rows);
            for (EngineTerm term : EngineTerm.values()) {
                assertThat(fit.terms().get(term)).as(term.name()).isBetween(term.low(), term.high());
            }
        } finally {
            Files.delete(file);
        }
    }

    private static List<KernelMeasurement<Gemm>> kernels(Path file) {
        List<KernelMeasurement<Gemm>> rows = new ArrayList<>();
        readOrSay(
                f -> {
                    ImportedRows<KernelMeasurement<Gemm>> read = AiconfiguratorProfiles.gemms(f, Precision.BF16);
                    rows.addAll(read.rows());
                    return read;
                },
                file);
        return rows;
    }

    /** The rows, or none where the file is refused as documented, with its name in the message. */
    private static ImportedRows<?> readOrSay(Function<Path, ImportedRows<?>> importer, Path file) {
        try {
            return importer.apply(file);
        } catch (IllegalArgumentException | UncheckedIOException e) {
            assertThat(e.getClass()).isIn(IllegalArgumentException.class, UncheckedIOException.class);
            assertThat(e).hasMessageContaining(file.getFileName().toString());
            assertThat(e.getMessage()).hasSizeLessThan(2000);
            return ImportedRows.none();
        }
    }

    private static byte[] mutated(String name, Change change, Random random) throws IOException {
        List<String> lines = new ArrayList<>(Files.readAllLines(resource(name)));
        change.apply(lines, random);
        String end = random.nextBoolean() ? "\n" : "\r\n";
        return ((random.nextInt(4) == 0 ? "\uFEFF" : "") + String.join(end, lines)).getBytes(StandardCharsets.UTF_8);
    }

    private static Path resource(String name) {
        try {
            return Path.of(java.util.Objects.requireNonNull(MutatedFilesPropertyTest.class.getResource(name))
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A table of products of the generic form, a third slower. */
    private static List<String> gemms() {
        List<String> lines = new ArrayList<>(List.of("gemm_dtype,m,n,k,latency"));
        for (int m : new int[] {1, 16, 64, 256, 1024, 4096}) {
            for (int n : new int[] {1024, 4096, 8192}) {
                for (int k : new int[] {1024, 4096, 11008}) {
                    double seconds =
                            1.3 * FORM.seconds(new Gemm(m, n, k, Precision.BF16, Precision.BF16), FORM.generic());
                    lines.add("bfloat16," + m + "," + n + "," + k + "," + seconds * 1e3);
                }
            }
        }
        return Arrays.asList(lines.toArray(new String[0]));
    }
}
