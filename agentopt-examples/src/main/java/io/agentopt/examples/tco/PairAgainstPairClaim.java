package io.agentopt.examples.tco;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One pair is so many times cheaper than another.
 *
 * @param atLeast the least ratio of costs, other over ours, that agrees with the sentence
 */
record PairAgainstPairClaim(String sentence, Pair ours, Pair other, double atLeast) implements Claim {
    @Override
    public Verdict judge(Study study) {
        Tally tally = new Tally();
        List<Double> ratios = new ArrayList<>();
        int surelyAbove = 0, surelyBelow = 0;
        for (Panel panel : study.panels()) {
            if (panel.unknown(ours) || panel.unknown(other)) {
                tally.skip("a rate or a price is unknown");
                continue;
            }
            Optional<Cell.Priced> us = panel.priced(ours), them = panel.priced(other);
            if (us.isEmpty() && them.isEmpty()) {
                tally.skip("both are refused");
                continue;
            }
            if (us.isEmpty() || them.isEmpty()) {
                tally.add(panel, us.isPresent()); // a pair that keeps the promise beats one that does not
                continue;
            }
            Advantage advantage = Advantage.of(us.get().stages(), them.get().stages());
            ratios.add(advantage.ratio());
            tally.add(panel, advantage.ratio() >= atLeast);
            if (advantage.surelyAbove(atLeast)) surelyAbove++;
            if (advantage.surelyBelow(atLeast)) surelyBelow++;
        }
        String numbers = ratios.isEmpty()
                ? ""
                : "Ratio: " + Numbers.spread(ratios) + "; above " + Numbers.ratio(atLeast)
                        + " by more than one spread of the cost model in " + surelyAbove + ", below it in "
                        + surelyBelow
                        + " of " + ratios.size() + "."
                        + (surelyAbove + surelyBelow == 0 ? " No cell decides it beyond that spread." : "");
        return Verdict.of(
                sentence,
                "cost of " + other + " over cost of " + ours + " is at least " + Numbers.ratio(atLeast),
                tally,
                numbers);
    }
}
