package io.agentopt.plan;

import io.agentopt.cost.CostModel;
import io.agentopt.cost.Demand;
import io.agentopt.cost.Estimate;
import io.agentopt.cost.OperatorDemand;
import io.agentopt.cost.TransformerDemand;
import io.agentopt.graph.NodeOptions;
import io.agentopt.hardware.DeviceClass;
import io.agentopt.hardware.DeviceKind;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.ModelCatalog;
import io.agentopt.model.ModelSpec;
import io.agentopt.model.Precision;
import io.agentopt.operator.Embed;
import io.agentopt.operator.Generate;
import io.agentopt.operator.MemoryLoad;
import io.agentopt.operator.MemoryStore;
import io.agentopt.operator.Tool;
import io.agentopt.operator.Transform;
import io.agentopt.operator.VectorSearch;
import io.agentopt.plan.granular.GranularOperator;
import io.agentopt.plan.granular.OperatorId.Phase;
import io.agentopt.plan.problem.Mode;
import io.agentopt.plan.problem.Quanta;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Lists the ways in which an operator may run on the classes of a fleet.
 *
 * <p>An LLM phase has a mode per class, tensor-parallel degree (1, 2, 4, 8) and batch. With b requests in a batch, one run takes
 * t(b) and keeps {@code lambda * visits * t(b) / b * degree} devices busy. By Little's law there are {@code lambda * visits * t(b)}
 * runs in flight, which fill batches up to that size. The next larger batch is offered as well, as devices that are busy all the time
 * with what there is: without it, a little more load could fill it and cost less. KV memory is that of the runs in flight, at least
 * of one batch.
 * Weights are shared between all operators of one model on one class, the vectors of an index between all its searches.
 *
 * <p>What the placement problem cannot count (see {@link Quanta}) is no mode either, and the reason names the number.
 */
final class ModeEnumeration {
    private static final int[] DEGREES = {1, 2, 4, 8};
    private static final int[] BATCHES = {1, 2, 4, 8, 16, 32, 64, 128};

    private final ModelCatalog models;
    private final CostModel cost;
    private final List<DeviceClass> classes;
    private final int home;
    private final double requestsPerSecond;
    private final Map<String, Integer> groups = new HashMap<>();

    ModeEnumeration(
            ModelCatalog models, CostModel cost, List<DeviceClass> classes, int home, double requestsPerSecond) {
        this.models = models;
        this.cost = cost;
        this.classes = classes;
        this.home = home;
        this.requestsPerSecond = requestsPerSecond;
    }

    /**
     * Lists the modes of one operator.
     *
     * @param refusals filled with a reason for each class that cannot run it
     */
    List<CandidateMode> modes(GranularOperator operator, List<String> refusals) {
        if (operator.call().isEmpty()) return host(home, operator, 0, 0, refusals);
        NodeOptions options = operator.call().get().options();
        List<CandidateMode> modes = new ArrayList<>();
        for (int c = 0; c < classes.size(); c++) {
            String name = classes.get(c).name();
            if (options.forbidden().contains(name)) {
                refusals.add(name + ": forbidden by the node");
            } else if (options.pinnedTo().isPresent()
                    && !options.pinnedTo().get().equals(name)) {
                refusals.add(
                        name + ": the node is pinned to '" + options.pinnedTo().get() + "'");
            } else {
                modes.addAll(on(c, operator, refusals));
            }
        }
        return modes;
    }

    private List<CandidateMode> on(int c, GranularOperator operator, List<String> refusals) {
        return switch (operator.call().orElseThrow().operator()) {
            case Generate g -> language(c, operator, g, refusals);
            case Embed e -> {
                ModelSpec model = models.find(e.model().id());
                if (e.expectedTokens() > model.maxContext()) {
                    yield refuse(
                            refusals,
                            c,
                            "a text of " + tokens(e.expectedTokens()) + " tokens exceeds the context of model '"
                                    + model.id() + "' (" + model.maxContext() + ")");
                }
                yield embedding(c, operator, model, tokens(e.expectedTokens()), refusals);
            }
            case VectorSearch s -> {
                if (classes.get(c).device().kind() != DeviceKind.CPU)
                    yield refuse(refusals, c, "vector search runs on a CPU");
                ModelSpec model = models.find(s.index().embedder().id());
                Demand scan = OperatorDemand.scan(s.index().passages().size(), model.hidden(), 1, Precision.FP32);
                int group = group("index " + s.index().name());
                yield known(c, cost.seconds(scan, classes.get(c).device()), refusals)
                        .flatMap(k -> mode(c, "batch=1", operator, k, 1, 1, 0, group, scan.residentBytes(), refusals))
                        .map(List::of)
                        .orElse(List.of());
            }
            case Tool<?, ?> t ->
                hostClass(c)
                        ? host(
                                c,
                                operator,
                                Explanation.seconds(t.expectedLatency()) + HostTimes.FUNCTION_SECONDS,
                                t.dollarsPerCall(),
                                refusals)
                        : refuse(refusals, c, "tools run on the host");
            case Transform<?> t -> function(c, operator, refusals);
            case MemoryLoad<?, ?> m -> function(c, operator, refusals);
            case MemoryStore<?, ?> m -> function(c, operator, refusals);
        };
    }

