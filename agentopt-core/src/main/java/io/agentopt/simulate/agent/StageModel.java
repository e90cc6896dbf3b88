package io.agentopt.simulate.agent;

import io.agentopt.cost.CostModel;
import io.agentopt.plan.Plan;
import io.agentopt.plan.PlannedOperator;
import io.agentopt.plan.granular.OperatorId;
import io.agentopt.plan.queueing.Moments;
import io.agentopt.plan.queueing.MultiServerQueue;
import io.agentopt.plan.queueing.Waiting;
import io.agentopt.simulate.server.ServerRole;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Mean and variance of one run of each operator of a plan, waiting included, from closed forms; and how busy that keeps the devices. What cannot keep
 * up counts as always busy.
 */
final class StageModel {
    private final PlanLayout layout;
    private final CostModel cost;
    private final SimulationOptions options;
    private final Map<OperatorId, Double> callsPerSecond = new HashMap<>();
    private final Map<String, Double> siblings;
    private final double arrivalCv2;
    private final Map<OperatorId, Moments> moments = new HashMap<>();
    private PlanPrediction.@Nullable Overloaded overload;

    /**
     * What there is to say.
     *
     * @param moments of one run, those of overloaded operators missing
     * @param pools share of the servers of each pool that are at work, index as in the layout
     * @param stations the same of stations
     * @param overload the first that cannot keep up, if one cannot
     */
    record Stages(
            Map<OperatorId, Moments> moments,
            double[] pools,
            double[] stations,
            Optional<PlanPrediction.Overloaded> overload) {}

    private StageModel(Plan<?, ?> plan, PlanLayout layout, CostModel cost, SimulationOptions options) {
        this.layout = layout;
        this.cost = cost;
        this.options = options;
        this.arrivalCv2 = options.arrivalCv2(plan.workload());
        double rate = options.arrivalsOf(plan.workload()).requestsPerSecond();
        for (PlannedOperator o : plan.operators()) callsPerSecond.put(o.id(), rate * o.visits());
        this.siblings = Siblings.of(
                Script.of(plan.graph()),
                path -> where(Objects.requireNonNull(layout.stages().get(path))));
    }

    static Stages of(Plan<?, ?> plan, PlanLayout layout, CostModel cost, SimulationOptions options) {
        return new StageModel(plan, layout, cost, options).solve();
    }

    private static Object where(Stage stage) {
        return switch (stage) {
            case Stage.Delay d -> "host";
            case Stage.Queued q -> "station " + q.station();
            case Stage.Language l -> "pool " + l.prefill();
        };
    }

    private Stages solve() {
        double[] stations = new double[layout.stations().size()];
        for (int s = 0; s < stations.length; s++) stations[s] = station(s);
        double[] pools = new double[layout.pools().size()];
        for (int p = 0; p < pools.length; p++) pools[p] = pool(p);
        layout.stages().forEach((path, stage) -> {
            if (stage instanceof Stage.Language l && !l.together()) {
                double prompt = l.call().expectedPromptTokens();
                Moments handOver = Moments.of(
                        l.kvSeconds() + l.kvSecondsPerToken() * prompt,
                        options.variation().promptCv2());
                moments.computeIfPresent(OperatorId.decode(path), (id, m) -> handOver.then(m));
            }
        });
        return new Stages(moments, pools, stations, Optional.ofNullable(overload));
    }

    private double station(int index) {
        double speed = layout.stations().get(index).speed();
        double calls = 0;
        double work = 0;
        double squares = 0;
        double together = 0;
        List<String> paths = new ArrayList<>();
        for (Map.Entry<String, Stage> e : layout.stages().entrySet()) {
            if (!(e.getValue() instanceof Stage.Queued q) || q.station() != index) continue;
            double rate = rate(OperatorId.whole(e.getKey()));
            paths.add(e.getKey());
            calls += rate;
            double seconds = q.seconds() / speed;
            work += rate * seconds;
            squares += rate * seconds * seconds * (1 + q.cv2());
            together += rate * sibling(e.getKey());
        }
        if (calls == 0) {
            for (String path : paths) own(path, Moments.NONE);
            return 0;
        }
        double mean = work / calls;
        double cv2 = mean == 0 ? 0 : Math.max(0, squares / calls / (mean * mean) - 1);
        MultiServerQueue queue = new MultiServerQueue(
                layout.stations().get(index).servers(), calls, mean, Math.max(arrivalCv2, together / calls), cv2);
        return switch (queue.waiting()) {
            case Waiting.Saturated s -> {
                overloaded(OperatorId.whole(paths.getFirst()), s.reason());
                yield 1;
            }
            case Waiting.Stable s -> {
                for (String path : paths) own(path, s.moments());
                yield s.utilisation();
            }
        };
    }

    private void own(String path, Moments wait) {
        Stage.Queued q = (Stage.Queued) Objects.requireNonNull(layout.stages().get(path));
        moments.put(
                OperatorId.whole(path),
                wait.then(Moments.of(
                        q.seconds() / layout.stations().get(q.station()).speed(), q.cv2())));
    }

    private double pool(int index) {
        LlmPool pool = layout.pools().get(index);
        PoolLoad load = new PoolLoad();
        layout.stages().forEach((path, stage) -> {
            if (!(stage instanceof Stage.Language l)) return;
            if (l.prefill() == index || l.decode() == index) {
                double rate = rate(OperatorId.decode(path));
                load.add(path, l, rate, l.prefill() == index, l.decode() == index, sibling(path));
            }
        });
        PoolModel model = new PoolModel(pool, load, cost, options, arrivalCv2);
        return switch (model.solve()) {
            case PoolModel.Overloaded o -> {
                boolean reads = pool.key().role() == ServerRole.PREFILL_ONLY;
                overloaded(
                        reads ? OperatorId.prefill(load.busiest()) : OperatorId.decode(load.busiest()),
                        "model '" + pool.model().id() + "' on '" + pool.key().deviceClass() + "': " + o.reason());
                yield 1;
            }
            case PoolModel.Solved s -> {
                moments.putAll(s.moments());
                yield s.working();
            }
        };
    }

    private void overloaded(OperatorId operator, String reason) {
        if (overload == null) overload = new PlanPrediction.Overloaded(operator, reason);
    }

    private double rate(OperatorId id) {
        return callsPerSecond.getOrDefault(id, 0.0);
    }

    private double sibling(String path) {
        return siblings.getOrDefault(path, 1.0);
    }
}
