package io.agentopt.benchmarks.kernels;

import io.agentopt.benchmarks.BenchReport;
import io.agentopt.benchmarks.Metric;
import io.agentopt.benchmarks.gpu.GpuKernels;
import java.lang.foreign.Arena;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * {@code ./build bench kernels [--only PREFIX] [--rounds N] [--docs]}: every compiled kernel beside plain Java, the Vector API and the
 * libraries that have it, in cache and from memory, with the bandwidth ceiling taken in the same rounds. {@code --gpu} runs those on this machine's GPU
 * instead; see {@link GpuKernels}.
 */
public final class KernelsBench {
    private static final List<KernelFamily> FAMILIES = List.of(
            new CosineFamily(),
            new CosineTopKFamily(),
            new TopKFamily(),
            new MeanPoolFamily(),
            new GatherFamily(),
            new KvFamily(),
            new ResizeFamily(),
            new LogMelFamily(),
            new LogMelScaleFamily(),
            new SoftmaxFamily(),
            new NormFamily(),
            new SampleFamily());
    private static final long WINDOW_NANOS = TimeUnit.MILLISECONDS.toNanos(15);

    private KernelsBench() {}

    /** Runs the cases that are asked for. */
    public static BenchReport run(List<String> options) {
        if (options.contains("--gpu")) {
            return GpuKernels.run(
                    options.stream().filter(o -> !o.equals("--gpu")).toList());
        }
        KernelsOptions chosen = KernelsOptions.of(options);
        Rounds rounds = new Rounds(chosen.rounds(), WINDOW_NANOS);
        List<CaseResult> results = new ArrayList<>();
        for (KernelFamily family : FAMILIES) {
            List<String> kernels = family.kernels().stream()
                    .filter(k -> k.startsWith(chosen.only()))
                    .toList();
            if (!kernels.isEmpty()) System.out.printf("%n%s%n", family.name());
            for (String kernel : kernels) {
                for (Size size : Size.values()) results.add(measure(family, kernel, size, rounds));
            }
        }
        if (results.isEmpty()) {
            throw new IllegalArgumentException("No kernel of bench 'kernels' begins with '" + chosen.only()
                    + "'. Known: "
                    + String.join(
                            ", ",
                            FAMILIES.stream().flatMap(f -> f.kernels().stream()).toList()) + ".");
        }
        if (chosen.docs()) KernelsPage.rewrite(KernelsPage.FILE, results, LocalDate.now(ZoneOffset.UTC));
        List<Metric> metrics = new ArrayList<>(WorstOf.metrics(results));
        results.forEach(r -> metrics.addAll(r.metrics()));
        return new BenchReport("kernels", metrics);
    }

    private static CaseResult measure(KernelFamily family, String kernel, Size size, Rounds rounds) {
        try (Arena arena = Arena.ofShared()) {
            KernelCase one = family.prepare(kernel, size, arena);
            CaseResult result = CaseResult.of(one, rounds.time(one.contenders()));
            result.print();
            return result;
        }
    }
}
