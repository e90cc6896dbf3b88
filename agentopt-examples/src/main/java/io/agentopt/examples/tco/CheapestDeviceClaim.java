package io.agentopt.examples.tco;

import io.agentopt.examples.tco.Stage.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.Predicate;

/**
 * One device costs least in one phase.
 *
 * @param where scenarios that the sentence speaks of
 * @param whereText the same in words
 */
record CheapestDeviceClaim(String sentence, String device, Phase phase, Predicate<Scenario> where, String whereText)
        implements Claim {
    @Override
    public Verdict judge(Study study) {
        Tally tally = new Tally();
        List<String> winners = new ArrayList<>();
        List<Double> over = new ArrayList<>();
        for (Panel panel : study.panels()) {
            if (!where.test(panel.scenario())) continue;
            List<SizedStage> stages =
                    panel.stages().stream().filter(s -> s.phase() == phase).toList();
            SizedStage own = stages.stream()
                    .filter(s -> s.device().equals(device))
                    .findFirst()
                    .orElseThrow();
            if (!panel.dollarsPerHour().containsKey(device)) {
                tally.skip("the price of " + device + " is unknown");
                continue;
            }
            if (own.best() instanceof Stage.Refused r && r.refusal().kind() == Kind.NO_RATE) {
                tally.skip("a rate of " + device + " is unknown");
                continue;
            }
            SizedStage cheapest = stages.stream()
                    .filter(s -> dollars(panel, s).isPresent())
                    .min(Comparator.comparingDouble(s -> dollars(panel, s).getAsDouble()))
                    .orElse(null);
            if (cheapest == null) {
                tally.skip("every device is refused");
                continue;
            }
            winners.add(cheapest.device());
            tally.add(panel, cheapest.device().equals(device));
            dollars(panel, own)
                    .ifPresent(d -> over.add(d / dollars(panel, cheapest).getAsDouble()));
        }
        String numbers = winners.isEmpty()
                ? ""
                : "Cheapest: " + Numbers.ranking(winners) + ". Cost of " + device + " over the cheapest: "
                        + Numbers.spread(over) + ".";
        return Verdict.of(
                sentence,
                String.format(
                        Locale.ROOT,
                        "the %s of a request costs least on %s of the six devices, %s",
                        phase,
                        device,
                        whereText),
                tally,
                numbers);
    }

    private static OptionalDouble dollars(Panel panel, SizedStage stage) {
        Double perHour = panel.dollarsPerHour().get(stage.device());
        return perHour == null || stage.sized().isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(stage.sized().get().deviceSeconds() * perHour);
    }
}
