package io.agentopt.lower;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.Bindings;
import io.agentopt.mlir.ir.MlirContext;
import io.agentopt.mlir.ir.OperatorKinds;
import io.agentopt.operator.Custom;
import io.agentopt.program.Program;
import io.agentopt.program.Step;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The custom operators of a graph as operator kinds of the compiler: a dialect for each family, an op for each kind, with its number of operands, one result,
 * and what its owner promises. Types are those of the graph, which were checked when it was declared.
 */
public final class CustomKinds {
    private CustomKinds() {}

    static List<OperatorKinds> of(AgentGraph<?, ?> graph) {
        List<Custom<?>> found = new ArrayList<>();
        graph.calls().values().forEach(call -> {
            if (call.operator() instanceof Custom<?> c) found.add(c);
        });
        return of(found);
    }

    static List<OperatorKinds> of(Bindings bindings) {
        return of(bindings.customs());
    }

    /** What IRDL has to know of an operator. */
    private record Shape(int arity, Custom.Effects effects) {}

    private static List<OperatorKinds> of(Collection<Custom<?>> operators) {
        Map<String, Shape> shapes = new TreeMap<>();
        for (Custom<?> c : operators) shapes.put(c.name(), new Shape(c.arity(), c.effects()));
        return kinds(shapes);
    }

    private static List<OperatorKinds> kinds(Map<String, Shape> operators) {
        Map<String, Map<String, Shape>> families = new TreeMap<>();
        operators.forEach(
                (name, shape) -> families.computeIfAbsent(name.substring(0, name.indexOf('.')), f -> new TreeMap<>())
                        .put(name, shape));
        List<OperatorKinds> kinds = new ArrayList<>();
        families.forEach((family, ops) -> kinds.add(family(family, ops)));
        return kinds;
    }

    private static OperatorKinds family(String family, Map<String, Shape> ops) {
        StringBuilder irdl = new StringBuilder("irdl.dialect @" + family + " {\n");
        ops.forEach((name, shape) -> {
            String kind = name.substring(family.length() + 1);
            irdl.append("  irdl.operation @").append(kind).append(" {\n");
            StringBuilder ports = new StringBuilder();
            for (int i = 0;
                    i < shape.arity();
                    i++) { // a constraint of its own each: one that is shared would make types equal
                irdl.append("    %i").append(i).append(" = irdl.any\n");
                ports.append(i == 0 ? "i" : ", i").append(i).append(": %i").append(i);
            }
            irdl.append("    %o = irdl.any\n    irdl.operands(")
                    .append(ports)
                    .append(")\n    irdl.results(o: %o)\n  }\n");
        });
        OperatorKinds kinds = OperatorKinds.ofIrdl(irdl.append("}\n").toString(), "custom operators of " + family);
        for (Map.Entry<String, Shape> op : ops.entrySet())
            kinds = kinds.promising(op.getKey(), promise(op.getValue().effects()));
        return kinds;
    }

    private static OperatorKinds.Effects promise(Custom.Effects effects) {
        return switch (effects) {
            case PURE -> OperatorKinds.Effects.NONE;
            case IDEMPOTENT, OUTSIDE -> OperatorKinds.Effects.ANY;
        };
    }

    /** Lets a context know the custom operators of a program, so that it reads the program's IR; what it knows already stays. */
    public static void load(MlirContext context, Program program) {
        Map<String, Shape> found = new TreeMap<>();
        for (Step step : program.allSteps()) {
            if (step instanceof Step.Custom c && !context.defines(c.operator()))
                found.put(c.operator(), new Shape(c.operands().size(), c.effects()));
        }
        load(context, kinds(found));
    }

    static void load(MlirContext context, List<OperatorKinds> kinds) {
        kinds.forEach(context::load);
    }
}
