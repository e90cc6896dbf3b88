package io.agentopt.benchmarks.lower;

import io.agentopt.benchmarks.BenchReport;
import io.agentopt.benchmarks.Metric;
import io.agentopt.graph.AgentGraph;
import io.agentopt.lower.GraphIr;
import io.agentopt.lower.MlirLowering;
import io.agentopt.mlir.ffi.Availability;
import io.agentopt.mlir.ffi.Mlir;
import io.agentopt.mlir.ir.MlirContext;
import io.agentopt.mlir.ir.MlirModule;
import io.agentopt.plan.Placement;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * {@code ./build bench lower}: milliseconds of each part of lowering, for agents of 10 to 10,000 operators; medians in a warm process.
 *
 * <p>{@code passes_vs_mlir_opt.N}: MLIR's own passes of the pipeline, called through the library, verifier behind each included, divided by what mlir-opt's
 * timing says of the same passes on the same module. {@code first_use_ms}: the first lowering of a new JVM.
 */
public final class LowerBench {
    private static final List<Integer> SIZES = List.of(10, 100, 1_000, 10_000);
    private static final List<String> COMPARED = List.of("canonicalize", "cse", "loop-invariant-code-motion");
    private static final int PROCESSES = 15;
    private static final long SEED = 4;

    private LowerBench() {}

    /** Runs it; it has no options. */
    public static BenchReport run(List<String> options) {
        if (!options.isEmpty())
            throw new IllegalArgumentException("Bench 'lower' has no options, but got " + options + ".");
        if (Mlir.availability() instanceof Availability.Unavailable(String reason))
            throw new IllegalArgumentException("Bench 'lower' needs the MLIR library. " + reason);
        List<Metric> metrics = new ArrayList<>();
        Optional<OptTiming> opt = peer();
        for (int size : SIZES) {
            System.out.println("... " + size + " operators");
            metrics.addAll(of(size, opt));
        }
        metrics.add(Metric.of("first_use_ms", firstUse(), "ms").goal("<= 400"));
        return new BenchReport("lower", metrics);
    }

    private static Optional<OptTiming> peer() {
        try {
            System.out.println("... building mlir-opt with the agent dialect (once)");
            return Optional.of(OptTiming.build());
        } catch (IOException e) {
            System.out.println("no peer: " + e.getMessage());
            return Optional.empty();
        }
    }

    private static List<Metric> of(int size, Optional<OptTiming> opt) {
        AgentGraph<String, String> graph = GeneratedGraph.of(size, SEED);
        Placement placement = GeneratedGraph.placed(graph, SEED);
        byte[] written = GraphIr.write(graph);
        String text = text(written);
        int rounds = Math.clamp(200_000 / size, 12, 1_500);
        Laps laps = new Laps();
        for (int i = 0; i < rounds; i++) {
            round(graph, placement, written, text, laps);
            if (i == rounds / 2) laps.forget(); // the first half is for the compiler
        }
        List<Metric> metrics = new ArrayList<>();
        laps.medians().forEach((part, ms) -> {
            Metric metric = Metric.of(part + "_ms." + size, ms, "ms");
            metrics.add(part.equals("pipeline") && size == 1_000 ? metric.goal("<= 10") : metric);
        });
        opt.ifPresent(o -> metrics.add(compared(o, size, written, laps.median("compared"))));
        return metrics;
    }

    private static Metric compared(OptTiming opt, int size, byte[] written, double ours) {
        try {
            double theirs = opt.seconds(written, COMPARED, PROCESSES) * 1e3;
            Metric ratio = Metric.of("passes_vs_mlir_opt." + size, ours / theirs, "ratio");
            System.out.printf(Locale.ROOT, "    %s: %.3f ms here, %.3f ms in mlir-opt%n", COMPARED, ours, theirs);
            return size >= 1_000 ? ratio.goal("<= 1.10") : ratio;
        } catch (IOException e) {
            throw new IllegalStateException("mlir-opt failed: " + e.getMessage(), e);
        }
    }

    private static void round(AgentGraph<?, ?> graph, Placement placement, byte[] written, String text, Laps laps) {
        laps.start();
        new MlirLowering().lower(graph, placement);
        laps.lap("pipeline");
        Map<String, Integer> again = new LinkedHashMap<>();
        new MlirLowering()
                .observed((pass, ir) -> {
                    int times = again.merge(pass, 1, Integer::sum);
                    laps.lap("pass." + (pass.equals(MlirLowering.INPUT) ? "write" : pass)
                            + (times > 1 ? "." + times : ""));
                })
                .lower(graph, placement);
        laps.lap("read_program");
        try (MlirContext context = MlirContext.create()) {
            laps.start();
            MlirModule parsed = context.parse(text, "bench");
            laps.lap("parse");
            parsed.verify();
            laps.lap("verify");
            byte[] saved = parsed.bytecode();
            laps.lap("save");
            MlirModule loaded = context.read(saved, "bench");
            laps.lap("load");
            loaded.close();
            parsed.close();
        }
        try (MlirContext context = MlirContext.create();
                MlirModule module = context.read(written, "bench")) {
            module.verify();
            laps.start();
            module.run(String.join(",", COMPARED));
            laps.lap("compared");
        }
    }

    private static String text(byte[] bytecode) {
        try (MlirContext context = MlirContext.create();
                MlirModule module = context.read(bytecode, "bench")) {
            return module.printWithLocations();
        }
    }

    private static double firstUse() {
        try {
            double[] all = new double[7];
            for (int i = 0; i < all.length; i++) all[i] = FirstUse.inNewProcess();
            Arrays.sort(all);
            return all[all.length / 2];
        } catch (IOException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }
}
