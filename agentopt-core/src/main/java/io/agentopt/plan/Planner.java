package io.agentopt.plan;

import io.agentopt.cost.CostModel;
import io.agentopt.cost.RooflineCostModel;
import io.agentopt.graph.AgentGraph;
import io.agentopt.hardware.Fleet;
import io.agentopt.model.ModelCatalog;
import io.agentopt.operator.Embed;
import io.agentopt.operator.Generate;
import io.agentopt.operator.VectorSearch;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.solve.Infeasible;
import io.agentopt.plan.solve.Placed;
import io.agentopt.plan.solve.PlacementSolver;
import io.agentopt.plan.solve.Solution;
import io.agentopt.plan.solve.SolveOptions;
import io.agentopt.plan.solve.Undecided;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * Finds the placement of least cost that keeps an SLA. Immutable; each setting returns another planner. Safe for concurrent use.
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

    /** {@return a planner with the packaged models, generic efficiencies, and a second to think} */
    public static Planner minimizeCost() {
        return new Planner(
                ModelCatalog.packaged(),
                RooflineCostModel.generic(),
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
     * @throws IllegalArgumentException if a model of the graph is in no catalog
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
     * @throws IllegalArgumentException if a model of the graph is in no catalog
     */
    public <I, O> PlanResult<I, O> solve(AgentGraph<I, O> graph, Workload workload, Sla sla, Fleet fleet) {
        requireModels(graph);
        PlanningProblem planning = PlanningProblem.of(graph, workload, fleet, models, cost);
        if (!planning.unplaceable().isEmpty()) {
            PlanningProblem.Unplaceable first = planning.unplaceable().getFirst();
            return new PlanResult.Infeasible<>(
                    graph.name(),
                    "device",
                    "No device of fleet '" + fleet.name() + "' can run '" + first.operator() + "' of graph '"
                            + graph.name() + "': " + String.join("; ", first.reasons()) + ".",
                    "Add a device that can, use a smaller model, or loosen the node's wishes.",
                    true);
        }
        PlacementProblem problem = planning.problem(workload, sla, fleet, models);
        return switch (solver.solve(problem, options)) {
            case Placed placed -> {
                Solution free = solver.solve(
                        problem.withDeadline(OptionalDouble.empty()).withMilestones(java.util.List.of()), options);
                yield new PlanResult.Planned<>(
                        new PlanAssembly<>(graph, planning, workload, sla, fleet).plan(placed, free));
            }
            case Infeasible none ->
                new PlanResult.Infeasible<>(
                        graph.name(),
                        none.family().name().toLowerCase(java.util.Locale.ROOT),
                        message(graph, fleet, sla, none, problem),
                        fix(none, problem),
                        true);
            case Undecided u ->
                new PlanResult.Infeasible<>(
                        graph.name(),
                        "undecided",
                        u.explain(problem),
                        "Give the solver more time (Planner.options) or relax the SLA.",
                        false);
        };
    }

    private static String message(
            AgentGraph<?, ?> graph, Fleet fleet, Sla sla, Infeasible none, PlacementProblem problem) {
        String reason = switch (none.family()) {
            case DEADLINE ->
                "The end-to-end limit of graph '" + graph.name() + "' ("
                        + sla.percentile().id() + " "
                        + Explanation.time(sla.endToEnd().toNanos() / 1e9) + ", planned as a mean of "
                        + Explanation.time(none.limit())
                        + ") is below its fastest critical path (" + Explanation.time(none.leastAchievable())
                        + ") on fleet '" + fleet.name() + "'.";
            case MILESTONE ->
                "The first-token limit of graph '" + graph.name() + "' (planned as a mean of "
                        + Explanation.time(none.limit()) + ") is below the fastest time to it ("
                        + Explanation.time(none.leastAchievable()) + ") on fleet '" + fleet.name() + "'.";
            case INVENTORY, MEMORY, LINK, COLOCATION ->
                "Fleet '" + fleet.name() + "' cannot carry graph '" + graph.name() + "': " + none.explain(problem);
        };
        return reason;
    }

    private static String fix(Infeasible none, PlacementProblem problem) {
        return "To make a plan possible, " + none.relaxation().describe(problem) + ".";
    }

    private void requireModels(AgentGraph<?, ?> graph) {
        graph.calls().forEach((path, call) -> {
            String id = switch (call.operator()) {
                case Generate g -> g.model().id();
                case Embed e -> e.model().id();
                case VectorSearch s -> s.index().embedder().id();
                default -> "";
            };
            if (id.isEmpty()) return;
            try {
                models.find(id);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "Node '" + path + "' of graph '" + graph.name() + "' needs a model that is not known. "
                                + e.getMessage(),
                        e);
            }
        });
    }
}
