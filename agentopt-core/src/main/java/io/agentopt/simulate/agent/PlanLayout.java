package io.agentopt.simulate.agent;

import io.agentopt.graph.Node;
import io.agentopt.graph.NodeOptions;
import io.agentopt.hardware.DeviceClass;
import io.agentopt.hardware.Fleet;
import io.agentopt.hardware.Link;
import io.agentopt.model.ModelCatalog;
import io.agentopt.operator.Custom;
import io.agentopt.operator.Embed;
import io.agentopt.operator.Generate;
import io.agentopt.operator.Infer;
import io.agentopt.operator.Kernel;
import io.agentopt.operator.Rerank;
import io.agentopt.operator.Synthesize;
import io.agentopt.operator.Tool;
import io.agentopt.operator.Transcribe;
import io.agentopt.operator.VectorSearch;
import io.agentopt.plan.Plan;
import io.agentopt.plan.PlannedDevices;
import io.agentopt.plan.PlannedOperator;
import io.agentopt.plan.granular.GranularEdge;
import io.agentopt.plan.granular.GranularGraph;
import io.agentopt.plan.granular.OperatorId;
import io.agentopt.simulate.server.ServerRole;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The servers and stations that a plan comes to.
 *
 * @param stages how each call is served, by its path
 * @param pools servers of language models
 * @param stations what runs other models and searches
 * @param shared classes whose devices serve more than one model or station
 */
record PlanLayout(Map<String, Stage> stages, List<LlmPool> pools, List<Station> stations, Set<String> shared) {
    private static final Pattern DEGREE = Pattern.compile("\\btp=(\\d+)");

    static PlanLayout of(Plan<?, ?> plan, Fleet fleet, ModelCatalog models, Variation variation) {
        return new Builder(plan, fleet, models, variation).build();
    }

    /** {@return this layout with other speeds, index by index} */
    PlanLayout atSpeeds(double[] ofPools, double[] ofStations) {
        List<LlmPool> newPools = new ArrayList<>();
        for (int i = 0; i < ofPools.length; i++) newPools.add(pools.get(i).atSpeed(ofPools[i]));
        List<Station> newStations = new ArrayList<>();
        for (int i = 0; i < ofStations.length; i++)
            newStations.add(stations.get(i).atSpeed(ofStations[i]));
        return new PlanLayout(stages, newPools, newStations, shared);
    }

    /** Collects tenants by class, divides the devices, then says how each call is served. */
    private static final class Builder {
        private final Plan<?, ?> plan;
        private final Fleet fleet;
        private final ModelCatalog models;
        private final Variation variation;
        private final Map<OperatorId, PlannedOperator> planned = new HashMap<>();
        private final Map<LlmPool.Key, Double> poolLoads = new LinkedHashMap<>();
        private final Map<String, Double> stationLoads = new TreeMap<>();
        private final Map<LlmPool.Key, Integer> poolIndex = new HashMap<>();
        private final Map<String, Integer> stationIndex = new HashMap<>();
        private final List<LlmPool> pools = new ArrayList<>();
        private final List<Station> stations = new ArrayList<>();
        private final Set<String> shared = new HashSet<>();

        Builder(Plan<?, ?> plan, Fleet fleet, ModelCatalog models, Variation variation) {
            this.plan = plan;
            this.fleet = fleet;
            this.models = models;
            this.variation = variation;
            plan.operators().forEach(o -> planned.put(o.id(), o));
        }

        PlanLayout build() {
            plan.graph().calls().forEach(this::tenants);
            for (PlannedDevices d : plan.devices()) divide(d);
            Map<String, Double> inputs = inputSeconds();
            Map<String, Stage> stages = new LinkedHashMap<>();
            plan.graph()
                    .calls()
                    .forEach((path, call) -> stages.put(path, stage(path, call, inputs.getOrDefault(path, 0.0))));
            return new PlanLayout(stages, List.copyOf(pools), List.copyOf(stations), Set.copyOf(shared));
        }

        private void tenants(String path, Node.Call call) {
            switch (call.operator()) {
                case Generate g -> {
                    if (hosted(path)) return;
                    poolLoads.merge(
                            key(path, g, true), at(OperatorId.prefill(path)).load(), Double::sum);
                    poolLoads.merge(
                            key(path, g, false), at(OperatorId.decode(path)).load(), Double::sum);
                }
                case Embed e -> station(path);
                case VectorSearch s -> station(path);
                case Rerank r -> station(path);
                case Transcribe t -> station(path);
                case Synthesize s -> station(path);
                case Infer<?> i -> station(path);
                case Custom<?> c when loads(path) -> station(path);
                case Kernel<?> k when loads(path) -> station(path);
                default -> {}
            }
        }

        /** Whether an operator keeps devices busy: a function of the host does not. */
        private boolean loads(String path) {
            return at(OperatorId.whole(path)).load() > 0;
        }

        private void station(String path) {
            PlannedOperator o = at(OperatorId.whole(path));
            stationLoads.merge(o.deviceClass(), o.load(), Double::sum);
        }

