package io.agentopt.plan;

import io.agentopt.cost.CostModel;
import io.agentopt.cost.Demand;
import io.agentopt.cost.OperatorDemand;
import io.agentopt.cost.TransformerDemand;
import io.agentopt.graph.NodeOptions;
import io.agentopt.hardware.DeviceClass;
import io.agentopt.hardware.DeviceKind;
import io.agentopt.model.ModelCatalog;
import io.agentopt.model.ModelSpec;
import io.agentopt.model.Precision;
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
import io.agentopt.plan.CountedModes.Way;
import io.agentopt.plan.granular.GranularOperator;
import io.agentopt.plan.solve.PlacementSolver;
import io.agentopt.plan.solve.SolveOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * Lists the ways in which an operator may run on the members of a fleet: see {@link LanguageModes} for LLM calls on devices and
 * {@link EndpointModes} for those on hosted endpoints, {@link ModelModes} for rerankers, speech and declared work. The vectors of an index are shared between all its searches.
 */
final class ModeEnumeration {
    private static final double FIXED_WORK_VARIATION = 0; // every run is the same work

    private final PlanningSettings settings;
    private final Members members;
    private final CountedModes counted;
    private final LanguageModes language;
    private final ModelModes models;
    private final EndpointModes hosted;

    ModeEnumeration(
            PlanningSettings settings, Members members, double requestsPerSecond, OptionalDouble perTokenLimitSeconds) {
        this.settings = settings;
        this.members = members;
        this.counted = new CountedModes(members::name, requestsPerSecond, settings.queue(), settings.utilisations());
        this.language = new LanguageModes(settings, counted, perTokenLimitSeconds);
        this.models = new ModelModes(settings, counted);
        this.hosted = new EndpointModes(language, counted);
    }

    /** Modes by default settings, on devices alone. */
    ModeEnumeration(
            ModelCatalog models, CostModel cost, List<DeviceClass> classes, int home, double requestsPerSecond) {
        this(
                PlanningSettings.of(models, cost, PlacementSolver.portfolio(), SolveOptions.steps(1, 1)),
                new Members(classes, List.of(), home),
                requestsPerSecond,
                OptionalDouble.empty());
    }

    /**
     * Lists the modes of one operator whose data may lie anywhere.
     *
     * @param refusals filled with a reason for each class that cannot run it
     */
    List<CandidateMode> modes(GranularOperator operator, List<String> refusals) {
        return modes(operator, List.of(), refusals);
    }

    /**
     * Lists the modes of one operator.
     *
     * @param residency where the data that it handles may lie
     * @param refusals filled with a reason for each member that cannot run it
     */
    List<CandidateMode> modes(GranularOperator operator, List<Residency> residency, List<String> refusals) {
        List<CandidateMode> modes = new ArrayList<>();
        int[] places = operator.call().isEmpty()
                ? new int[] {members.home()}
                : IntStream.range(0, members.count()).toArray();
        for (int c : places) {
            String name = members.name(c);
            NodeOptions options = operator.call().map(call -> call.options()).orElse(NodeOptions.NONE);
            String elsewhere = residency.stream()
                    .flatMap(r -> r.refusal(members.zone(c)).stream())
                    .findFirst()
                    .orElse("");
            if (options.forbidden().contains(name)) {
                counted.refuse(refusals, c, "forbidden by the node");
            } else if (options.pinnedTo().isPresent()
                    && !options.pinnedTo().get().equals(name)) {
                counted.refuse(
                        refusals,
                        c,
                        "the node is pinned to '" + options.pinnedTo().get() + "'");
            } else if (!elsewhere.isEmpty()) {
                counted.refuse(refusals, c, elsewhere);
            } else if (operator.call().isEmpty()) {
                modes.addAll(host(c, operator, 0, 0, refusals));
            } else if (c < members.classes().size()) {
                modes.addAll(on(c, members.classes().get(c), operator, refusals));
            } else if (operator.call().get().operator() instanceof Generate g) {
                modes.addAll(hosted.modes(c, members.endpoint(c), operator, g, refusals));
            } else {
                counted.refuse(refusals, c, "a hosted endpoint runs LLM calls only");
            }
        }
        return modes;
    }

