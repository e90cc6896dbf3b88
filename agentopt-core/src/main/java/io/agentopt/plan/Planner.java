package io.agentopt.plan;

import io.agentopt.cost.CostModel;
import io.agentopt.cost.engine.EngineCostModel;
import io.agentopt.graph.AgentGraph;
import io.agentopt.hardware.Fleet;
import io.agentopt.model.ModelCatalog;
import io.agentopt.model.ModelSpec;
import io.agentopt.model.Precision;
import io.agentopt.model.SpeechCatalog;
import io.agentopt.operator.Custom;
import io.agentopt.operator.Embed;
import io.agentopt.operator.Generate;
import io.agentopt.operator.Infer;
import io.agentopt.operator.Kernel;
import io.agentopt.operator.MemoryLoad;
import io.agentopt.operator.MemoryStore;
import io.agentopt.operator.ModelRef;
import io.agentopt.operator.Rerank;
import io.agentopt.operator.Synthesize;
import io.agentopt.operator.Tool;
import io.agentopt.operator.Transcribe;
import io.agentopt.operator.Transform;
import io.agentopt.operator.VectorSearch;
import io.agentopt.operator.Work;
import io.agentopt.plan.problem.Quanta;
import io.agentopt.plan.solve.PlacementSolver;
import io.agentopt.plan.solve.Replanner;
import io.agentopt.plan.solve.SolveOptions;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Finds the placement that keeps an SLA at least cost, energy or latency. Immutable; each setting returns another planner. Safe for concurrent use.
 *
 * <pre>{@code
 * Plan<String, String> plan = Planner.minimizeCost()
 *         .plan(graph, Workload.poisson(5), Sla.endToEnd(Percentile.P95, Duration.ofSeconds(20)), fleet);
 * System.out.print(plan.explain());
 * }</pre>
 */
public final class Planner {
    private final PlanningSettings settings;

    private Planner(PlanningSettings settings) {
        this.settings = settings;
    }

    /** {@return a planner with the packaged models, generic terms of engines and efficiencies, and a second to think} */
    public static Planner minimizeCost() {
        return new Planner(PlanningSettings.of(
                ModelCatalog.packaged(),
                EngineCostModel.generic(),
                PlacementSolver.portfolio(),
                SolveOptions.time(1, Duration.ofSeconds(1))));
    }

    /**
     * {@return a planner for least dollars per request} At a fixed rate that is dollars per hour divided by the requests of an hour, so the
     * plans are those of {@link #minimizeCost()}; figures and bound are per request.
     */
    public static Planner minimizeCostPerRequest() {
        return minimizeCost().objective(new Objective.DollarsPerRequest());
    }

    /** {@return a planner for least joules per request; it plans on devices with a known rated power, and not on endpoints} */
    public static Planner minimizeEnergy() {
        return minimizeCost().objective(new Objective.Joules());
    }

    /** {@return a planner for the least mean time from request to answer that a budget in dollars per hour allows; the SLA holds as well} */
    public static Planner minimizeLatency(double dollarsPerHour) {
        return minimizeCost().objective(new Objective.Latency(dollarsPerHour));
    }

    /** {@return this planner with another objective} */
    public Planner objective(Objective other) {
        return new Planner(settings.withObjective(Objects.requireNonNull(other)));
    }

    /** {@return this planner with other models} */
    public Planner models(ModelCatalog catalog) {
        return new Planner(settings.withModels(Objects.requireNonNull(catalog)));
    }

    /** {@return this planner with other speech models; without, the packaged ones} */
    public Planner speechModels(SpeechCatalog catalog) {
        return new Planner(settings.withSpeech(Objects.requireNonNull(catalog)));
    }

    /** {@return the models that it plans with} */
    public ModelCatalog models() {
        return settings.models();
    }

    /** {@return the cost model that it plans with} */
    public CostModel costModel() {
        return settings.cost();
    }

    /** {@return this planner with another cost model, such as one calibrated here} */
    public Planner costModel(CostModel model) {
        return new Planner(settings.withCost(Objects.requireNonNull(model)));
    }

    /** {@return this planner with another solver} */
    public Planner solver(PlacementSolver other) {
        return new Planner(settings.withSolver(Objects.requireNonNull(other)));
    }

    /** {@return this planner with another seed and budget for the solver} */
    public Planner options(SolveOptions other) {
        return new Planner(settings.withOptions(Objects.requireNonNull(other)));
    }

