package io.agentopt.plan.problem;

import java.util.ArrayList;
import java.util.List;

/** Kahn's algorithm; ties go to the lower index, so the order is a function of the problem. */
final class TopologicalOrder {
    private TopologicalOrder() {}

    static List<Integer> of(List<OperatorModes> operators, List<PlacementEdge> edges) {
        int n = operators.size();
        int[] waiting = new int[n];
        List<List<Integer>> next = new ArrayList<>(n);
        for (int i = 0; i < n; i++) next.add(new ArrayList<>());
        for (PlacementEdge edge : edges) {
            waiting[edge.to()]++;
            next.get(edge.from()).add(edge.to());
        }
        List<Integer> order = new ArrayList<>(n);
        for (int i = 0; i < n; i++) if (waiting[i] == 0) order.add(i);
        for (int at = 0; at < order.size(); at++) {
            for (int to : next.get(order.get(at))) if (--waiting[to] == 0) order.add(to);
        }
        if (order.size() == n) return List.copyOf(order);
        for (int i = 0; i < n; i++) {
            if (waiting[i] > 0) {
                throw new IllegalArgumentException(
                        "Operator '" + operators.get(i).name()
                                + "' waits for itself: the edges form a cycle. Unroll the loop into expected visits.");
            }
        }
        throw new IllegalStateException("unreachable: an incomplete order leaves an operator waiting");
    }
}