    private List<CandidateMode> on(int c, DeviceClass on, GranularOperator operator, List<String> refusals) {
        return switch (operator.call().orElseThrow().operator()) {
            case Generate g -> language.modes(c, on, operator, g, refusals);
            case Embed e -> {
                ModelSpec model = settings.models().find(e.model().id());
                int tokens = CountedModes.tokens(e.expectedTokens());
                yield e.expectedTokens() > model.maxContext()
                        ? counted.refuse(
                                refusals,
                                c,
                                "a text of " + tokens + " tokens exceeds the context of model '" + model.id() + "' ("
                                        + model.maxContext() + ")")
                        : embedding(c, on, operator, model, tokens, refusals);
            }
            case VectorSearch s ->
                on.device().kind() == DeviceKind.CPU
                        ? search(c, on, operator, s, refusals)
                        : counted.refuse(refusals, c, "vector search runs on a CPU");
            case Rerank r -> models.rerank(c, on, operator, r, refusals);
            case Transcribe t -> models.transcribe(c, on, operator, t, refusals);
            case Synthesize s ->
                models.declared(
                        c,
                        on,
                        operator,
                        s.work().orElseThrow(),
                        "model " + s.model().id(),
                        refusals);
            case Infer<?> i ->
                models.declared(
                        c,
                        on,
                        operator,
                        i.work().orElseThrow(),
                        "model " + i.model().id(),
                        refusals);
            case Kernel<?> k ->
                k.work().isPresent() && hostClass(c)
                        ? models.declared(c, on, operator, k.work().get(), "", refusals)
                        : function(c, operator, refusals);
            case Custom<?> u ->
                u.work().isPresent() && (u.function().isEmpty() || hostClass(c))
                        ? models.declared(c, on, operator, u.work().get(), "custom operator " + u.name(), refusals)
                        : function(c, operator, refusals);
            case Tool<?, ?> t ->
                hostClass(c)
                        ? host(
                                c,
                                operator,
                                Explanation.seconds(t.expectedLatency()) + HostTimes.FUNCTION_SECONDS,
                                t.dollarsPerCall(),
                                refusals)
                        : counted.refuse(refusals, c, "tools run on the host");
            case Transform<?> t -> function(c, operator, refusals);
            case MemoryLoad<?, ?> m -> function(c, operator, refusals);
            case MemoryStore<?, ?> m -> function(c, operator, refusals);
        };
    }

    private List<CandidateMode> embedding(
            int c, DeviceClass on, GranularOperator operator, ModelSpec model, int tokens, List<String> refusals) {
        return counted.known(c, "", settings.cost().embed(model, on.device(), 1, tokens, 1), refusals)
                .map(k -> new Way(
                        "batch=1 " + model.weights().id(),
                        k,
                        1,
                        1,
                        0,
                        "model " + model.id(),
                        TransformerDemand.weightBytes(model),
                        FIXED_WORK_VARIATION))
                .map(way -> counted.on(c, operator, way, refusals))
                .orElse(List.of());
    }

    private List<CandidateMode> search(
            int c, DeviceClass on, GranularOperator operator, VectorSearch s, List<String> refusals) {
        ModelSpec model = settings.models().find(s.index().embedder().id());
        Demand scan = OperatorDemand.scan(s.index().passages().size(), model.hidden(), 1, Precision.FP32);
        return counted.known(c, "", settings.cost().seconds(scan, on.device()), refusals)
                .map(k -> new Way(
                        "batch=1", k, 1, 1, 0, "index " + s.index().name(), scan.residentBytes(), FIXED_WORK_VARIATION))
                .map(way -> counted.on(c, operator, way, refusals))
                .orElse(List.of());
    }

    private List<CandidateMode> function(int c, GranularOperator operator, List<String> refusals) {
        return hostClass(c)
                ? host(c, operator, HostTimes.FUNCTION_SECONDS, 0, refusals)
                : counted.refuse(refusals, c, "functions run on the host");
    }

    private List<CandidateMode> host(
            int c, GranularOperator operator, double seconds, double dollars, List<String> refusals) {
        return counted.paid(c, HostTimes.MODE, operator, seconds, dollars, 0, 0, refusals);
    }

    private boolean hostClass(int c) {
        return c == members.home() || members.classes().get(c).device().kind() == DeviceKind.CPU;
    }
}
