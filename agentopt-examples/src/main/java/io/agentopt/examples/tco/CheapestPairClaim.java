package io.agentopt.examples.tco;

import java.util.ArrayList;
import java.util.List;

/** One pair costs least of those that the paper shows. */
record CheapestPairClaim(String sentence, Pair pair) implements Claim {
    @Override
    public Verdict judge(Study study) {
        Tally tally = new Tally();
        List<String> ofPaper = new ArrayList<>(), ofAll = new ArrayList<>();
        int best = 0;
        for (Panel panel : study.panels()) {
            panel.cheapest().ifPresent(p -> ofAll.add(p.toString()));
            if (panel.unknown(pair)) {
                tally.skip("a rate or a price of " + pair + " is unknown");
                continue;
            }
            panel.cheapest(Pair.PAPER).ifPresent(p -> {
                ofPaper.add(p.toString());
                tally.add(panel, p.equals(pair));
            });
            if (panel.cheapest().filter(pair::equals).isPresent()) best++;
        }
        return Verdict.of(
                sentence,
                pair + " costs least of the pairs that the paper is known to show",
                tally,
                "Of those the cheapest is: " + Numbers.ranking(ofPaper)
                        + ". Of all pairs of the six devices, wherever any has a price: " + Numbers.ranking(ofAll)
                        + " (" + pair + " is cheapest of all in " + best + ").");
    }
}
