package io.agentopt.plan;

import io.agentopt.plan.granular.GranularEdge;
import io.agentopt.plan.granular.GranularGraph;
import io.agentopt.plan.granular.GranularOperator;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where the data of a node may lie. It holds for the node and for what takes its result, the answer of the graph included; what these make of
 * it is data of their own.
 *
 * @param node whose data it is
 * @param zones where it may lie, at least one
 */
record Residency(String node, Set<String> zones) {
    /** {@return by operator, the wishes that it is bound by} */
    static List<List<Residency>> of(GranularGraph graph) {
        List<Set<Residency>> bound = new ArrayList<>();
        for (GranularOperator o : graph.operators()) {
            Set<Residency> own = new LinkedHashSet<>();
            own(o).ifPresent(own::add);
            bound.add(own);
        }
        for (GranularEdge e : graph.edges()) {
            if (e.carries() != GranularEdge.Carries.NOTHING)
                own(graph.operators().get(e.from())).ifPresent(bound.get(e.to())::add);
        }
        return bound.stream().map(List::copyOf).toList();
    }

    private static Optional<Residency> own(GranularOperator operator) {
        return operator.call()
                .filter(c -> !c.options().zones().isEmpty())
                .map(c -> new Residency(operator.id().path(), c.options().zones()));
    }

    /** {@return why data of the node may not lie in a zone; empty where it may} */
    Optional<String> refusal(Optional<String> zone) {
        if (zone.isPresent() && zones.contains(zone.get())) return Optional.empty();
        String there = zone.map(z -> "it lies in zone '" + z + "'").orElse("its zone is not stated");
        return Optional.of(there + ", but the data of node '" + node + "' must stay in " + zones);
    }
}
