package io.agentopt.plan.solve;

import io.agentopt.plan.problem.Evaluation;
import io.agentopt.plan.problem.Evaluator;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.problem.Quanta;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks a solution with the plain evaluator and believes nothing that the solver says about it.
 *
 * <p>What it can show: that a placement is what it claims to cost and keeps every limit; that bound, gap and proof fit
 * together; that the relaxation of an infeasible problem works and loosens something that its own placement needs; and, on
 * problems with few enough placements, by trying all of them, that optimal is optimal, the bound is a bound and infeasible is
 * infeasible.
 */
public final class SolutionChecker {
    /** Most placements that are tried one by one. */
    public static final long MOST_PLACEMENTS = 200_000;

    private SolutionChecker() {}

    /** {@return what is wrong with the solution; empty when nothing was found} */
    public static List<String> complaints(PlacementProblem problem, Solution solution) {
        List<String> complaints = new ArrayList<>();
        switch (solution) {
            case Placed placed -> checkPlaced(problem, placed, complaints);
            case Infeasible infeasible -> {
                checkRelaxation(problem, infeasible.relaxation(), complaints);
                if (!(infeasible.leastAchievable() > infeasible.limit())) {
                    complaints.add("The least achievable " + infeasible.family() + " (" + infeasible.leastAchievable()
                            + ") is not above the limit (" + infeasible.limit() + ").");
                }
            }
            case Undecided undecided -> checkRelaxation(problem, undecided.nearest(), complaints);
        }
        if (complaints.isEmpty() && !(solution instanceof Undecided) && enumerable(problem)) {
            enumerate(problem, solution, complaints);
        }
        return complaints;
    }

    /** {@return whether the problem is small enough that optimality and infeasibility are re-proved by enumeration} */
    public static boolean enumerable(PlacementProblem problem) {
        double placements = 1;
        for (var operator : problem.operators()) placements *= operator.modes().size();
        return placements <= MOST_PLACEMENTS;
    }

    private static void checkPlaced(PlacementProblem problem, Placed placed, List<String> complaints) {
        if (!wellFormed(problem, placed.modes(), complaints)) return;
        Evaluation evaluation = Evaluator.evaluate(problem, placed.modeOfOperator());
        for (var violation : evaluation.violations())
            complaints.add("The placement breaks a limit: " + violation + ".");
        if (!evaluation.equals(placed.evaluation())) {
            complaints.add("The stated evaluation (" + placed.evaluation().dollarsPerHour()
                    + " dollars per hour) is not that of its placement (" + evaluation.dollarsPerHour() + ").");
        }
        double cost = evaluation.dollarsPerHour();
        double bound = placed.lowerBoundDollarsPerHour();
        if (!(bound >= 0) || Quanta.cheaper(cost, bound)) {
            complaints.add("The lower bound (" + bound + ") exceeds the cost (" + cost + ").");
        }
        if (placed.proof() == Proof.OPTIMAL && Quanta.cheaper(bound, cost)) {
            complaints.add(
                    "The placement is called optimal, but its bound (" + bound + ") is below its cost (" + cost + ").");
        }
    }

    private static void checkRelaxation(PlacementProblem problem, Relaxation relaxation, List<String> complaints) {
        if (!wellFormed(problem, relaxation.witness(), complaints)) return;
        int[] witness =
                relaxation.witness().stream().mapToInt(Integer::intValue).toArray();
        if (Evaluator.evaluate(problem, witness).feasible()) {
            complaints.add("The witness of the relaxation is feasible as it is: the problem has a placement.");
        }
        try {
            for (var violation :
                    Evaluator.evaluate(relaxation.applyTo(problem), witness).violations()) {
                complaints.add("The relaxation does not make its witness feasible: " + violation + ".");
            }
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            complaints.add("The relaxation cannot be applied: " + e.getMessage());
        }
    }

    private static boolean wellFormed(PlacementProblem problem, List<Integer> modes, List<String> complaints) {
        boolean fits = modes.size() == problem.operators().size();
        for (int i = 0; fits && i < modes.size(); i++) {
            fits = modes.get(i) >= 0
                    && modes.get(i) < problem.operators().get(i).modes().size();
        }
        if (!fits) complaints.add("The placement " + modes + " does not name one existing mode for each operator.");
        return fits;
    }

    private static void enumerate(PlacementProblem problem, Solution solution, List<String> complaints) {
        int[] modes = new int[problem.operators().size()];
        double least = Double.POSITIVE_INFINITY;
        int at = 0;
        while (at < modes.length) {
            Evaluation evaluation = Evaluator.evaluate(problem, modes);
            if (evaluation.feasible()) least = Math.min(least, evaluation.dollarsPerHour());
            at = 0;
            while (at < modes.length
                    && ++modes[at] == problem.operators().get(at).modes().size()) modes[at++] = 0;
        }
        if (solution instanceof Infeasible && Double.isFinite(least)) {
            complaints.add("The problem is called infeasible, but a placement costs " + least + " dollars per hour.");
        }
        if (solution instanceof Placed placed && Quanta.cheaper(least, placed.lowerBoundDollarsPerHour())) {
            complaints.add("A placement costs " + least + ", less than the lower bound ("
                    + placed.lowerBoundDollarsPerHour() + ").");
        }
    }
}