    private List<CandidateMode> language(int c, GranularOperator operator, Generate g, List<String> refusals) {
        ModelSpec model = models.find(g.model().id());
        int prompt = tokens(g.expectedPromptTokens());
        int output = tokens(g.expectedOutputTokens());
        if ((long) prompt + output > model.maxContext()) {
            return refuse(
                    refusals,
                    c,
                    "prompt and output (" + prompt + " + " + output + " tokens) exceed the context of model '"
                            + model.id() + "' (" + model.maxContext() + ")");
        }
        boolean prefill = operator.id().phase() == Phase.PREFILL;
        double perSecond = times(requestsPerSecond, operator.visits());
        int context = prefill ? prompt : prompt + output; // no more than the model's longest
        List<CandidateMode> modes = new ArrayList<>();
        for (int degree : DEGREES) {
            if (degree > classes.get(c).count() || model.heads() % degree != 0) continue;
            if (degree > 1 && classes.get(c).device().kind() == DeviceKind.CPU) continue;
            for (int batch : prefill ? new int[] {1} : BATCHES) {
                DeviceSpec device = classes.get(c).device();
                Estimate estimate = prefill
                        ? cost.prefill(model, device, degree, prompt, batch, 0)
                        : cost.decode(model, device, degree, prompt, output, batch);
                List<String> reasons = batch == 1 ? refusals : new ArrayList<>();
                Optional<Estimate.Known> known = known(c, estimate, reasons);
                if (known.isEmpty()) break;
                double inFlight = perSecond * known.get().seconds();
                double kv = Math.max(batch, inFlight) * model.kvBytes(context);
                mode(
                                c,
                                "tp=" + degree + " batch=" + batch + " "
                                        + model.weights().id(),
                                operator,
                                known.get(),
                                degree,
                                batch,
                                kv,
                                group("model " + model.id()),
                                TransformerDemand.weightBytes(model),
                                reasons)
                        .ifPresent(modes::add);
                if (batch > inFlight) break; // this one never fills
            }
        }
        return modes;
    }

    private List<CandidateMode> embedding(
            int c, GranularOperator operator, ModelSpec model, int tokens, List<String> refusals) {
        return known(c, cost.embed(model, classes.get(c).device(), 1, tokens, 1), refusals)
                .flatMap(k -> mode(
                        c,
                        "batch=1 " + model.weights().id(),
                        operator,
                        k,
                        1,
                        1,
                        0,
                        group("model " + model.id()),
                        TransformerDemand.weightBytes(model),
                        refusals))
                .map(List::of)
                .orElse(List.of());
    }

    private List<CandidateMode> function(int c, GranularOperator operator, List<String> refusals) {
        return hostClass(c)
                ? host(c, operator, HostTimes.FUNCTION_SECONDS, 0, refusals)
                : refuse(refusals, c, "Java functions run on the host");
    }

    private List<CandidateMode> host(
            int c, GranularOperator operator, double seconds, double dollars, List<String> refusals) {
        double pathSeconds = times(seconds, operator.pathVisits());
        double money = times(dollars, operator.visits());
        if (!countable(c, pathSeconds, "seconds on the longest path", Quanta.MAX_SECONDS, refusals)
                || !countable(c, money, "dollars per request", Quanta.MAX_RATE, refusals)) return List.of();
        int devices =
                operator.call().isEmpty() ? 1 : 0; // input and output: the process that runs the agent needs a machine
        Mode mode = new Mode(c, HostTimes.MODE, pathSeconds, money, 0, 0, Mode.NOTHING_SHARED, 0, devices);
        return List.of(new CandidateMode(mode, seconds, operator.call().isEmpty() ? 0 : 0.5, "assumed"));
    }

    private Optional<CandidateMode> mode(
            int c,
            String label,
            GranularOperator operator,
            Estimate.Known known,
            int degree,
            int batch,
            double kvBytes,
            int group,
            double sharedBytes,
            List<String> refusals) {
        double filled = times(requestsPerSecond, operator.visits()) * known.seconds() / batch;
        double load = (batch == 1 ? filled : Math.max(1, filled)) * degree;
        double pathSeconds = times(known.seconds(), operator.pathVisits());
        if (!countable(c, pathSeconds, "seconds on the longest path", Quanta.MAX_SECONDS, refusals)
                || !countable(c, load, "busy devices", Quanta.MAX_LOAD, refusals)
                || !countable(c, kvBytes, "bytes of KV cache", Quanta.MAX_BYTES, refusals)
                || !countable(c, sharedBytes, "bytes of weights", Quanta.MAX_BYTES, refusals)) {
            return Optional.empty();
        }
        Mode mode = new Mode(c, label, pathSeconds, 0, load, (long) kvBytes, group, (long) sharedBytes, degree);
        return Optional.of(new CandidateMode(
                mode,
                known.seconds(),
                known.relativeSpread(),
                known.confidence().name()));
    }

    private boolean countable(int c, double value, String what, double most, List<String> refusals) {
        if (value <= most) return true;
        refusals.add(classes.get(c).name() + ": it would take " + Explanation.number(value) + " " + what
                + "; plans count to " + Explanation.number(most));
        return false;
    }

    /** A product in which nothing is nothing, however often. */
    private static double times(double amount, double visits) {
        return amount == 0 || visits == 0 ? 0 : amount * visits;
    }

    private Optional<Estimate.Known> known(int c, Estimate estimate, List<String> refusals) {
        return switch (estimate) {
            case Estimate.Known k -> Optional.of(k);
            case Estimate.Unknown u -> {
                refusals.add(classes.get(c).name() + ": " + u.reason());
                yield Optional.empty();
            }
            case Estimate.Infeasible i -> {
                refusals.add(classes.get(c).name() + ": " + i.reason());
                yield Optional.empty();
            }
        };
    }

    private List<CandidateMode> refuse(List<String> refusals, int c, String reason) {
        refusals.add(classes.get(c).name() + ": " + reason);
        return List.of();
    }

    private boolean hostClass(int c) {
        return c == home || classes.get(c).device().kind() == DeviceKind.CPU;
    }

    private int group(String shared) {
        return groups.computeIfAbsent(shared, k -> groups.size());
    }

    private static int tokens(double expected) {
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE, Math.round(expected)));
    }
}
