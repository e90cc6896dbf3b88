package io.agentopt.lower;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.Bindings;
import io.agentopt.mlir.ir.MlirContext;
import io.agentopt.mlir.ir.OperatorKinds;
import io.agentopt.operator.Custom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The custom operators of a graph as operator kinds of the compiler: a dialect for each family, an op for each kind, with its number of operands, one result,
 * and what its owner promises. Types are those of the graph, which were checked when it was declared.
 */
final class CustomKinds {
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

    private static List<OperatorKinds> of(Collection<Custom<?>> operators) {
        Map<String, Map<String, Custom<?>>> families = new TreeMap<>();
        for (Custom<?> c : operators) {
            int dot = c.name().indexOf('.');
            families.computeIfAbsent(c.name().substring(0, dot), f -> new TreeMap<>())
                    .put(c.name().substring(dot + 1), c);
        }
        List<OperatorKinds> kinds = new ArrayList<>();
        families.forEach((family, ops) -> kinds.add(family(family, ops)));
        return kinds;
    }

    private static OperatorKinds family(String family, Map<String, Custom<?>> ops) {
        StringBuilder irdl = new StringBuilder("irdl.dialect @" + family + " {\n");
        ops.forEach((kind, c) -> {
            irdl.append("  irdl.operation @").append(kind).append(" {\n    %any = irdl.any\n    irdl.operands(");
            for (int i = 0; i < c.arity(); i++) irdl.append(i == 0 ? "i" : ", i").append(i).append(": %any");
            irdl.append(")\n    irdl.results(o: %any)\n  }\n");
        });
        OperatorKinds kinds = OperatorKinds.ofIrdl(irdl.append("}\n").toString(), "custom operators of " + family);
        for (Custom<?> c : ops.values()) kinds = kinds.promising(c.name(), promise(c.effects()));
        return kinds;
    }

    private static OperatorKinds.Effects promise(Custom.Effects effects) {
        return switch (effects) {
            case PURE -> OperatorKinds.Effects.NONE;
            case IDEMPOTENT, OUTSIDE -> OperatorKinds.Effects.ANY;
        };
    }

    static void load(MlirContext context, List<OperatorKinds> kinds) {
        kinds.forEach(context::load);
    }
}
