package io.agentopt.examples.tco;

import io.agentopt.model.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A pair's advantage over H100::H100 is larger in FP8 than in FP16. */
record MoreInEightBitsClaim(String sentence, Pair pair) implements Claim {
    @Override
    public Verdict judge(Study study) {
        Tally tally = new Tally();
        List<Double> sixteen = new ArrayList<>(), eight = new ArrayList<>();
        for (Panel panel : study.panels()) {
            Scenario s = panel.scenario();
            if (s.precision() != Precision.FP8) continue;
            Optional<Double> of8 = advantage(panel),
                    of16 =
                            study.panels().stream()
                                    .filter(p -> p.devices().equals(panel.devices())
                                            && p.policy().equals(panel.policy())
                                            && p.scenario()
                                                    .equals(new Scenario(
                                                            s.size(),
                                                            Precision.FP16,
                                                            s.promptTokens(),
                                                            s.outputTokens(),
                                                            s.target())))
                                    .findFirst()
                                    .flatMap(MoreInEightBitsClaim.this::advantage);
            if (of8.isEmpty() || of16.isEmpty()) {
                tally.skip("a rate or a price is unknown, or a pair is refused");
                continue;
            }
            eight.add(of8.get());
            sixteen.add(of16.get());
            tally.add(panel, of8.get() > of16.get());
        }
        return Verdict.of(
                sentence,
                "the advantage of " + pair + " over " + Pair.BASELINE + " in FP8 exceeds that in FP16, all else equal",
                tally,
                eight.isEmpty() ? "" : "FP8: " + Numbers.spread(eight) + ". FP16: " + Numbers.spread(sixteen) + ".");
    }

    private Optional<Double> advantage(Panel panel) {
        return panel.priced(pair).flatMap(Cell.Priced::advantage).map(Advantage::ratio);
    }
}
