package io.agentopt.examples.demo;

import io.agentopt.examples.support.HeldOut;
import io.agentopt.lower.IrDump;
import io.agentopt.lower.LoweringCosts;
import io.agentopt.lower.MlirLowering;
import io.agentopt.mlir.ffi.Availability;
import io.agentopt.mlir.ffi.Mlir;
import io.agentopt.plan.Plan;
import io.agentopt.runtime.llm.ModelStore;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

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
            lower(
                    stages(args),
                    Path.of("models"),
                    dump -> System.out.println("// ---- " + dump.stage() + "\n" + dump.text()));
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
        return args[1].equals("all") ? MlirLowering.stages() : new TreeSet<>(Arrays.asList(args[1].split(",", -1)));
    }

    /** Plans and lowers the agent, with the models of a folder, and hands over its IR after each of these stages. */
    static void lower(Set<String> stages, Path folder, Consumer<IrDump> listener) {
        ModelStore models = ModelStore.of(folder);
        RentedFleet rented = new RentedFleet(
                HeldOut.read(folder.resolve(Demo.LLM).resolve("heldout")), Demo.EMBEDDER, models.catalog());
        Plan<?, ?> plan = rented.mixed();
        new MlirLowering(LoweringCosts.of(plan)).printing(stages, listener).lower(rented.graph(), plan.placement());
    }
}
