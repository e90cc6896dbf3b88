package io.agentopt.plan.solve;

import io.agentopt.plan.problem.ClassUse.Binding;
import io.agentopt.plan.problem.Evaluation;
import io.agentopt.plan.problem.Evaluator;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.problem.Quanta;
import io.agentopt.plan.problem.Violation;
import io.agentopt.plan.solve.Relaxation.Change;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Turns what a search found into values that the evaluator has confirmed. */
final class Answers {
    private Answers() {}

    /** A placement with its bound; the evaluator decides cost and feasibility, not the search. */
    static Placed placed(
            PlacementProblem problem, int[] modes, double bound, boolean optimal, SolveStatistics statistics) {
        Evaluation evaluation = Evaluator.evaluate(problem, modes);
        if (!evaluation.feasible()) {
            throw new IllegalStateException("The solver (" + statistics.by() + ") returned a placement of problem '"
                    + problem.name() + "' that breaks " + evaluation.violations()
                    + ". This is a defect of AgentOpt: report it.");
        }
        double cost = evaluation.dollarsPerHour();
        boolean proved = optimal || !Quanta.cheaper(bound, cost);
        return new Placed(
                list(modes),
                evaluation,
                proved ? cost : Math.max(0, Math.min(bound, cost)),
                proved ? Proof.OPTIMAL : Proof.BOUNDED,
                statistics);
    }

    /** The changes under which a placement is feasible. */
    static Relaxation relaxation(PlacementProblem problem, int[] witness) {
        List<Change> changes = new ArrayList<>();
        PlacementProblem changed = problem;
        for (int round = 0; round < 4; round++) {
            Evaluation evaluation = Evaluator.evaluate(changed, witness);
            if (evaluation.feasible()) return new Relaxation(changes, list(witness));
            for (Violation violation : evaluation.violations()) {
                Change change = change(evaluation, violation);
                changes.removeIf(before -> sameLimit(before, change));
                changes.add(change);
            }
            changed = new Relaxation(changes, list(witness)).applyTo(problem);
        }
        throw new IllegalStateException("The violations of a placement of problem '" + problem.name()
                + "' do not go away when each limit is loosened. This is a defect of AgentOpt: report it.");
    }

    private static Change change(Evaluation evaluation, Violation violation) {
        return switch (violation) {
            case Violation.DeadlineMissed v -> new Change.Deadline(v.seconds());
            case Violation.MilestoneMissed v -> new Change.MilestoneLimit(v.milestone(), v.seconds());
            case Violation.InventoryExceeded v -> {
                boolean moreDevicesHelp = v.devices() < Quanta.NO_CAPACITY;
                long needed = evaluation.classes().get(v.deviceClass()).memoryBytes();
                yield v.cause() == Binding.MEMORY && !moreDevicesHelp
                        ? new Change.DeviceMemory(v.deviceClass(), Math.ceilDiv(needed, Math.max(1, v.inventory())))
                        : new Change.Inventory(v.deviceClass(), v.devices());
            }
            case Violation.LinkMissing v -> new Change.Link(v.edge(), v.fromClass(), v.toClass());
            case Violation.LinkOverloaded v -> new Change.Bandwidth(v.link(), v.bytesPerSecond());
            case Violation.Separated v -> new Change.Separate(v.group());
        };
    }

    private static boolean sameLimit(Change a, Change b) {
        return (a instanceof Change.Inventory x
                        && b instanceof Change.Inventory y
                        && x.deviceClass() == y.deviceClass())
                || (a instanceof Change.Bandwidth v && b instanceof Change.Bandwidth w && v.link() == w.link());
    }

    static List<Integer> list(int[] modes) {
        return Arrays.stream(modes).boxed().toList();
    }
}