    /**
     * {@return this planner with the number formats in which the weights of every language model may be served, where
     * {@link #precisions(String, Precision...)} says nothing else} Without this a model is served as its catalog has it. Whether its answers stay
     * good enough in another format is not for the planner to know.
     */
    public Planner precisions(Precision... allowed) {
        return new Planner(settings.withPrecisions(PlanningSettings.ANY_MODEL, List.of(allowed)));
    }

    /** {@return this planner with the number formats in which the weights of one language model may be served} */
    public Planner precisions(String model, Precision... allowed) {
        models().find(model);
        return new Planner(settings.withPrecisions(model, List.of(allowed)));
    }

    /** {@return this planner with nodes, named by path, that run on one member of the fleet, prefill and decode of an LLM call included} */
    public Planner colocate(String... nodes) {
        return new Planner(settings.withColocated(List.of(nodes)));
    }

    /**
     * {@return this planner with a wait in the time of each mode}
     *
     * @param model what the wait is
     * @param utilisations busy shares at which the devices of a mode may be planned, each in 0.05..0.7; none for 0.7. Less busy devices wait
     *     less and cost more
     */
    public Planner queue(QueueModel model, double... utilisations) {
        return new Planner(settings.withQueue(
                Objects.requireNonNull(model),
                Arrays.stream(utilisations).boxed().toList()));
    }

    /**
     * Plans.
     *
     * @throws InfeasiblePlanException if nothing keeps the SLA on the fleet; see {@link #solve} for the same as a value
     * @throws IllegalArgumentException if a model of the graph is in no catalog or of the wrong kind, no device has a price, or graph or
     *     workload are larger than a plan can count
     */
    public <I, O> Plan<I, O> plan(AgentGraph<I, O> graph, Workload workload, Sla sla, Fleet fleet) {
        return solve(graph, workload, sla, fleet).orThrow();
    }

    /**
     * Plans; that there is no plan is a result.
     *
     * @throws IllegalArgumentException if a model of the graph is in no catalog or of the wrong kind, no device has a price, or graph or
     *     workload are larger than a plan can count
     */
    public <I, O> PlanResult<I, O> solve(AgentGraph<I, O> graph, Workload workload, Sla sla, Fleet fleet) {
        return search(graph, workload, sla, fleet).solve();
    }

    /**
     * Plans for shorter and shorter deadlines: cost against latency, each plan with its proved bound. The objective is dollars per hour.
     *
     * @param points plans at most, at least 2
     * @throws IllegalArgumentException as {@link #solve}
     */
    public <I, O> ParetoFront<I, O> paretoFront(
            AgentGraph<I, O> graph, Workload workload, Sla sla, Fleet fleet, int points) {
        if (points < 2 || points > 1000)
            throw new IllegalArgumentException("The points (" + points + ") of a front must lie in 2..1000.");
        Planner cost = objective(new Objective.DollarsPerHour());
        return cost.search(graph, workload, sla, fleet).front(points);
    }

    private <I, O> PlanSearch<I, O> search(AgentGraph<I, O> graph, Workload workload, Sla sla, Fleet fleet) {
        requireModels(graph);
        Wishes.checkLoops(graph, sla.worstCase().isPresent());
        double most = Quanta.MAX_RATE / 3600;
        if (workload.requestsPerSecond() > most) {
            throw new IllegalArgumentException("The workload of graph '" + graph.name() + "' ("
                    + workload.requestsPerSecond() + " requests/s) is above what one plan counts ("
                    + Explanation.number(Math.floor(most)) + " requests/s). Plan a share of it and multiply.");
        }
        PlanningProblem planning = PlanningProblem.of(graph, workload, sla, fleet, settings);
        return new PlanSearch<>(graph, workload, sla, fleet, settings, planning);
    }

    /**
     * Plans again after changes, from the plan in force, with {@link ReplanOptions#DEFAULT}.
     *
     * @param old the plan in force, made for {@code fleet} by this planner
     * @param fleet as it was before the changes
     * @param changes what happened
     * @throws IllegalArgumentException if a change names a device class that the fleet does not have
     */
    public <I, O> ReplanResult<I, O> replan(Plan<I, O> old, Fleet fleet, Change... changes) {
        return replan(old, fleet, List.of(changes), ReplanOptions.DEFAULT);
    }

    /**
     * Plans again after changes, from the plan in force: a short search around it, and the solver only where that finds nothing. What does
     * not repay its move within the horizon stays. Where energy or latency is made least, or the SLA limits the worst case, the search is
     * that of {@link #solve}, and the verdict says so.
     *
     * @param old the plan in force, made for {@code fleet} by this planner
     * @param fleet as it was before the changes
     * @param changes what happened, in order
     * @param how horizon, rates of loading, search
     * @throws IllegalArgumentException if a change names a device class that the fleet does not have
     */
    public <I, O> ReplanResult<I, O> replan(Plan<I, O> old, Fleet fleet, List<Change> changes, ReplanOptions how) {
        return replan(old, fleet, changes, how, new Replanner());
    }

