package io.agentopt.benchmarks.gpu;

import io.agentopt.benchmarks.BenchReport;
import io.agentopt.benchmarks.Metric;
import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernels.KernelCatalog;
import io.agentopt.mlir.codegen.GpuCode;
import io.agentopt.mlir.codegen.GpuCompiler;
import io.agentopt.mlir.codegen.GpuKernelCompiler;
import io.agentopt.mlir.codegen.GpuTarget;
import io.agentopt.mlir.codegen.KernelCache;
import io.agentopt.mlir.gpu.GpuApi;
import io.agentopt.mlir.gpu.GpuContext;
import io.agentopt.mlir.gpu.GpuDriver;
import io.agentopt.mlir.gpu.GpuException;
import io.agentopt.mlir.gpu.GpuStream;
import io.agentopt.mlir.ir.MlirException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** {@code ./build bench kernels-gpu}: each kernel against a device copy of the same bytes. */
public final class GpuKernels {
    private static final String GOAL = ">= 0.95";
    private static final String VARIANT = "@";

    private GpuKernels() {}

    /** Runs without the other benches' class path. */
    public static void main(String[] args) {
        run(List.of(args)).publish();
    }

    /**
     * {@return the metrics}
     *
     * @param options see {@link GpuOptions}
     * @throws IllegalArgumentException when there is no GPU, or no code is made for it
     */
    public static BenchReport run(List<String> options) {
        GpuOptions chosen = GpuOptions.of(options);
        List<GpuCase> cases =
                GpuCase.moving(chosen.bytes()).stream().filter(chosen::wants).toList();
        if (cases.isEmpty()) {
            throw new IllegalArgumentException("No case of bench 'kernels-gpu' is '" + chosen.only() + "'. Known: "
                    + GpuCase.moving(chosen.bytes()).stream().map(GpuCase::name).collect(Collectors.joining(", "))
                    + ".");
        }
        List<Metric> metrics = new ArrayList<>();
        try (GpuContext context = driver(chosen).context(0);
                GpuStream stream = context.stream()) {
            GpuTarget target =
                    GpuTarget.of(chosen.chip().orElse(context.device().architecture()));
            System.out.println(context.device() + ", " + context.device().architecture() + "; code for "
                    + chosen.code().map(Path::toString).orElse(target.chip()));
            for (GpuCase measured : cases) {
                KernelDefinition definition = definition(measured);
                try (GpuRun run = new GpuRun(context, stream, measured, definition)) {
                    Map<String, GpuCode> codes = chosen.code().isPresent()
                            ? kept(chosen.code().get(), measured.name())
                            : Map.of(measured.name(), compiled(target, definition, measured));
                    codes.forEach((name, code) -> measure(run, name, code, measured.goal(), metrics));
                } catch (GpuException | MlirException e) {
                    System.out.println(measured.name() + ": " + e.getMessage());
                }
            }
        }
        metrics.addFirst(worst("worst_numeric_error_f32", "error.", metrics, true));
        metrics.addFirst(worst("worst_share_of_copy", "share_of_copy.", metrics, false));
        return new BenchReport("kernels-gpu", metrics);
    }

    private static GpuDriver driver(GpuOptions options) {
        List<String> reasons = new ArrayList<>();
        for (GpuApi api : GpuApi.values()) {
            switch (options.driver().map(file -> GpuDriver.open(api, file)).orElseGet(() -> GpuDriver.open(api))) {
                case GpuDriver.Opened(GpuDriver driver)
                when !driver.devices().isEmpty() -> {
                    return driver;
                }
                case GpuDriver.Opened _ -> reasons.add("The " + api.vendor() + " driver lists no device.");
                case GpuDriver.Absent(String reason) -> reasons.add(reason);
            }
        }
        throw new IllegalArgumentException("There is no GPU to measure kernels on. " + String.join(" ", reasons));
    }

    static KernelDefinition definition(GpuCase measured) {
        return KernelCatalog.all().stream()
                .filter(d -> d.name().equals(measured.spec().name()))
                .findFirst()
                .orElseThrow();
    }

    static GpuCode compiled(GpuTarget target, KernelDefinition definition, GpuCase measured) {
        return new GpuKernelCompiler(new GpuCompiler(target), KernelCache.ofUser()).code(definition, measured.spec());
    }

    private static void measure(GpuRun run, String name, GpuCode code, GpuCase.Goal goal, List<Metric> metrics) {
        GpuRun.Result result = run.run(code);
        double share = result.bytesPerSecond() / result.copyBytesPerSecond();
        System.out.printf(
                Locale.ROOT,
                "%-44s %7.0f GB/s  copy %7.0f GB/s  share %.3f  error %.2e  registers %3d  threads %4d  load %.1f ms%n",
                name,
                result.bytesPerSecond() / 1e9,
                result.copyBytesPerSecond() / 1e9,
                share,
                result.error(),
                result.registers(),
                code.threads(),
                result.loadSeconds() * 1e3);
        if (name.contains(VARIANT)) return;
        if (goal == GpuCase.Goal.COPY)
            metrics.add(Metric.of("share_of_copy." + name, share, "share").goal(GOAL));
        metrics.add(Metric.of("bandwidth." + name, result.bytesPerSecond() / 1e9, "GB/s")
                .peer("device copy", result.copyBytesPerSecond() / 1e9));
        metrics.add(Metric.of("error." + name, result.error(), run.errorUnit()).goal("<= 0.00001"));
    }

    /** {@return the code of a case, NAME.ptx, then other schedules of it, NAME@SCHEDULE.ptx, which are printed but are no metrics} */
    private static Map<String, GpuCode> kept(Path folder, String name) {
        Map<String, GpuCode> codes = new TreeMap<>();
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                String stem = file.getFileName().toString().replaceAll("\\.(ptx|hsaco)$", "");
                if (stem.equals(name) || stem.startsWith(name + VARIANT))
                    codes.put(stem, GpuCode.ofBytes(Files.readAllBytes(file), stem));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The kernels' code in '" + folder + "' cannot be read.", e);
        }
        if (codes.isEmpty()) System.out.println(name + ": no code in " + folder);
        return codes;
    }

    private static Metric worst(String name, String of, List<Metric> metrics, boolean largest) {
        var values = metrics.stream().filter(m -> m.name().startsWith(of)).mapToDouble(Metric::value);
        double value = (largest ? values.max() : values.min()).orElse(Double.NaN);
        return Metric.of(name, value, largest ? "of its scale" : "share").goal(largest ? "<= 0.00001" : GOAL);
    }
}
