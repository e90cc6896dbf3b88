package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which provider computes which nodes of a model, once it is optimised.
 *
 * @param nodes in ONNX Runtime's order
 */
public record GraphAssignment(List<Node> nodes) {
    /** The session's setting that records it; {@link SessionSettings#recordingAssignment} turns it on. */
    static final String CONFIG = "session.record_ep_graph_assignment_info";

    /**
     * One node.
     *
     * @param provider such as {@code CPUExecutionProvider}
     * @param name of the node; may be empty
     * @param domain of the operator; empty for the standard operators
     * @param operator such as {@code MatMul}
     */
    public record Node(String provider, String name, String domain, String operator) {}

    public GraphAssignment {
        nodes = List.copyOf(nodes);
    }

    /** {@return for each provider how many nodes of each operator it computes} */
    public Map<String, Map<String, Integer>> operators() {
        Map<String, Map<String, Integer>> counts = new TreeMap<>();
        for (Node n : nodes)
            counts.computeIfAbsent(n.provider(), p -> new TreeMap<>()).merge(n.operator(), 1, Integer::sum);
        return counts;
    }

    /** {@return for each operator that a provider was to compute how many nodes went elsewhere; empty if it computes everything} */
    public Map<String, Integer> strayed(String provider) {
        Map<String, Integer> counts = new TreeMap<>();
        for (Node n : nodes) if (!n.provider().equals(provider)) counts.merge(n.operator(), 1, Integer::sum);
        return counts;
    }

    @SuppressWarnings("restricted")
    static GraphAssignment read(OrtApi api, MemorySegment session) {
        List<Node> nodes = new ArrayList<>();
        try (Arena scratch = Arena.ofConfined()) {
            for (MemorySegment part : list(api, OrtFunction.GRAPH_ASSIGNMENT, scratch, session)) {
                String provider = text(api, OrtFunction.ASSIGNED_PROVIDER, scratch, part);
                for (MemorySegment node : list(api, OrtFunction.ASSIGNED_NODES, scratch, part)) {
                    nodes.add(new Node(
                            provider,
                            text(api, OrtFunction.ASSIGNED_NAME, scratch, node),
                            text(api, OrtFunction.ASSIGNED_DOMAIN, scratch, node),
                            text(api, OrtFunction.ASSIGNED_OPERATOR, scratch, node)));
                }
            }
        }
        return new GraphAssignment(nodes);
    }

    @SuppressWarnings("restricted")
    private static List<MemorySegment> list(OrtApi api, OrtFunction f, Arena scratch, MemorySegment of) {
        MemorySegment out = scratch.allocate(ADDRESS), n = scratch.allocate(JAVA_LONG);
        api.call(f, of, out, n);
        List<MemorySegment> found = new ArrayList<>();
        long count = n.get(JAVA_LONG, 0);
        if (count == 0) return found;
        MemorySegment array = out.get(ADDRESS, 0).reinterpret(count * ADDRESS.byteSize());
        for (long i = 0; i < count; i++) found.add(array.getAtIndex(ADDRESS, i));
        return found;
    }

    private static String text(OrtApi api, OrtFunction f, Arena scratch, MemorySegment of) {
        MemorySegment out = scratch.allocate(ADDRESS);
        api.call(f, of, out);
        return OrtApi.text(out.get(ADDRESS, 0));
    }
}
