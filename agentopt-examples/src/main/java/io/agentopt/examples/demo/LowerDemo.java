package io.agentopt.examples.demo;

import io.agentopt.examples.support.HeldOut;
import io.agentopt.lower.LoweringCosts;
import io.agentopt.lower.MlirLowering;
import io.agentopt.mlir.ffi.Availability;
import io.agentopt.mlir.ffi.Mlir;
import io.agentopt.plan.Plan;
import io.agentopt.runtime.llm.pack.ModelStore;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/**
 * {@code ./build lower [--print-after PASS[,PASS...]]}: the demonstration agent on the rented fleet in the agent dialect, after every pass or after those
 * named; {@code input} is before the first.
 */
public final class LowerDemo {
    private static final String OPTION = "--print-after";

    private LowerDemo() {}

    /** Prints the IR. */
    public static void main(String[] args) {
        try {
            if (Mlir.availability() instanceof Availability.Unavailable(String reason))
                throw new IllegalArgumentException("There is no IR here: " + reason);
            print(stages(args));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        }
    }

    static Set<String> stages(String[] args) {
        if (args.length == 0) return MlirLowering.stages();
        if (args.length != 2 || !args[0].equals(OPTION)) {
            throw new IllegalArgumentException("./build lower takes " + OPTION + " PASS[,PASS...] or nothing, not '"
                    + String.join(" ", args) + "'. Passes: " + String.join(", ", MlirLowering.stages()) + ".");
        }
        return args[1].equals("all") ? MlirLowering.stages() : new TreeSet<>(Set.of(args[1].split(",", -1)));
    }

    private static void print(Set<String> stages) {
        ModelStore models = ModelStore.of(Path.of("models"));
        RentedFleet rented =
                new RentedFleet(HeldOut.read(Path.of("models", Demo.LLM, "heldout")), Demo.EMBEDDER, models.catalog());
        Plan<?, ?> plan = rented.mixed();
        new MlirLowering(LoweringCosts.of(plan))
                .printing(stages, dump -> System.out.println("// ---- " + dump.stage() + "\n" + dump.text()))
                .lower(rented.graph(), plan.placement());
    }
}
