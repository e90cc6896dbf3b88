package io.agentopt.examples.tco;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * How many times cheaper one pair answers than another, and what the cost model's spread makes of it.
 *
 * <p>Each (device, phase) has an error of its own; one that both pairs share moves both. Every stage in turn is sized again with times one
 * spread longer and shorter, batch and degree searched anew; logarithms of the changes add up as squares, those that raise the ratio
 * apart from those that lower it. That errors of different devices are independent is an assumption: what they have in common would
 * cancel, so the interval is rather too wide.
 *
 * @param ratio cost of the other over cost of this
 * @param low ratio at one spread down; absent if this pair breaks its promise when its own times are one spread longer
 * @param high ratio at one spread up; absent if the other breaks its promise then
 */
record Advantage(double ratio, OptionalDouble low, OptionalDouble high) {

    static Advantage of(PricedStages ours, PricedStages other) {
        double ratio = other.dollarsPerRequest() / ours.dollarsPerRequest();
        double down = 0, up = 0;
        boolean oursFails = false, otherFails = false;
        for (SizedStage stage : stages(ours, other)) {
            double least = 0, most = 0;
            for (int spreads : new int[] {-1, 1}) {
                OptionalDouble us = ours.dollarsPerRequest(stage, spreads),
                        them = other.dollarsPerRequest(stage, spreads);
                if (us.isEmpty()) oursFails = true;
                else if (them.isEmpty()) otherFails = true;
                else {
                    double change = Math.log(them.getAsDouble() / us.getAsDouble() / ratio);
                    least = Math.min(least, change);
                    most = Math.max(most, change);
                }
            }
            down += least * least;
            up += most * most;
        }
        return new Advantage(
                ratio,
                oursFails ? OptionalDouble.empty() : OptionalDouble.of(ratio * Math.exp(-Math.sqrt(down))),
                otherFails ? OptionalDouble.empty() : OptionalDouble.of(ratio * Math.exp(Math.sqrt(up))));
    }

    /** In a fixed order, so that sums are the same each time; a stage that both share counts once. */
    private static List<SizedStage> stages(PricedStages ours, PricedStages other) {
        List<SizedStage> stages = new ArrayList<>();
        for (SizedStage s : List.of(ours.prefill(), ours.decode(), other.prefill(), other.decode())) {
            if (stages.stream().noneMatch(s::sameAs)) stages.add(s);
        }
        return stages;
    }

    /** {@return whether it is above a number by more than one spread} */
    boolean surelyAbove(double number) {
        return low.isPresent() && low.getAsDouble() > number;
    }

    /** {@return whether it is below a number by more than one spread} */
    boolean surelyBelow(double number) {
        return high.isPresent() && high.getAsDouble() < number;
    }
}
