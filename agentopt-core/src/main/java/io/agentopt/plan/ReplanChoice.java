package io.agentopt.plan;

import io.agentopt.plan.problem.Quanta;
import io.agentopt.plan.solve.Placed;
import java.util.List;
import java.util.function.Function;

/**
 * Whether to move or to stay.
 *
 * @param placed the placement to run
 * @param moves how to get there
 * @param verdict why
 */
record ReplanChoice(Placed placed, List<Move> moves, String verdict) {
    static ReplanChoice of(
            Replanning replanning,
            Placed best,
            Function<int[], List<Move>> movesTo,
            List<Change> changes,
            ReplanOptions how) {
        String after = ReplanText.after(changes);
        List<Move> moves = movesTo.apply(best.modeOfOperator());
        boolean same = moves.stream().allMatch(m -> m.cause() == Move.Cause.GROWN);
        if (same) {
            String grows = moves.isEmpty() ? "" : ", with more replicas";
            return new ReplanChoice(
                    best,
                    moves,
                    after + "nothing moved" + grows + ". The plan in force "
                            + (best.gap() == 0 ? "is still the cheapest" : "is the cheapest that was found") + ", $"
                            + Explanation.money(best.dollarsPerHour()) + " per hour.");
        }
        if (!replanning.mayStay()) {
            return new ReplanChoice(
                    best,
                    moves,
                    after + "the plan in force does not keep the limits any more; the new one costs $"
                            + Explanation.money(best.dollarsPerHour()) + " per hour.");
        }
        double stay = replanning.stay().dollarsPerHour();
        double saving = stay - best.dollarsPerHour();
        double hours = Explanation.seconds(how.horizon()) / 3600;
        double price = MoveCost.of(moves).dollars();
        String sums = "$" + Explanation.money(saving) + " per hour, and moving takes $" + Explanation.money(price);
        String horizon = Explanation.number(hours) + " h";
        if (Quanta.cheaper(best.dollarsPerHour(), stay) && saving * hours > price) {
            return new ReplanChoice(
                    best,
                    moves,
                    after + "the cheapest plan saves " + sums + ", which it repays within " + horizon + ".");
        }
        List<Move> grown = movesTo.apply(replanning.start());
        return new ReplanChoice(
                replanning.staying(best),
                grown,
                after + "nothing moved" + (grown.isEmpty() ? "" : ", with more replicas")
                        + ". The cheapest plan would save " + sums + ", which it does not repay within " + horizon
                        + ".");
    }
}