    <I, O> ReplanResult<I, O> replan(
            Plan<I, O> old, Fleet fleet, List<Change> changes, ReplanOptions how, Replanner replanner) {
        Situation now = new Situation(old.workload(), old.sla(), Optional.of(fleet), settings.cost());
        for (Change change : changes) now = now.after(change);
        if (now.fleet().isEmpty()) {
            return new ReplanResult.Infeasible<>(NoPlan.noDevices(old.graph(), fleet, changes), changes);
        }
        Planner then = costModel(now.cost());
        return new PlanAgain<>(then.search(
                        old.graph(), now.workload(), now.sla(), now.fleet().get()))
                .replan(old, changes, how, then, replanner);
    }

    /** Prepares for changes of a plan with {@link PreparedPlan#EACH}, a second or so for 10 operators and ten for 50. */
    public <I, O> PreparedPlan<I, O> prepare(Plan<I, O> plan, Fleet fleet) {
        return prepare(plan, fleet, PreparedPlan.EACH);
    }

    /**
     * Solves likely changes in advance (load, limits, prices, speeds, outages in part and whole), so that replans are quick and good.
     *
     * @param plan the plan in force, made for {@code fleet} by this planner
     * @param each budget of each solve; there are up to six for each of some 30 to 60 changes
     * @throws IllegalArgumentException if the plan does not hold on the fleet
     */
    public <I, O> PreparedPlan<I, O> prepare(Plan<I, O> plan, Fleet fleet, SolveOptions each) {
        Replanner replanner =
                new PlanAgain<>(search(plan.graph(), plan.workload(), plan.sla(), fleet)).prepared(plan, each);
        return new PreparedPlan<>(this, plan, fleet, replanner);
    }

    private void requireModels(AgentGraph<?, ?> graph) {
        graph.calls().forEach((path, call) -> {
            switch (call.operator()) {
                case Generate g -> require(graph, path, g.model(), ModelSpec.Kind.DECODER, "generates");
                case Embed e -> require(graph, path, e.model(), ModelSpec.Kind.EMBEDDER, "embeds");
                case VectorSearch s -> require(graph, path, s.index().embedder(), ModelSpec.Kind.EMBEDDER, "embeds");
                case Rerank r -> require(graph, path, r.model(), ModelSpec.Kind.EMBEDDER, "reranks");
                case Transcribe t -> {
                    if (t.work().isEmpty()) requireSpeech(graph, path, t.model());
                }
                case Synthesize s -> requireWork(graph, path, "text to speech by '" + s.model() + "'", s.work());
                case Infer<?> i -> requireWork(graph, path, "model file '" + i.model() + "'", i.work());
                case Kernel<?> k -> {}
                case Custom<?> c -> {}
                case Tool<?, ?> t -> {}
                case Transform<?> t -> {}
                case MemoryLoad<?, ?> m -> {}
                case MemoryStore<?, ?> m -> {}
            }
        });
    }

    private void requireSpeech(AgentGraph<?, ?> graph, String path, ModelRef model) {
        try {
            settings.speech().find(model.id());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "Node '" + path + "' of graph '" + graph.name()
                            + "' needs a speech model of known shape, or to be told what a run costs: transcribe(..).costing(..). "
                            + e.getMessage(),
                    e);
        }
    }

    private static void requireWork(AgentGraph<?, ?> graph, String path, String what, Optional<Work> work) {
        if (work.isPresent()) return;
        throw new IllegalArgumentException(
                "Node '" + path + "' of graph '" + graph.name()
                        + "' cannot be planned: no catalog knows what a run of the " + what
                        + " costs. Say it: .costing(Work.seconds(\"cpu\", ..)) as measured, or .costing(Work.counted(flops, bytes)).");
    }

    private void require(AgentGraph<?, ?> graph, String path, ModelRef model, ModelSpec.Kind kind, String verb) {
        String node = "Node '" + path + "' of graph '" + graph.name() + "' ";
        ModelSpec found;
        try {
            found = models().find(model.id());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(node + "needs a model that is not known. " + e.getMessage(), e);
        }
        if (found.kind() != kind) {
            boolean decoder = kind == ModelSpec.Kind.DECODER;
            throw new IllegalArgumentException(node
                    + verb + " with '"
                    + found.id()
                    + (decoder
                            ? "', which is an embedder. Use a language model."
                            : "', which is a language model. Use an embedder."));
        }
    }
}
