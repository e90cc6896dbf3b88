package io.agentopt.lower;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.mlir.ffi.RequiresMlir;
import io.agentopt.mlir.ir.MlirContext;
import io.agentopt.mlir.ir.MlirModule;
import io.agentopt.mlir.pass.JavaPass;
import io.agentopt.mlir.pass.Pipeline;
import io.agentopt.plan.Placement;
import io.agentopt.plan.granular.OperatorId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each pass alone: {@code golden/PASS/before.mlir}, written by hand, becomes {@code after.mlir}; see {@link GoldenFiles}. */
@RequiresMlir
class PassGoldenTest {
    private static final Map<String, Pipeline> PASSES = passes();

    private static Map<String, Pipeline> passes() {
        Map<OperatorId, String> classes = new TreeMap<>();
        classes.put(OperatorId.prefill("apart"), "H100");
        classes.put(OperatorId.decode("apart"), "MI300X");
        for (String node : Set.of("together", "short")) {
            classes.put(OperatorId.prefill(node), "H100");
            classes.put(OperatorId.decode(node), "H100");
        }
        classes.put(OperatorId.prefill("away"), "hosted");
        classes.put(OperatorId.decode("away"), "hosted");
        for (String node : Set.of("search", "each/lookup", "each/load", "each/store"))
            classes.put(OperatorId.whole(node), "cpu");
        classes.put(OperatorId.whole("embed"), "H100");
        Placement placement = new Placement("cpu", classes);

        Map<OperatorId, Double> seconds = new TreeMap<>();
        for (String node : Set.of("together", "a", "b", "c", "apart")) {
            seconds.put(OperatorId.prefill(node), 0.02);
            seconds.put(OperatorId.decode(node), 0.5);
        }
        for (String node : Set.of("short", "d", "e")) {
            seconds.put(OperatorId.prefill(node), 1e-4);
            seconds.put(OperatorId.decode(node), 0.5);
        }
        seconds.put(OperatorId.whole("slow"), 0.9);
        seconds.put(OperatorId.whole("fast"), 0.01);
        seconds.put(OperatorId.whole("order 1"), 0.01);
        seconds.put(OperatorId.whole("order 2"), 0.3);
        seconds.put(OperatorId.whole("embed"), 0.02);
        seconds.put(OperatorId.whole("search"), 0.03);
        LoweringCosts costs = PlannedCostsTest.timed(
                Set.of("hosted"), seconds, Map.of(OperatorId.prefill("large"), 4, OperatorId.decode("large"), 4));
        return Map.of(
                "remove-dead-and-common",
                Pipeline.of("canonicalize,cse"),
                "hoist-invariant",
                Pipeline.of("loop-invariant-code-motion"),
                DecomposeGenerate.NAME,
                graphs(DecomposeGenerate.NAME, new DecomposeGenerate(placement, costs)),
                MergeSharedPrefix.NAME,
                graphs(MergeSharedPrefix.NAME, new MergeSharedPrefix(costs)),
                ApplyPlacement.NAME,
                graphs(ApplyPlacement.NAME, new ApplyPlacement(placement, costs)),
                ShardModels.NAME,
                graphs(ShardModels.NAME, new ShardModels(costs)),
                FuseTransforms.NAME,
                graphs(FuseTransforms.NAME, new FuseTransforms("again"::equals)),
                InsertTransfers.NAME,
                graphs(InsertTransfers.NAME, new InsertTransfers("cpu")),
                Schedule.NAME,
                graphs(Schedule.NAME, new Schedule()),
                OutlineKernels.NAME,
                Pipeline.empty().then(OutlineKernels.NAME, new OutlineKernels()));
    }

    private static Pipeline graphs(String name, JavaPass pass) {
        return Pipeline.empty().thenEachGraph(name, pass);
    }

    static Set<String> names() {
        return PASSES.keySet();
    }

    @ParameterizedTest
    @MethodSource("names")
    void theIrBeforeBecomesTheIrAfter(String pass) throws IOException {
        Path folder = GoldenFiles.folder(pass);
        GoldenFiles.check(
                folder.resolve("after.mlir"), run(pass, Files.readString(folder.resolve("before.mlir")), true));
    }

    /** A second run finds nothing more to do. */
    @ParameterizedTest
    @MethodSource("names")
    void aSecondRunChangesNothing(String pass) throws IOException {
        if (pass.equals(ApplyPlacement.NAME) || pass.equals(ShardModels.NAME))
            return; // they write what is not read again
        String once = run(pass, Files.readString(GoldenFiles.folder(pass).resolve("before.mlir")), false);
        assertThat(run(pass, once, false)).isEqualTo(once);
    }

    private static String run(String pass, String text, boolean plain) {
        try (MlirContext context = MlirContext.create();
                MlirModule module = context.parse(text, pass)) {
            Objects.requireNonNull(PASSES.get(pass)).run(module);
            return plain ? module.print() : module.printWithLocations();
        }
    }

    @Test
    void everyPassOfTheLoweringHasGoldenFiles() {
        Set<String> mlirs = Set.of(MlirLowering.INPUT, "canonicalize", "cse", "loop-invariant-code-motion");
        assertThat(MlirLowering.stages().stream().filter(s -> !mlirs.contains(s)))
                .allMatch(PASSES::containsKey);
    }
}
