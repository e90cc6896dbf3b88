package io.agentopt.mlir.pass;

import io.agentopt.mlir.ir.MlirModule;
import io.agentopt.mlir.ir.Op;
import java.util.ArrayList;
import java.util.List;

/**
 * An ordered list of passes over a module: immutable, and usable with many modules and contexts.
 *
 * <p>Java passes run between native ones, not inside MLIR's pass manager: Java then never runs on top of a native frame, where a thrown exception would
 * end the process. The IR cannot tell the difference; each step is verified either way.
 */
public final class Pipeline {
    private sealed interface Step {
        String name();

        record Native(String text) implements Step {
            /** The pass without its options; of several passes, the text. */
            @Override
            public String name() {
                return text.matches("[a-z0-9-]+\\{[^,(]*}") ? text.substring(0, text.indexOf('{')) : text;
            }
        }

        record OverModule(String name, JavaPass pass) implements Step {}

        record OverGraphs(String name, JavaPass pass) implements Step {}
    }

    private final List<Step> steps;

    private Pipeline(List<Step> steps) {
        this.steps = List.copyOf(steps);
    }

    /** {@return a pipeline without passes} */
    public static Pipeline empty() {
        return new Pipeline(List.of());
    }

    /**
     * {@return the pipeline that MLIR's textual form names, as {@code canonicalize,cse}; a pass that is not there is reported when it runs}
     *
     * @throws IllegalArgumentException when the brackets do not match or a pass is missing between commas
     */
    public static Pipeline of(String passes) {
        return empty().then(passes);
    }

    /** {@return this pipeline, and then the passes that the text names} */
    public Pipeline then(String passes) {
        Pipeline longer = this;
        for (String pass : PassNames.split(passes)) longer = longer.with(new Step.Native(pass));
        return longer;
    }

    /** {@return this pipeline, and then a Java pass that is given the module's root} */
    public Pipeline then(String name, JavaPass pass) {
        return with(new Step.OverModule(name, pass));
    }

    /** {@return this pipeline, and then a Java pass that is given each {@code agent.graph} of the module} */
    public Pipeline thenEachGraph(String name, JavaPass pass) {
        return with(new Step.OverGraphs(name, pass));
    }

    /** {@return the names of the passes, in order} */
    public List<String> names() {
        return steps.stream().map(Step::name).toList();
    }

    /** Runs without an observer; see {@link #run(MlirModule, PassObserver)}. */
    public void run(MlirModule module) {
        run(module, PassObserver.NONE);
    }

    /**
     * Verifies the module and runs the passes in order, verifying after each. Every handle fetched before a pass is stale after it. Without an observer,
     * neighbouring native passes run in one call.
     *
     * @throws io.agentopt.mlir.ir.MlirException when the module does not verify, before or after a pass, or when a native pass fails or does not exist
     */
    public void run(MlirModule module, PassObserver observer) {
        module.verify();
        for (Step step : observer.equals(PassObserver.NONE) ? joined() : steps) {
            switch (step) {
                case Step.Native(String text) -> module.run(text);
                case Step.OverModule(String name, JavaPass pass) -> runJava(module, name, pass, List.of(module.root()));
                case Step.OverGraphs(String name, JavaPass pass) -> runJava(module, name, pass, graphs(module));
            }
            observer.after(step.name(), module::print);
        }
    }

    /** Graphs are ops of the module's own block; what is inside them is not looked through. */
    private static List<Op> graphs(MlirModule module) {
        return module.body().ops().stream().filter(op -> op.is("agent.graph")).toList();
    }

    private List<Step> joined() {
        List<Step> joined = new ArrayList<>();
        for (Step step : steps) {
            if (step instanceof Step.Native(String next)
                    && !joined.isEmpty()
                    && joined.getLast() instanceof Step.Native(String before)
                    && !(before + next).contains("builtin.module")) {
                joined.set(joined.size() - 1, new Step.Native(before + "," + next));
            } else {
                joined.add(step);
            }
        }
        return joined;
    }

    private static void runJava(MlirModule module, String name, JavaPass pass, List<Op> anchors) {
        try {
            for (Op anchor : anchors) pass.run(anchor);
        } finally {
            module.endEpoch("pass '" + name + "' ran");
        }
        module.verify();
    }

    private Pipeline with(Step step) {
        List<Step> longer = new ArrayList<>(steps);
        longer.add(step);
        return new Pipeline(longer);
    }
}
