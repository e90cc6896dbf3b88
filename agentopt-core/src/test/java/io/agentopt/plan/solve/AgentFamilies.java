package io.agentopt.plan.solve;

import io.agentopt.plan.problem.DeviceClass;
import io.agentopt.plan.problem.Evaluator;
import io.agentopt.plan.problem.Milestone;
import io.agentopt.plan.problem.Mode;
import io.agentopt.plan.problem.OperatorModes;
import io.agentopt.plan.problem.PairCosts;
import io.agentopt.plan.problem.PlacementEdge;
import io.agentopt.plan.problem.PlacementProblem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;

/** Seeded problems shaped like agents: device classes from CPU to H100 and a hosted endpoint, operators light and heavy. */
final class AgentFamilies {
    private static final double[] PRICE = {0.4, 0.9, 1.8, 3.2, 4.9, 0, 1.1, 2.4};
    private static final double[] SPEED = {0.04, 0.35, 0.8, 1.6, 2.6, 1.5, 0.5, 1.2};
    private static final double[] MEMORY_GB = {64, 24, 48, 80, 141, 0, 32, 64};
    private static final int HOSTED = 5;
    private static final double[] BANDWIDTH_GBS = {10, 6, 12, 25, 25, 1, 12, 12};

    private final Random random;
    private final int classes;
    private final double perSecond;
    private final List<OperatorModes> operators = new ArrayList<>();
    private final List<PlacementEdge> edges = new ArrayList<>();

    private AgentFamilies(long seed, int classes, double perSecond) {
        this.random = new Random(seed);
        this.classes = classes;
        this.perSecond = perSecond;
    }

    static PlacementProblem rag(long seed) {
        AgentFamilies f = new AgentFamilies(seed, 6, 5 + new Random(seed).nextInt(40));
        int embed = f.operator("embed", 0.02, 1, 8);
        int search = f.operator("search", 0.01, -1, 8);
        int rerank = f.operator("rerank", 0.05, 2, 8);
        int prompt = f.operator("prompt", 0.001, -1, 4);
        int prefill = f.operator("prefill", 0.15, 3, 10);
        int decode = f.operator("decode", 0.9, 3, 10);
        int guard = f.operator("guard", 0.03, 4, 8);
        int format = f.operator("format", 0.001, -1, 4);
        f.chain(1e6, embed, search, rerank, prompt, prefill);
        f.edge(prefill, decode, 3e8);
        f.chain(1e5, decode, guard, format);
        return f.problem("rag", seed, 0.35, List.of(prefill));
    }

    static PlacementProblem voice(long seed) {
        AgentFamilies f = new AgentFamilies(seed, 6, 2 + new Random(seed).nextInt(20));
        int listen = f.operator("vad", 0.005, -1, 4);
        int speech = f.operator("transcribe", 0.2, 1, 10);
        int[] parallel = new int[4];
        for (int k = 0; k < 4; k++) parallel[k] = f.operator("context" + k, 0.02, -1, 8);
        int prompt = f.operator("prompt", 0.001, -1, 4);
        int prefill = f.operator("prefill", 0.1, 2, 12);
        int decode = f.operator("decode", 0.6, 2, 12);
        int[] tools = new int[4];
        for (int k = 0; k < 4; k++) tools[k] = f.operator("tool" + k, 0.03, -1, 6);
        int speak = f.operator("synthesize", 0.25, 3, 10);
        int send = f.operator("send", 0.002, -1, 4);
        f.chain(2e6, listen, speech);
        for (int each : parallel) f.chain(1e5, speech, each, prompt);
        f.chain(1e5, prompt, prefill);
        f.edge(prefill, decode, 2e8);
        for (int each : tools) f.chain(1e5, decode, each, speak);
        f.chain(4e6, speak, send);
        return f.problem("voice", seed, 0.35, List.of(prefill));
    }