        private void divide(PlannedDevices devices) {
            String name = devices.deviceClass();
            List<LlmPool.Key> keys = poolLoads.keySet().stream()
                    .filter(k -> k.deviceClass().equals(name))
                    .toList();
            Double stationLoad = stationLoads.get(name);
            int tenants = keys.size() + (stationLoad == null ? 0 : 1);
            if (tenants == 0) return;
            int[] degree = new int[tenants];
            double[] load = new double[tenants];
            for (int i = 0; i < keys.size(); i++) {
                degree[i] = keys.get(i).degree();
                load[i] = Objects.requireNonNull(poolLoads.get(keys.get(i)));
            }
            if (stationLoad != null) {
                degree[keys.size()] = 1;
                load[keys.size()] = stationLoad;
            }
            int count = (int) Math.min(devices.count(), Integer.MAX_VALUE);
            DeviceShares shares = DeviceShares.of(count, degree, load);
            for (int i = 0; i < keys.size(); i++) {
                LlmPool.Key k = keys.get(i);
                poolIndex.put(k, pools.size());
                pools.add(new LlmPool(
                        k,
                        models.find(k.model()),
                        fleet.find(name).device(),
                        shares.servers()[i],
                        1,
                        shares.shared() ? 1.0 / keys.size() : 1));
                if (shares.shared()) shared.add(name);
            }
            if (stationLoad != null) {
                stationIndex.put(name, stations.size());
                stations.add(new Station(name, shares.servers()[keys.size()], 1));
            }
        }

        private Stage stage(String path, Node.Call call, double input) {
            return switch (call.operator()) {
                case Generate g -> {
                    if (hosted(path)) {
                        double seconds = at(OperatorId.prefill(path)).seconds()
                                + at(OperatorId.decode(path)).seconds();
                        yield new Stage.Delay(seconds, variation.outputCv2(), input);
                    }
                    int prefill = Objects.requireNonNull(poolIndex.get(key(path, g, true)));
                    int decode = Objects.requireNonNull(poolIndex.get(key(path, g, false)));
                    Link link = link(OperatorId.prefill(path), OperatorId.decode(path));
                    double perToken = models.find(g.model().id()).kvBytesPerToken() / link.bytesPerSecond();
                    yield new Stage.Language(g, prefill, decode, link.latencySeconds(), perToken, input);
                }
                case Embed e -> queued(path, input);
                case VectorSearch s -> queued(path, input);
                case Rerank r -> queued(path, input);
                case Transcribe t -> queued(path, input);
                case Synthesize s -> queued(path, input);
                case Infer<?> i -> queued(path, input);
                case Custom<?> c when loads(path) -> queued(path, input);
                case Kernel<?> k when loads(path) -> queued(path, input);
                case Tool<?, ?> t -> new Stage.Delay(at(OperatorId.whole(path)).seconds(), variation.toolCv2(), input);
                default -> new Stage.Delay(at(OperatorId.whole(path)).seconds(), 0, input);
            };
        }

        private Stage queued(String path, double input) {
            PlannedOperator o = at(OperatorId.whole(path));
            int station = Objects.requireNonNull(stationIndex.get(o.deviceClass()));
            return new Stage.Queued(station, o.seconds(), variation.workCv2(), input);
        }

        /** Seconds until the last of an operator's values has arrived, by path. */
        private Map<String, Double> inputSeconds() {
            GranularGraph granular = GranularGraph.of(plan.graph());
            Map<String, Double> longest = new HashMap<>();
            for (GranularEdge e : granular.edges()) {
                if (e.carries() != GranularEdge.Carries.VALUE) continue;
                OperatorId from = granular.operators().get(e.from()).id();
                OperatorId to = granular.operators().get(e.to()).id();
                double bytes = granular.operators()
                        .get(e.from())
                        .call()
                        .map(c -> c.options().outputBytes())
                        .orElse(NodeOptions.DEFAULT_OUTPUT_BYTES);
                longest.merge(to.path(), link(from, to).seconds(bytes), Math::max);
            }
            return longest;
        }

        private Link link(OperatorId from, OperatorId to) {
            DeviceClass a = fleet.find(place(from));
            DeviceClass b = fleet.find(place(to));
            return a.equals(b) ? Link.SAME_DEVICE : fleet.link(a, b);
        }

        private String place(OperatorId id) {
            PlannedOperator o = planned.get(id);
            return o == null ? plan.placement().home() : o.deviceClass();
        }

        private boolean hosted(String path) {
            return !DEGREE.matcher(at(OperatorId.decode(path)).mode()).find();
        }

        private LlmPool.Key key(String path, Generate g, boolean prefill) {
            LlmPool.Key a = key(at(OperatorId.prefill(path)), g, ServerRole.PREFILL_ONLY);
            LlmPool.Key b = key(at(OperatorId.decode(path)), g, ServerRole.DECODE_ONLY);
            boolean together = a.deviceClass().equals(b.deviceClass()) && a.degree() == b.degree();
            if (together) return key(at(OperatorId.decode(path)), g, ServerRole.BOTH);
            return prefill ? a : b;
        }

        private static LlmPool.Key key(PlannedOperator o, Generate g, ServerRole role) {
            Matcher degree = DEGREE.matcher(o.mode());
            return new LlmPool.Key(
                    o.deviceClass(), g.model().id(), degree.find() ? Integer.parseInt(degree.group(1)) : 1, role);
        }

        private PlannedOperator at(OperatorId id) {
            return Objects.requireNonNull(planned.get(id), () -> "operator " + id);
        }
    }
}
