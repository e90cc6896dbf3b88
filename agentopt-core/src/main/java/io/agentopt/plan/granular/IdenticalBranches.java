package io.agentopt.plan.granular;

import io.agentopt.graph.Node;
import io.agentopt.operator.Custom;
import io.agentopt.operator.Embed;
import io.agentopt.operator.Generate;
import io.agentopt.operator.Infer;
import io.agentopt.operator.Kernel;
import io.agentopt.operator.MemoryLoad;
import io.agentopt.operator.MemoryStore;
import io.agentopt.operator.Rerank;
import io.agentopt.operator.Synthesize;
import io.agentopt.operator.Tool;
import io.agentopt.operator.Transcribe;
import io.agentopt.operator.Transform;
import io.agentopt.operator.VectorSearch;
import io.agentopt.plan.granular.GranularEdge.Carries;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Finds operators that no plan needs to tell apart, such as those of a hundred equal branches, and joins them into one each.
 *
 * <p>Two operators are alike when they do the same work as often, and have as many edges of each kind to each group of operators alike: the
 * coarsest equitable partition, found by refining a first guess (work, depth and height) until nothing changes. If all members of
 * a group run in one way, each path through the groups is a path of the graph, so joining changes neither the critical path nor, with the
 * visits of the members added up, load and money. Members of a joined group are calls of one service: their runs fill batches together.
 */
final class IdenticalBranches {
    /** Sets of fewer copies are planned one by one: telling them apart may be worth something, and costs little. */
    static final int LEAST_COPIES = 4;

    private final GranularGraph graph;
    private final List<GranularGraph>
            all; // with the same operators: the expected runs and, if asked for, the worst case
    private final int n;

    IdenticalBranches(GranularGraph expected, Optional<GranularGraph> worst) {
        this.graph = expected;
        this.all = worst.map(w -> List.of(expected, w)).orElse(List.of(expected));
        this.n = expected.operators().size();
    }

    /**
     * {@return the number of the group of each operator, counted from 0 in graph order}
     *
     * @param apart what else tells operators apart, by node; equal values do not
     */
    int[] groups(Function<OperatorId, Object> apart) {
        List<Object> first = new ArrayList<>();
        List<int[]> depths = all.stream().map(this::depths).toList();
        List<int[]> heights = all.stream().map(this::heights).toList();
        for (int i = 0; i < n; i++) {
            List<Object> key = new ArrayList<>();
            GranularOperator o = graph.operators().get(i);
            key.add(work(o));
            key.add(apart.apply(o.id()));
            for (int g = 0; g < all.size(); g++) {
                key.add(all.get(g).operators().get(i).pathVisits());
                key.add(depths.get(g)[i]);
                key.add(heights.get(g)[i]);
            }
            key.add(o.visits());
            first.add(key);
        }
        return withoutFew(refined(numbered(first)));
    }

