package io.agentopt.plan.solve;

import io.agentopt.plan.problem.DeviceClass;
import io.agentopt.plan.problem.PlacementProblem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Ways to make an infeasible problem feasible, each with what the best placement then costs. Tried are: the least change of each family of
 * limits alone, as many devices as needed of each class alone, and the relaxation that came with the proof.
 */
public final class PricedRelaxations {
    private static final List<Family> ALONE = List.of(
            Family.DEADLINE, Family.MILESTONE, Family.INVENTORY, Family.LINK, Family.BANDWIDTH, Family.COLOCATION);

    private PricedRelaxations() {}

    /**
     * A relaxation and the best placement found under it.
     *
     * @param relaxation what to change
     * @param placed feasible in the changed problem, with its bound
     */
    public record Priced(Relaxation relaxation, Placed placed) {}

    /**
     * {@return relaxations by the cost of the placement that each makes possible, cheapest first; never empty}
     *
     * @param none the proof that the problem as it is has no placement
     * @param each budget of one solve; there are two for each family and for each class
     */
    public static List<Priced> of(PlacementProblem problem, Infeasible none, SolveOptions each) {
        List<Relaxation> tried = new ArrayList<>();
        tried.add(none.relaxation());
        for (Family family : ALONE) leastOf(problem, family, each).ifPresent(tried::add);
        for (int h = 0; h < problem.classes().size(); h++)
            moreOf(problem, h, each).ifPresent(tried::add);
        List<Priced> priced = new ArrayList<>();
        Set<List<Relaxation.Change>> seen = new LinkedHashSet<>();
        for (Relaxation relaxation : tried) {
            if (!seen.add(relaxation.changes())) continue;
            Solution solution =
                    PlacementSolver.portfolio().solve(relaxation.applyTo(problem), each.from(relaxation.witness()));
            if (solution instanceof Placed placed) priced.add(new Priced(relaxation, placed));
        }
        priced.sort(Comparator.comparingDouble(p -> p.placed().dollarsPerHour()));
        return List.copyOf(priced);
    }

    private static Optional<Relaxation> leastOf(PlacementProblem problem, Family family, SolveOptions each) {
        CompiledProblem p = new CompiledProblem(problem, false);
        DepthFirstSearch search = new DepthFirstSearch(p, EnumSet.of(family), Budget.of(each));
        return search.run(Double.POSITIVE_INFINITY)
                .modes()
                .map(modes -> Answers.relaxation(problem, p.toOriginal(modes)));
    }

    /** Enough devices of one class, chosen by cost instead of by their number. */
    private static Optional<Relaxation> moreOf(PlacementProblem problem, int h, SolveOptions each) {
        if (problem.classes().get(h).inventory() >= DeviceClass.AS_MANY_AS_NEEDED) return Optional.empty();
        List<DeviceClass> classes = new ArrayList<>(problem.classes());
        classes.set(h, classes.get(h).withInventory(DeviceClass.AS_MANY_AS_NEEDED));
        return PlacementSolver.portfolio().solve(problem.withClasses(classes), each) instanceof Placed placed
                ? Optional.of(Answers.relaxation(problem, placed.modeOfOperator()))
                : Optional.empty();
    }
}
