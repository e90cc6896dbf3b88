package io.agentopt.plan;

import io.agentopt.plan.PlanDetails.RunnerUp;
import io.agentopt.plan.PlanDetails.Worth;
import io.agentopt.plan.granular.GranularOperator;
import io.agentopt.plan.problem.DeviceClass;
import io.agentopt.plan.problem.Mode;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.problem.Violation;
import io.agentopt.plan.solve.Placed;
import io.agentopt.plan.solve.Sensitivity;
import io.agentopt.plan.solve.Sensitivity.Difference;
import io.agentopt.plan.solve.SolveOptions;
import io.agentopt.workload.Sla;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Works out the details of a plan: every number is a problem solved again with one thing changed. */
final class DetailsOf {
    private static final SolveOptions EACH = SolveOptions.steps(1, 20_000);
    private static final double MORE_SECONDS = 0.1;
    private static final int MOST_CLASSES = 8;

    private final PlanningProblem planning;
    private final PlacementProblem problem;
    private final Placed placed;
    private final Sla sla;
    private final Supplier<Optional<PlacementProblem>> tenPercentMore;
    private final Sensitivity sensitivity;

    DetailsOf(
            PlanningProblem planning,
            PlacementProblem problem,
            Placed placed,
            Sla sla,
            Supplier<Optional<PlacementProblem>> tenPercentMore) {
        this.planning = planning;
        this.problem = problem;
        this.placed = placed;
        this.sla = sla;
        this.tenPercentMore = tenPercentMore;
        this.sensitivity = new Sensitivity(problem, placed, EACH);
    }

    PlanDetails details() {
        return new PlanDetails(runnersUp(), PlanLimits.of(problem, placed), worth());
    }

    private List<RunnerUp> runnersUp() {
        List<RunnerUp> all = new ArrayList<>();
        for (int i = 0; i < problem.operators().size() && all.size() < PlanDetails.MOST_OPERATORS; i++) {
            GranularOperator o = planning.units().graph().operators().get(i);
            int operator = i;
            if (o.call().isPresent()) sensitivity.runnerUp(i).ifPresent(r -> all.add(runnerUp(operator, o, r)));
        }
        return all;
    }

    private RunnerUp runnerUp(int i, GranularOperator o, Sensitivity.RunnerUp r) {
        Optional<Move.Place> place =
                r.mode().map(j -> place(problem.operators().get(i).modes().get(j)));
        Difference d = r.difference();
        return new RunnerUp(o.id(), place, d.dollarsPerHour(), d.seconds(), d.exact(), reason(r));
    }

    private Move.Place place(Mode mode) {
        return new Move.Place(problem.classes().get(mode.deviceClass()).name(), mode.label());
    }

    private String reason(Sensitivity.RunnerUp r) {
        Difference d = r.difference();
        if (d.found().isEmpty()) {
            return (d.impossible() ? "nothing else keeps the limits" : "nothing else was found that keeps the limits")
                    + r.breaks().map(v -> ": " + broken(v)).orElse("");
        }
        String time = Math.abs(d.seconds()) < 5e-7
                ? "as fast"
                : Explanation.time(Math.abs(d.seconds())) + (d.seconds() > 0 ? " slower" : " faster");
        return costs(d.dollarsPerHour()) + ", " + time + proof(d);
    }

    private String broken(Violation violation) {
        return switch (violation) {
            case Violation.DeadlineMissed v ->
                "the nearest takes a mean of " + Explanation.time(v.seconds()) + ", the limit is "
                        + Explanation.time(v.limitSeconds());
            case Violation.MilestoneMissed v ->
                "the nearest has its " + problem.milestones().get(v.milestone()).name() + " after a mean of "
                        + Explanation.time(v.seconds()) + ", the limit is " + Explanation.time(v.limitSeconds());
            case Violation.InventoryExceeded v ->
                "the nearest needs " + v.devices() + " of '"
                        + problem.classes().get(v.deviceClass()).name() + "', there are " + v.inventory();
            case Violation.LinkMissing v -> "the nearest has no link to its neighbours";
            case Violation.LinkOverloaded v -> "the nearest overloads a link";
            case Violation.Separated v -> "it must share a class with its group";
        };
    }

    private List<Worth> worth() {
        List<Worth> all = new ArrayList<>();
        String percentile = sla.percentile().id();
        double margin = sla.margins().endToEnd();
        all.add(worth(
                "100 ms more end-to-end SLA (" + percentile + ")", sensitivity.laterDeadline(MORE_SECONDS / margin)));
        if (sla.firstToken().isPresent() && !problem.milestones().isEmpty()) {
            all.add(worth(
                    "100 ms more first-token SLA (" + percentile + ")",
                    sensitivity.laterMilestone(0, MORE_SECONDS / sla.margins().firstToken())));
        }
        int asked = 0;
        for (int h = 0; h < problem.classes().size() && asked < MOST_CLASSES; h++) {
            DeviceClass c = problem.classes().get(h);
            if (c.inventory() >= DeviceClass.AS_MANY_AS_NEEDED) continue;
            asked++;
            Difference d = sensitivity.moreDevices(h, 1);
            boolean scarce = placed.evaluation().classes().get(h).devices() >= c.inventory();
            if (scarce || d.dollarsPerHour() < -1e-6) all.add(worth("one more '" + c.name() + "'", d));
        }
        tenPercentMore.get().ifPresent(p -> all.add(worth("10 % more load", sensitivity.under(p))));
        return all;
    }

    private static Worth worth(String change, Difference d) {
        if (d.found().isEmpty()) {
            String text = d.impossible() ? "no plan keeps the limits" : "no plan was found that keeps the limits";
            return new Worth(change, 0, false, d.exact(), text);
        }
        return new Worth(change, d.dollarsPerHour(), true, d.exact(), costs(d.dollarsPerHour()) + proof(d));
    }

    private static String costs(double dollarsPerHour) {
        if (Math.abs(dollarsPerHour) < 1e-6) return "costs the same";
        return (dollarsPerHour > 0 ? "costs $" : "saves $")
                + Explanation.money(Math.abs(dollarsPerHour))
                + (dollarsPerHour > 0 ? " per hour more" : " per hour");
    }

    /** Where it is not exact, a better placement may exist: then the true difference lies below what was found. */
    private static String proof(Difference d) {
        if (d.exact()) return "";
        double least = d.leastDollarsPerHour();
        return " (found; the proof stops at " + (least < 0 ? "saving $" : "$") + Explanation.money(Math.abs(least))
                + ")";
    }
}