    static PlacementProblem debate(long seed, int debaters, int rounds) {
        AgentFamilies f = new AgentFamilies(seed, 6, 1 + new Random(seed).nextInt(8));
        int last = f.operator("question", 0.002, -1, 4);
        for (int r = 0; r < rounds; r++) {
            int judge = f.operator("judge" + r, 0.5, 1, 10);
            for (int d = 0; d < debaters; d++) {
                int prefill = f.operator("prefill" + r + "." + d, 0.1, 2 + d % 2, 10);
                int decode = f.operator("decode" + r + "." + d, 0.5, 2 + d % 2, 10);
                f.chain(1e5, last, prefill);
                f.edge(prefill, decode, 1e8);
                f.chain(1e5, decode, judge);
            }
            last = judge;
        }
        return f.problem("debate", seed, 0.3, List.of());
    }

    static PlacementProblem react(long seed, int turns) {
        AgentFamilies f = new AgentFamilies(seed, 7, 1 + new Random(seed).nextInt(12));
        int last = f.operator("question", 0.002, -1, 4);
        for (int t = 0; t < turns; t++) {
            int prefill = f.operator("prefill" + t, 0.12, 1, 10);
            int decode = f.operator("decode" + t, 0.4, 1, 10);
            int tool = f.operator("tool" + t, 0.05, -1, 6);
            int append = f.operator("append" + t, 0.001, -1, 4);
            f.chain(1e5, last, prefill);
            f.edge(prefill, decode, 2e8);
            f.chain(1e5, decode, tool, append);
            last = append;
        }
        return f.problem("react", seed, 0.3, List.of());
    }

    static PlacementProblem mapReduce(long seed, int branches) {
        AgentFamilies f = new AgentFamilies(seed, 6, 0.2 + new Random(seed).nextInt(10) / 10.0);
        int split = f.operator("split", 0.01, -1, 4);
        int reduce = f.operator("reduce", 0.8, 2, 10);
        for (int b = 0; b < branches; b++) {
            int fetch = f.operator("fetch" + b, 0.02, -1, 6);
            int map = f.operator("map" + b, 0.4, 1, 10);
            int check = f.operator("check" + b, 0.03, 3, 8);
            f.chain(1e6, split, fetch, map, check, reduce);
        }
        return f.problem("map-reduce", seed, 0.3, List.of());
    }

    static PlacementProblem layered(long seed, int n, int modes, double bytes) {
        AgentFamilies f = new AgentFamilies(seed, 8, 1 + new Random(seed).nextInt(5));
        int width = Math.max(2, (int) Math.sqrt(n));
        for (int i = 0; i < n; i++) {
            int group = f.random.nextInt(4) == 0 ? f.random.nextInt(6) : -1;
            f.operator("op" + i, Math.exp(f.random.nextGaussian()) * 0.1, group, modes);
            int layer = i / width;
            for (int k = Math.max(0, (layer - 1) * width); k < layer * width; k++) {
                if (f.random.nextInt(width) < 2) f.edge(k, i, bytes * Math.exp(f.random.nextGaussian()));
            }
        }
        return f.problem(bytes > 1e8 ? "transfer-heavy" : "layered", seed, 0.3, List.of());
    }

    private int operator(String name, double seconds, int weights, int modeCount) {
        List<Mode> modes = new ArrayList<>();
        double hostedDollars = seconds * 1.5e-3 * (0.5 + random.nextDouble());
        for (int m = 0; m < modeCount; m++) {
            int h = m < classes ? m : random.nextInt(classes);
            if (h == HOSTED) {
                if (weights >= 0) modes.add(Mode.hosted(h, "endpoint " + m, 0.05 + seconds / SPEED[h], hostedDollars));
                continue;
            }
            int degree = m < classes ? 1 : 1 << random.nextInt(3);
            double batch = m < classes ? 1 : 1 << random.nextInt(4);
            double speed = (weights < 0 ? 0.5 + 0.2 * SPEED[h] : SPEED[h]) * (0.8 + 0.4 * random.nextDouble());
            double alone = seconds / speed / Math.pow(degree, 0.8);
            Mode mode = Mode.rented(
                            h,
                            "tp=" + degree + " batch=" + (int) batch,
                            alone * Math.pow(batch, 0.25),
                            perSecond * alone * degree / Math.pow(batch, 0.6),
                            (long) (batch * 3e8 * random.nextDouble()))
                    .onDevices(degree);
            modes.add(weights < 0 ? mode : mode.sharing(weights, (long) (4e9 * (1 + weights))));
        }
        operators.add(new OperatorModes(name, modes));
        return operators.size() - 1;
    }

