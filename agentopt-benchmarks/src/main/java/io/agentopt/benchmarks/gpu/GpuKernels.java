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
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
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
     * @param options {@code --chip CHIP} to compile for (sm_90), {@code --code FOLDER} of files compiled before instead, {@code --bytes N} that a case
     *     moves, {@code --driver FILE}, {@code --only KERNEL}
     */
    public static BenchReport run(List<String> options) {
        String folder = option(options, "--code", ""), chip = option(options, "--chip", "sm_90");
        long bytes = Long.parseLong(option(options, "--bytes", Long.toString(2L << 30)));
        String file = option(options, "--driver", ""), only = option(options, "--only", "");
        GpuDriver driver =
                switch (file.isEmpty() ? GpuDriver.open(GpuApi.CUDA) : GpuDriver.open(GpuApi.CUDA, Path.of(file))) {
                    case GpuDriver.Opened opened -> opened.driver();
                    case GpuDriver.Absent absent -> throw new IllegalArgumentException(absent.reason());
                };
        Map<String, KernelDefinition> definitions =
                KernelCatalog.all().stream().collect(Collectors.toMap(KernelDefinition::name, Function.identity()));
        List<Metric> metrics = new ArrayList<>();
        try (GpuContext context = driver.context(0);
                GpuStream stream = context.stream()) {
            System.out.println(context.device());
            for (GpuCase measured : GpuCase.moving(bytes)) {
                if (!only.isEmpty() && !measured.spec().name().equals(only)) continue;
                KernelDefinition definition = definitions.get(measured.spec().name());
                if (definition == null) {
                    System.out.println(measured.name() + ": no such kernel");
                    continue;
                }
                Map<String, GpuCode> codes = folder.isEmpty()
                        ? Map.of(measured.name(), compiled(chip, definition, measured))
                        : kept(Path.of(folder), measured.name());
                try (GpuRun run = new GpuRun(context, stream, measured, definition)) {
                    codes.forEach((name, code) -> measure(run, name, code, metrics));
                } catch (GpuException e) {
                    System.out.println(measured.name() + ": " + e.getMessage());
                }
            }
        }
        metrics.addFirst(worst("worst_numeric_error_f32", "error.", metrics, true));
        metrics.addFirst(worst("worst_share_of_copy", "share_of_copy.", metrics, false));
        return new BenchReport("kernels-gpu", metrics);
    }

    private static void measure(GpuRun run, String name, GpuCode code, List<Metric> metrics) {
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
        metrics.add(Metric.of("share_of_copy." + name, share, "share").goal(GOAL));
        metrics.add(Metric.of("bandwidth." + name, result.bytesPerSecond() / 1e9, "GB/s")
                .peer("device copy", result.copyBytesPerSecond() / 1e9));
        metrics.add(Metric.of("error." + name, result.error(), run.errorUnit()).goal("<= 0.00001"));
    }

    private static GpuCode compiled(String chip, KernelDefinition definition, GpuCase measured) {
        GpuCompiler compiler = new GpuCompiler(new GpuTarget.Nvidia(chip));
        return new GpuKernelCompiler(compiler, KernelCache.ofUser()).code(definition, measured.spec());
    }

    /** {@return the code of a case, NAME.ptx, then other schedules of it, NAME@SCHEDULE.ptx, which are printed but are no metrics} */
    private static Map<String, GpuCode> kept(Path folder, String name) {
        Map<String, GpuCode> codes = new TreeMap<>();
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                String stem = file.getFileName().toString().replaceAll("\\.ptx$", "");
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

    private static String option(List<String> options, String name, String otherwise) {
        int at = options.indexOf(name);
        return at < 0 ? otherwise : options.get(at + 1);
    }
}
