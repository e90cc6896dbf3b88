package io.agentopt.plan;

import io.agentopt.cost.CostModel;
import io.agentopt.cost.engine.EngineCostModel;
import io.agentopt.graph.AgentGraph;
import io.agentopt.hardware.Fleet;
import io.agentopt.model.ModelCatalog;
import io.agentopt.model.ModelSpec;
import io.agentopt.operator.Embed;
import io.agentopt.operator.Generate;
import io.agentopt.operator.MemoryLoad;
import io.agentopt.operator.MemoryStore;
import io.agentopt.operator.ModelRef;
import io.agentopt.operator.Tool;
import io.agentopt.operator.Transform;
import io.agentopt.operator.VectorSearch;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.problem.Quanta;
import io.agentopt.plan.solve.Infeasible;
import io.agentopt.plan.solve.Placed;
import io.agentopt.plan.solve.PlacementSolver;
import io.agentopt.plan.solve.Replanner;
import io.agentopt.plan.solve.Solution;
import io.agentopt.plan.solve.SolveOptions;
import io.agentopt.plan.solve.Undecided;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Finds the placement of least cost that keeps an SLA. Immutable; each setting returns another planner. Safe for concurrent use.
 *
 * <pre>{@code
 * Plan<String, String> plan = Planner.minimizeCost()
 *         .plan(graph, Workload.poisson(5), Sla.endToEnd(Percentile.P95, Duration.ofSeconds(20)), fleet);
 * System.out.print(plan.explain());
 * }</pre>
 */
public final class Planner {
    private final ModelCatalog models;
    private final CostModel cost;
    private final PlacementSolver solver;
    private final SolveOptions options;

    private Planner(ModelCatalog models, CostModel cost, PlacementSolver solver, SolveOptions options) {
        this.models = models;
        this.cost = cost;
        this.solver = solver;
        this.options = options;
    }

    /** {@return a planner with the packaged models, generic terms of engines and efficiencies, and a second to think} */
    public static Planner minimizeCost() {
        return new Planner(
                ModelCatalog.packaged(),
                EngineCostModel.generic(),
                PlacementSolver.portfolio(),
                SolveOptions.time(1, Duration.ofSeconds(1)));
    }

    /** {@return this planner with other models} */
    public Planner models(ModelCatalog catalog) {
        return new Planner(Objects.requireNonNull(catalog), cost, solver, options);
    }

    /** {@return this planner with another cost model, such as one calibrated here} */
    public Planner costModel(CostModel model) {
        return new Planner(models, Objects.requireNonNull(model), solver, options);
    }

    /** {@return this planner with another solver} */
    public Planner solver(PlacementSolver other) {
        return new Planner(models, cost, Objects.requireNonNull(other), options);
    }

    /** {@return this planner with another seed and budget for the solver} */
    public Planner options(SolveOptions other) {
        return new Planner(models, cost, solver, Objects.requireNonNull(other));
    }

    /**
     * Plans.
     *
     * @throws InfeasiblePlanException if nothing keeps the SLA on the fleet; see {@link #solve} for the same as a value
     * @throws IllegalArgumentException if a model of the graph is in no catalog or of the wrong kind, no device has a price, or graph or
     *     workload are larger than a plan can count
     */
    public <I, O> Plan<I, O> plan(AgentGraph<I, O> graph, Workload workload, Sla sla, Fleet fleet) {
        return switch (solve(graph, workload, sla, fleet)) {
            case PlanResult.Planned<I, O> p -> p.plan();
            case PlanResult.Infeasible<I, O> i -> throw new InfeasiblePlanException(i);
        };
    }