    private void chain(double bytes, int... path) {
        for (int k = 1; k < path.length; k++) edge(path[k - 1], path[k], bytes);
    }

    private void edge(int from, int to, double bytes) {
        PairCosts.Builder costs = PairCosts.builder(classes);
        for (int h = 0; h < classes; h++) {
            for (int g = 0; g < classes; g++) {
                if (h == g) continue;
                double rate = Math.min(BANDWIDTH_GBS[h], BANDWIDTH_GBS[g]) * 1e9;
                costs.set(h, g, 2e-4 + bytes / rate, h == HOSTED || g == HOSTED ? bytes / 1e9 * 0.02 : 0);
            }
        }
        edges.add(new PlacementEdge(from, to, costs.build()));
    }

    /** The deadline lies between the fastest placement and the best of some cheap ones. */
    private PlacementProblem problem(String family, long seed, double tightness, List<Integer> firstToken) {
        List<DeviceClass> devices = new ArrayList<>();
        for (int h = 0; h < classes; h++) {
            devices.add(new DeviceClass(
                    "class" + h,
                    PRICE[h],
                    0.7,
                    (long) (MEMORY_GB[h] * 1e9),
                    random.nextInt(6) == 0 && h != HOSTED ? 4 + random.nextInt(12) : DeviceClass.AS_MANY_AS_NEEDED));
        }
        PlacementProblem open = new PlacementProblem(
                family + "-" + operators.size() + "-" + seed,
                devices,
                operators,
                edges,
                perSecond * 3600,
                OptionalDouble.empty(),
                List.of(),
                List.of());
        int[] fast = new int[operators.size()];
        int[] cheap = new int[operators.size()];
        for (int i = 0; i < fast.length; i++) {
            List<Mode> modes = operators.get(i).modes();
            for (int j = 1; j < modes.size(); j++) {
                if (modes.get(j).seconds() < modes.get(fast[i]).seconds()) fast[i] = j;
                if (price(modes.get(j)) < price(modes.get(cheap[i]))) cheap[i] = j;
            }
        }
        double least = Evaluator.evaluate(open, fast).endToEndSeconds();
        double most = Math.max(least, Evaluator.evaluate(open, cheap).endToEndSeconds());
        double limit = least + tightness * (most - least) + 0.05 * least;
        PlacementProblem limited = open.withDeadline(OptionalDouble.of(limit));
        if (firstToken.isEmpty()) return limited;
        return limited.withMilestones(List.of(new Milestone("first token", firstToken, limit * 0.7)));
    }

    private double price(Mode mode) {
        return mode.dollarsPerRequest() * perSecond * 3600 + PRICE[mode.deviceClass()] * mode.load() / 0.7;
    }

    /** {@return problems of 8 to 60 operators from every family} */
    static List<PlacementProblem> small(int seeds) {
        List<PlacementProblem> all = new ArrayList<>();
        for (int s = 1; s <= seeds; s++) {
            all.addAll(Arrays.asList(
                    rag(s),
                    voice(s),
                    debate(s, 3, 3),
                    debate(s, 5, 4),
                    react(s, 6),
                    react(s, 14),
                    mapReduce(s, 8),
                    layered(s, 20, 10, 1e6),
                    layered(s, 50, 12, 1e6),
                    layered(s, 30, 10, 1e9)));
        }
        return all;
    }
}
