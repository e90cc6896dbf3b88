package io.agentopt.plan.solve;

import io.agentopt.plan.problem.ClassUse.Binding;
import io.agentopt.plan.problem.Evaluation;
import io.agentopt.plan.problem.Evaluator;
import io.agentopt.plan.problem.PlacementEdge;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.problem.Violation;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Explains a problem that is proved infeasible: looks for one family of limits whose loosening alone makes it feasible, in
 * the order of {@link Family}, and finds the least such change; failing that, the least change of several.
 */
final class InfeasibilityAnalysis {
    private final PlacementProblem problem;
    private final Budget budget;

    InfeasibilityAnalysis(PlacementProblem problem, Budget budget) {
        this.problem = problem;
        this.budget = budget;
    }

    /** {@return whether a bound that needs no search proves that no placement exists} */
    static boolean provedByBound(CompiledProblem reduced) {
        return reduced.someOperatorHasNoMode()
                || !new Neighbourhood(reduced).blocksFit()
                || !PathBounds.fits(reduced, Domain.whole(reduced));
    }

    /**
     * Explains a problem that the caller has proved infeasible, within the budget; without one, and without search, from {@code nearest}, a
     * placement to fall back on.
     */
    Infeasible explain(int[] nearest) {
        if (budget.spent()) return certificate(nearest, false);
        CompiledProblem p = new CompiledProblem(problem, false);
        for (Family family : List.of(
                Family.DEADLINE,
                Family.MILESTONE,
                Family.INVENTORY,
                Family.LINK,
                Family.BANDWIDTH,
                Family.COLOCATION)) {
            if (!stated(family)) continue;
            Optional<Infeasible> alone = attempt(p, EnumSet.of(family), 0.4);
            if (alone.isPresent()) return alone.get();
        }
        return attempt(p, EnumSet.allOf(Family.class), 0.9).orElseGet(() -> certificate(nearest, false));
    }

    private boolean stated(Family family) {
        return switch (family) {
            case DEADLINE -> problem.deadlineSeconds().isPresent();
            case MILESTONE -> !problem.milestones().isEmpty();
            case INVENTORY, MEMORY -> true;
            case LINK -> !problem.edges().isEmpty();
            case BANDWIDTH -> !problem.links().isEmpty();
            case COLOCATION -> !problem.colocated().isEmpty();
        };
    }

    private Optional<Infeasible> attempt(CompiledProblem p, Set<Family> soft, double share) {
        if (budget.spent()) return Optional.empty();
        DepthFirstSearch search = new DepthFirstSearch(p, soft, budget.share(share, Long.MAX_VALUE));
        DepthFirstSearch.Outcome outcome = search.run(Double.POSITIVE_INFINITY);
        return outcome.modes().map(modes -> certificate(p.toOriginal(modes), outcome.complete() && soft.size() == 1));
    }

    private Infeasible certificate(int[] witness, boolean least) {
        Evaluation evaluation = Evaluator.evaluate(problem, witness);
        Violation first = evaluation.violations().getFirst();
        Relaxation relaxation = Answers.relaxation(problem, witness);
        boolean exact = least && evaluation.violations().size() == 1;
        SolveStatistics statistics = budget.statistics("infeasibility analysis");
        return switch (first) {
            case Violation.DeadlineMissed v ->
                new Infeasible(
                        Family.DEADLINE,
                        v.seconds(),
                        v.limitSeconds(),
                        exact,
                        evaluation.criticalPath(),
                        relaxation,
                        true,
                        statistics);
            case Violation.MilestoneMissed v ->
                new Infeasible(
                        Family.MILESTONE,
                        v.seconds(),
                        v.limitSeconds(),
                        exact,
                        problem.milestones().get(v.milestone()).operators(),
                        relaxation,
                        true,
                        statistics);
            case Violation.InventoryExceeded v ->
                new Infeasible(
                        v.cause() == Binding.MEMORY ? Family.MEMORY : Family.INVENTORY,
                        v.devices(),
                        v.inventory(),
                        exact,
                        operatorsOn(v.deviceClass(), witness),
                        relaxation,
                        true,
                        statistics);
            case Violation.LinkMissing v -> {
                PlacementEdge edge = problem.edges().get(v.edge());
                yield new Infeasible(
                        Family.LINK,
                        evaluation.violations().size(),
                        0,
                        least,
                        List.of(edge.from(), edge.to()),
                        relaxation,
                        true,
                        statistics);
            }
            case Violation.LinkOverloaded v ->
                new Infeasible(
                        Family.BANDWIDTH,
                        v.bytesPerSecond(),
                        v.capacity(),
                        exact,
                        operatorsAcross(v.link(), witness),
                        relaxation,
                        true,
                        statistics);
            case Violation.Separated v ->
                new Infeasible(
                        Family.COLOCATION,
                        v.deviceClasses().size(),
                        1,
                        exact,
                        problem.colocated().get(v.group()),
                        relaxation,
                        true,
                        statistics);
        };
    }

    private List<Integer> operatorsAcross(int link, int[] modes) {
        TreeSet<Integer> operators = new TreeSet<>();
        for (PlacementEdge edge : problem.edges()) {
            if (edge.bytesPerRequest() == 0) continue;
            if (!problem.links().get(link).carries(classOf(edge.from(), modes), classOf(edge.to(), modes))) continue;
            operators.add(edge.from());
            operators.add(edge.to());
        }
        return List.copyOf(operators);
    }

    private int classOf(int operator, int[] modes) {
        return problem.operators().get(operator).modes().get(modes[operator]).deviceClass();
    }

    private List<Integer> operatorsOn(int deviceClass, int[] modes) {
        List<Integer> operators = new ArrayList<>();
        for (int i = 0; i < modes.length; i++) {
            if (classOf(i, modes) == deviceClass) operators.add(i);
        }
        return operators;
    }
}
