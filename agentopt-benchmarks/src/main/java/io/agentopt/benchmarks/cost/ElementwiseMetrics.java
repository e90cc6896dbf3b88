package io.agentopt.benchmarks.cost;

import io.agentopt.benchmarks.Metric;
import io.agentopt.cost.importer.ElementwiseKind;
import io.agentopt.cost.importer.ImportedRows;
import io.agentopt.cost.importer.LlmCompassImporter;
import io.agentopt.cost.importer.VidurProfiles;
import io.agentopt.cost.kernel.ElementwiseForm;
import io.agentopt.cost.kernel.KernelMeasurement;
import io.agentopt.cost.kernel.KernelShape.Elementwise;
import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** Norms, activations, sums and softmax of widths that no calibration point has; at most 200 points a device and kind. */
final class ElementwiseMetrics implements CostMetricGroup {
    private static final int POINTS = 200;

    @Override
    public String name() {
        return "Elementwise: tested on all rows of a third of the widths; calibrated on " + POINTS
                + " points of the others";
    }

    @Override
    public List<Metric> run(DataFolders folders) {
        DeviceCatalog devices = DeviceCatalog.packaged();
        List<Metric> metrics = new ArrayList<>();
        for (ElementwiseKind kind :
                List.of(ElementwiseKind.LAYER_NORM, ElementwiseKind.ACTIVATION, ElementwiseKind.ADD)) {
            for (String name : List.of("a100", "a40")) {
                metric(
                                "elementwise." + word(kind) + "." + name,
                                devices.find(name.toUpperCase(Locale.ROOT)),
                                root -> KernelRows.join(
                                        ProfileFiles.named(root.resolve("vidur").resolve(name), "mlp.csv"),
                                        path -> VidurProfiles.elementwise(path, kind)),
                                folders)
                        .ifPresent(metrics::add);
            }
        }
        for (String name : List.of("A100", "MI210")) {
            published("softmax", "cf", ElementwiseKind.SOFTMAX, devices.find(name), name, folders)
                    .ifPresent(metrics::add);
            published("layernorm", "de", ElementwiseKind.LAYER_NORM, devices.find(name), name, folders)
                    .ifPresent(metrics::add);
        }
        return metrics;
    }

    private static Optional<Metric> published(
            String word, String figure, ElementwiseKind kind, DeviceSpec device, String name, DataFolders folders) {
        String file = "llmcompass/figure5/" + figure + "/real_hardware/" + word + "_" + name + ".csv";
        return metric(
                "elementwise." + word + ".llmcompass_" + name.toLowerCase(Locale.ROOT),
                device,
                root -> KernelRows.join(
                        java.util.stream.Stream.of(root.resolve(file))
                                .filter(java.nio.file.Files::exists)
                                .toList(),
                        path -> LlmCompassImporter.elementwise(path, kind)),
                folders);
    }

    private static Optional<Metric> metric(
            String set,
            DeviceSpec device,
            Function<Path, ImportedRows<KernelMeasurement<Elementwise>>> importer,
            DataFolders folders) {
        ImportedRows<KernelMeasurement<Elementwise>> seen = importer.apply(folders.calibrate());
        ImportedRows<KernelMeasurement<Elementwise>> unseen =
                folders.calibrate().equals(folders.test()) ? seen : importer.apply(folders.test());
        if (seen.rows().isEmpty() || ShapeSplit.test(unseen.rows()).isEmpty()) {
            System.out.println("  " + set + ": no rows");
            return Optional.empty();
        }
        KernelBench bench = new KernelBench(set, folders);
        bench.rejected(unseen.rejected());
        // The plain roofline takes every byte from memory, at whatever share of its rate fits.
        bench.splitByShape(
                new ElementwiseForm(device),
                s -> s.bytes() / device.memoryBytesPerSecond(),
                seen.rows(),
                unseen.rows(),
                POINTS);
        return Optional.of(bench.metric());
    }

    private static String word(ElementwiseKind kind) {
        return kind.name().toLowerCase(Locale.ROOT).replace("_", "");
    }
}
