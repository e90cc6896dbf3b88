package io.agentopt.benchmarks.plan;

import io.agentopt.plan.problem.Mode;
import io.agentopt.plan.problem.OperatorModes;
import io.agentopt.plan.problem.PairCosts;
import io.agentopt.plan.problem.PlacementEdge;
import io.agentopt.plan.problem.PlacementProblem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** A problem on its way: operators with work, edges with bytes. {@link Limits} finishes it. */
final class Sketch {
    private static final double HOP_SECONDS = 4e-4;
    private static final double ENDPOINT_HOP_SECONDS = 0.02;
    private static final double EGRESS_DOLLARS_PER_BYTE = 0.09e-9;

    final SplittableRandom random;
    final List<Market> market;
    private final ModeMenu menu;
    private final double networkShare;
    private final List<String> names = new ArrayList<>();
    private final List<List<Mode>> modes = new ArrayList<>();
    private final List<PlacementEdge> edges = new ArrayList<>();
    private final List<int[]> pairs = new ArrayList<>();
    private final List<Integer> firstToken = new ArrayList<>();

    /**
     * An empty sketch.
     *
     * @param seed of everything that is drawn
     * @param classes device classes, 3 to 8
     * @param mostModes modes of one operator
     * @param networkShare part of the network that one agent's transfers get
     */
    Sketch(long seed, int classes, int mostModes, double networkShare) {
        this.random = new SplittableRandom(seed);
        this.market = Market.draw(random, classes);
        this.menu = new ModeMenu(market, random, mostModes);
        this.networkShare = networkShare;
    }

    int add(String name, Work work) {
        return add(name, work, 1, 1);
    }

    /** Adds an operator that a request visits {@code repeat} times in turn on {@code wide} branches. */
    int add(String name, Work work, double repeat, double wide) {
        return add(name, menu.modes(work, repeat, wide));
    }

    int add(String name, List<Mode> itsModes) {
        names.add(name);
        modes.add(itsModes);
        return names.size() - 1;
    }

    /** {@return modes of work, to be given to several operators that do the same} */
    List<Mode> modes(Work work, double repeat, double wide) {
        return menu.modes(work, repeat, wide);
    }

    /** Data of {@code bytes} along a path. */
    void flow(double bytes, int... path) {
        for (int k = 1; k < path.length; k++) edge(path[k - 1], path[k], bytes, false);
    }

    /** Prefill hands its KV cache to decode; an endpoint keeps its own. The two are a pair that may be co-located. */
    void kv(int prefill, int decode, double tokens, double billions) {
        edge(prefill, decode, tokens * Work.kvBytesPerToken(billions), true);
        pairs.add(new int[] {prefill, decode});
    }

    /** Marks an operator whose end is the first token. */
    void firstToken(int operator) {
        firstToken.add(operator);
    }

    List<Integer> firstToken() {
        return firstToken;
    }

    List<int[]> pairs() {
        return pairs;
    }

    private void edge(int from, int to, double bytes, boolean endpointKeeps) {
        int classes = market.size();
        PairCosts.Builder costs = PairCosts.builder(classes);
        for (int h = 0; h < classes; h++) {
            for (int g = 0; g < classes; g++) {
                if (h == g) continue;
                Market a = market.get(h);
                Market b = market.get(g);
                boolean outside = a.endpoint() || b.endpoint();
                if (outside && endpointKeeps) {
                    costs.forbid(h, g);
                    continue;
                }
                double rate = Math.min(a.networkBytesPerSecond(), b.networkBytesPerSecond()) * networkShare;
                costs.set(
                        h,
                        g,
                        (outside ? ENDPOINT_HOP_SECONDS : HOP_SECONDS) + bytes / rate,
                        outside ? bytes * EGRESS_DOLLARS_PER_BYTE : 0);
            }
        }
        edges.add(new PlacementEdge(from, to, costs.build()));
    }

    List<PlacementEdge> edges() {
        return edges;
    }

    /** {@return the operators at a rate: loads and KV memory grow with it} */
    List<OperatorModes> operators(double requestsPerSecond) {
        List<OperatorModes> operators = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            List<Mode> scaled = new ArrayList<>();
            for (Mode m : modes.get(i)) {
                scaled.add(new Mode(
                        m.deviceClass(),
                        m.label(),
                        m.seconds(),
                        m.dollarsPerRequest(),
                        m.load() * requestsPerSecond,
                        (long) (m.memoryBytes() * Math.min(requestsPerSecond, 1e6)),
                        m.sharedGroup(),
                        m.sharedBytes(),
                        m.devices()));
            }
            operators.add(new OperatorModes(names.get(i), scaled));
        }
        return operators;
    }

    /** {@return dollars per hour and request per second if every operator ran where it is cheapest, devices in fractions} */
    double cheapestDollars(double capacityLoad) {
        double sum = 0;
        for (List<Mode> each : modes) {
            sum += each.stream()
                    .mapToDouble(m -> dollars(m, capacityLoad))
                    .min()
                    .orElse(0);
        }
        return sum;
    }

    /** {@return for each operator the index of its cheapest mode} */
    int[] cheapest(double capacityLoad) {
        return modes.stream()
                .mapToInt(each -> least(each, m -> dollars(m, capacityLoad)))
                .toArray();
    }

    /** {@return for each operator the index of its fastest mode on class {@code h}, or of all when it has none there} */
    int[] fastest(int h) {
        return modes.stream()
                .mapToInt(each -> least(each, m -> m.seconds() + (m.deviceClass() == h ? 0 : 1e6)))
                .toArray();
    }

    private double dollars(Mode m, double capacityLoad) {
        return m.dollarsPerRequest() * 3600 + market.get(m.deviceClass()).dollarsPerHour() * m.load() / capacityLoad;
    }

    private static int least(List<Mode> modes, java.util.function.ToDoubleFunction<Mode> of) {
        double[] values = modes.stream().mapToDouble(of).toArray();
        double least = Arrays.stream(values).min().orElse(0);
        for (int j = 0; j < values.length; j++) if (values[j] == least) return j;
        return 0;
    }

    int size() {
        return names.size();
    }

    /** {@return the problem as given: {@link Limits} decides the rest} */
    PlacementProblem problem(String name, Limits limits) {
        return limits.finish(name, this);
    }
}
