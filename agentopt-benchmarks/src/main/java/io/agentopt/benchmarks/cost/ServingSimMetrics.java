package io.agentopt.benchmarks.cost;

import io.agentopt.benchmarks.Metric;
import io.agentopt.cost.importer.ImportedRows;
import io.agentopt.cost.importer.LlmServingSimKernels;
import io.agentopt.cost.kernel.GemmForm;
import io.agentopt.cost.kernel.KernelForm;
import io.agentopt.cost.kernel.KernelMeasurement;
import io.agentopt.cost.kernel.KernelShape;
import io.agentopt.cost.kernel.StepAttentionForm;
import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.ModelCatalog;
import io.agentopt.model.ModelSpec;
import io.agentopt.model.Precision;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Kernels of Llama-3.1-8B on one RTX PRO 6000, of shapes that no calibration point has, and from one degree of parallelism to another. */
final class ServingSimMetrics implements CostMetricGroup {
    private static final int POINTS = 200;
    private static final String FOLDER = "llmservingsim/rtxpro6000_llama-3.1-8b";

    @Override
    public String name() {
        return "LLMServingSim, RTX PRO 6000: tested on all rows of a third of the shapes, or on all of degree 2; calibrated on "
                + POINTS + " points of the others, or of degree 1";
    }

    @Override
    public List<Metric> run(DataFolders folders) {
        DeviceSpec device = DeviceCatalog.packaged().find("RTX-PRO-6000");
        GemmForm gemm = new GemmForm(device, Precision.BF16);
        StepAttentionForm attention = new StepAttentionForm(device, Precision.BF16);
        List<Metric> metrics = new ArrayList<>();
        held(folders, "llmservingsim.dense", gemm, products(folders.calibrate()), products(folders.test()))
                .forEach(metrics::add);
        held(folders, "llmservingsim.attention", attention, attention(folders.calibrate()), attention(folders.test()))
                .forEach(metrics::add);
        return metrics;
    }

    private static <S extends KernelShape> List<Metric> held(
            DataFolders folders,
            String set,
            KernelForm<S> form,
            List<ImportedRows<KernelMeasurement<S>>> seen,
            List<ImportedRows<KernelMeasurement<S>>> unseen) {
        if (seen.size() < 2 || unseen.size() < 2) {
            System.out.println("  " + set + ": no files");
            return List.of();
        }
        KernelBench shapes = new KernelBench(set + ".held_out", folders);
        shapes.splitByShape(
                form,
                Stream.concat(seen.get(0).rows().stream(), seen.get(1).rows().stream())
                        .toList(),
                Stream.concat(unseen.get(0).rows().stream(), unseen.get(1).rows().stream())
                        .toList(),
                POINTS);
        KernelBench degree = new KernelBench(set + ".tp1_to_tp2", folders);
        degree.transfer(form, form, seen.get(0).rows(), unseen.get(1).rows(), POINTS);
        return List.of(shapes.metric(), degree.metric());
    }

    private static List<ImportedRows<KernelMeasurement<KernelShape.Gemm>>> products(Path root) {
        return degrees(root).stream()
                .map(d -> KernelRows.join(List.of(d.file("dense.csv"), d.file("per_sequence.csv")), d.kernels::gemms))
                .toList();
    }

    private static List<ImportedRows<KernelMeasurement<KernelShape.StepAttention>>> attention(Path root) {
        return degrees(root).stream()
                .map(d -> d.kernels.attention(d.file("attention.csv")))
                .toList();
    }

    private record Degree(Path folder, LlmServingSimKernels kernels) {
        /** Packed or not. */
        Path file(String name) {
            Path plain = folder.resolve(name);
            return Files.exists(plain) ? plain : folder.resolve(name + ".gz");
        }
    }

    private static List<Degree> degrees(Path root) {
        ModelSpec model = ModelCatalog.packaged().find("meta-llama/Meta-Llama-3.1-8B");
        return Stream.of(1, 2)
                .map(n -> new Degree(root.resolve(FOLDER).resolve("tp" + n), new LlmServingSimKernels(model, n)))
                .filter(d -> Files.isDirectory(d.folder))
                .toList();
    }
}