    /**
     * Plans; that there is no plan is a result.
     *
     * @throws IllegalArgumentException if a model of the graph is in no catalog or of the wrong kind, no device has a price, or graph or
     *     workload are larger than a plan can count
     */
    public <I, O> PlanResult<I, O> solve(AgentGraph<I, O> graph, Workload workload, Sla sla, Fleet fleet) {
        PlanningProblem planning = formulate(graph, workload, fleet);
        if (!planning.unplaceable().isEmpty()) return NoPlan.unplaceable(graph, fleet, planning);
        PlacementProblem problem = planning.problem(workload, sla, fleet, models);
        NoPlan<I, O> noPlan = new NoPlan<>(graph, workload, sla, fleet, problem);
        return switch (solver.solve(problem, options)) {
            case Placed placed -> {
                Solution free = solver.solve(
                        problem.withDeadline(OptionalDouble.empty()).withMilestones(List.of()), options);
                Plan<I, O> plan = new PlanAssembly<>(graph, planning, workload, sla, fleet).plan(placed, free);
                yield new PlanResult.Planned<>(plan.with(insights(graph, planning, problem, placed, sla, fleet)));
            }
            case Infeasible none -> noPlan.infeasible(none);
            case Undecided u -> noPlan.undecided(u);
        };
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
     * not repay its move within the horizon stays.
     *
     * @param old the plan in force, made for {@code fleet} by this planner
     * @param fleet as it was before the changes
     * @param changes what happened, in order
     * @param how horizon, rates of loading, search
     * @throws IllegalArgumentException if a change names a device class that the fleet does not have
     */
    public <I, O> ReplanResult<I, O> replan(Plan<I, O> old, Fleet fleet, List<Change> changes, ReplanOptions how) {
        Situation now = new Situation(old.workload(), old.sla(), Optional.of(fleet), cost);
        for (Change change : changes) now = now.after(change);
        if (now.fleet().isEmpty()) {
            return new ReplanResult.Infeasible<>(NoPlan.noDevices(old.graph(), fleet, changes), changes);
        }
        return costModel(now.cost()).replan(old, now, now.fleet().get(), changes, how);
    }

    private <I, O> ReplanResult<I, O> replan(
            Plan<I, O> old, Situation now, Fleet fleet, List<Change> changes, ReplanOptions how) {
        PlanningProblem planning = formulate(old.graph(), now.workload(), fleet);
        if (!planning.unplaceable().isEmpty()) {
            return new ReplanResult.Infeasible<>(
                    NoPlan.after(changes, NoPlan.unplaceable(old.graph(), fleet, planning)), changes);
        }
        PlacementProblem problem = planning.problem(now.workload(), now.sla(), fleet, models);
        Replanning replanning = Replanning.of(old, problem);
        Solution quick = Replanner.from(problem, replanning.startModes(), how.solve());
        Solution found =
                quick instanceof Undecided ? solver.solve(problem, options.from(replanning.startModes())) : quick;
        NoPlan<I, O> noPlan = new NoPlan<>(old.graph(), now.workload(), now.sla(), fleet, problem);
        return switch (found) {
            case Placed placed -> {
                ReplanChoice choice = ReplanChoice.of(
                        replanning,
                        placed,
                        modes -> new Moves(
                                        old,
                                        planning,
                                        models,
                                        how,
                                        new MoveReasons(
                                                problem, replanning.start(), replanning.exact(), modes, changes))
                                .to(modes),
                        changes,
                        how);
                Plan<I, O> plan = new PlanAssembly<>(old.graph(), planning, now.workload(), now.sla(), fleet)
                        .plan(choice.placed(), choice.placed())
                        .with(insights(old.graph(), planning, problem, choice.placed(), now.sla(), fleet));
                yield new ReplanResult.Replanned<>(
                        plan, choice.moves(), MoveCost.of(choice.moves()), choice.verdict(), fleet, this);
            }
            case Infeasible none ->
                new ReplanResult.Infeasible<>(NoPlan.after(changes, noPlan.infeasible(none)), changes);
            case Undecided u -> new ReplanResult.Infeasible<>(NoPlan.after(changes, noPlan.undecided(u)), changes);
        };
    }

    private Insights insights(
            AgentGraph<?, ?> graph,
            PlanningProblem planning,
            PlacementProblem problem,
            Placed placed,
            Sla sla,
            Fleet fleet) {
        double rate = problem.requestsPerHour() / 3600 * 1.1;
        return Insights.lazy(() -> new DetailsOf(planning, problem, placed, sla, () -> {
                    if (rate == 0 || rate > Quanta.MAX_RATE / 3600) return Optional.empty();
                    Workload more = new Workload(rate);
                    PlanningProblem tenPercentMore = formulate(graph, more, fleet);
                    return tenPercentMore.unplaceable().isEmpty()
                            ? Optional.of(tenPercentMore.problem(more, sla, fleet, models))
                            : Optional.empty();
                })
                .details());
    }

    private PlanningProblem formulate(AgentGraph<?, ?> graph, Workload workload, Fleet fleet) {
        requireModels(graph);
        double most = Quanta.MAX_RATE / 3600;
        if (workload.requestsPerSecond() > most) {
            throw new IllegalArgumentException("The workload of graph '" + graph.name() + "' ("
                    + workload.requestsPerSecond() + " requests/s) is above what one plan counts ("
                    + Explanation.number(Math.floor(most)) + " requests/s). Plan a share of it and multiply.");
        }
        return PlanningProblem.of(graph, workload, fleet, models, cost);
    }

    private void requireModels(AgentGraph<?, ?> graph) {
        graph.calls().forEach((path, call) -> {
            switch (call.operator()) {
                case Generate g -> require(graph, path, g.model(), ModelSpec.Kind.DECODER);
                case Embed e -> require(graph, path, e.model(), ModelSpec.Kind.EMBEDDER);
                case VectorSearch s -> require(graph, path, s.index().embedder(), ModelSpec.Kind.EMBEDDER);
                case Tool<?, ?> t -> {}
                case Transform<?> t -> {}
                case MemoryLoad<?, ?> m -> {}
                case MemoryStore<?, ?> m -> {}
            }
        });
    }

    private void require(AgentGraph<?, ?> graph, String path, ModelRef model, ModelSpec.Kind kind) {
        String node = "Node '" + path + "' of graph '" + graph.name() + "' ";
        ModelSpec found;
        try {
            found = models.find(model.id());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(node + "needs a model that is not known. " + e.getMessage(), e);
        }
        if (found.kind() != kind) {
            boolean decoder = kind == ModelSpec.Kind.DECODER;
            throw new IllegalArgumentException(node
                    + (decoder ? "generates with '" : "embeds with '")
                    + found.id()
                    + (decoder
                            ? "', which is an embedder. Use a language model."
                            : "', which is a language model. Use an embedder."));
        }
    }
}