    /**
     * Takes apart the groups that are not worth joining. Groups that touch each other are one set of branches, and stay joined if one of them
     * has enough copies: a tree that adds up many results has few at its end. Between such sets lie operators that are alone, so taking one
     * set apart leaves the others equitable.
     */
    private int[] withoutFew(int[] group) {
        int[] size = new int[n];
        for (int g : group) size[g]++;
        int[] set = IntStream.range(0, n).toArray(); // union-find over groups
        for (GranularGraph g : all) {
            for (GranularEdge e : g.edges()) {
                int from = group[e.from()];
                int to = group[e.to()];
                if (size[from] > 1 && size[to] > 1) set[root(set, from)] = root(set, to);
            }
        }
        int[] most = new int[n];
        for (int g = 0; g < n; g++) most[root(set, g)] = Math.max(most[root(set, g)], size[g]);
        List<Object> key = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            boolean few = most[root(set, group[i])] < LEAST_COPIES;
            key.add(few ? List.of("alone", i) : List.of("joined", group[i]));
        }
        return numbered(key);
    }

    private static int root(int[] set, int of) {
        int g = of;
        while (set[g] != g) g = set[g];
        return g;
    }

    private int[] refined(int[] start) {
        int[] group = start;
        int groups = count(group);
        while (groups < n) {
            List<Map<List<Object>, Integer>> around = new ArrayList<>();
            for (int i = 0; i < n; i++) around.add(new HashMap<>());
            for (int g = 0; g < all.size(); g++) {
                for (GranularEdge e : all.get(g).edges()) {
                    around.get(e.from()).merge(List.of(g, "out", e.carries(), group[e.to()]), 1, Integer::sum);
                    around.get(e.to()).merge(List.of(g, "in", e.carries(), group[e.from()]), 1, Integer::sum);
                }
            }
            List<Object> key = new ArrayList<>();
            for (int i = 0; i < n; i++) key.add(List.of(group[i], around.get(i)));
            group = numbered(key);
            int now = count(group);
            if (now == groups) return group;
            groups = now;
        }
        return group;
    }

    /** What a plan sees of an operator: two of equal work have equal modes on every device. */
    private static Object work(GranularOperator o) {
        if (o.call().isEmpty()) return o.id();
        Node.Call call = o.call().get();
        Object work = switch (call.operator()) {
            case Generate g -> List.of(g.model(), g.expectedPromptTokens(), g.expectedOutputTokens());
            case Embed e -> List.of(e.model(), e.expectedTokens());
            case VectorSearch s -> List.of(s.index().name(), s.index().embedder());
            case Rerank r ->
                List.of(r.model(), r.expectedQueryTokens(), r.expectedPassageTokens(), r.expectedPassages());
            case Transcribe t -> List.of(t.model(), t.expectedSeconds(), t.expectedTokens(), t.work());
            case Synthesize s -> List.of(s.model(), s.work());
            case Infer<?> i -> List.of(i.model(), i.work());
            case Kernel<?> k -> List.of("kernel", k.work());
            case Custom<?> u -> List.of(u.name(), u.work());
            case Tool<?, ?> t -> List.of(t.expectedLatency(), t.dollarsPerCall());
            case Transform<?> t -> "function";
            case MemoryLoad<?, ?> m -> "function";
            case MemoryStore<?, ?> m -> "function";
        };
        var wishes = call.options();
        return List.of(
                o.id().phase(),
                call.operator().getClass(),
                work,
                wishes.pinnedTo(),
                wishes.forbidden(),
                wishes.outputBytes(),
                wishes.zones());
    }

    private int[] depths(GranularGraph g) {
        int[] depth = new int[n];
        List<List<GranularEdge>> in = in(g);
        for (int i = 0; i < n; i++) { // edges point forward
            for (GranularEdge e : in.get(i)) depth[i] = Math.max(depth[i], depth[e.from()] + 1);
        }
        return depth;
    }

    private int[] heights(GranularGraph g) {
        int[] height = new int[n];
        List<List<GranularEdge>> in = in(g);
        for (int i = n - 1; i >= 0; i--) {
            for (GranularEdge e : in.get(i)) height[e.from()] = Math.max(height[e.from()], height[i] + 1);
        }
        return height;
    }

    private List<List<GranularEdge>> in(GranularGraph g) {
        List<List<GranularEdge>> in = new ArrayList<>();
        for (int i = 0; i < n; i++) in.add(new ArrayList<>());
        for (GranularEdge e : g.edges()) in.get(e.to()).add(e);
        return in;
    }

    private static int[] numbered(List<Object> keys) {
        Map<Object, Integer> numbers = new HashMap<>();
        int[] number = new int[keys.size()];
        for (int i = 0; i < number.length; i++) {
            int next = numbers.size();
            number[i] = numbers.computeIfAbsent(keys.get(i), k -> next);
        }
        return number;
    }

    private static int count(int[] group) {
        Set<Integer> seen = new HashSet<>();
        for (int g : group) seen.add(g);
        return seen.size();
    }

    /** {@return the edges between groups, each with the edges of the graph that it stands for} */
    static Map<GranularEdge, List<GranularEdge>> joined(GranularGraph graph, int[] group) {
        Map<List<Integer>, Carries> carries = new LinkedHashMap<>();
        Map<List<Integer>, List<GranularEdge>> members = new HashMap<>();
        for (GranularEdge e : graph.edges()) {
            List<Integer> ends = List.of(group[e.from()], group[e.to()]);
            carries.merge(ends, e.carries(), (a, b) -> a == Carries.NOTHING ? b : a);
            members.computeIfAbsent(ends, k -> new ArrayList<>()).add(e);
        }
        Map<GranularEdge, List<GranularEdge>> joined = new LinkedHashMap<>();
        carries.forEach((ends, c) ->
                joined.put(new GranularEdge(ends.get(0), ends.get(1), c), members.getOrDefault(ends, List.of())));
        return joined;
    }
}
