package io.agentopt.examples.tco;

import io.agentopt.cost.CostModel;
import io.agentopt.examples.tco.Stage.Kind;
import io.agentopt.examples.tco.Stage.Refusal;
import io.agentopt.hardware.Dollars;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Every pair of devices in every panel. Sizes do not depend on prices, so each phase of a device is sized once a scenario.
 *
 * @param panels by device set, scenario, policy
 */
record Study(List<Panel> panels) {
    Study {
        panels = List.copyOf(panels);
    }

    static Study run(CostModel cost, List<DeviceSet> sets, List<Scenario> scenarios, List<PricingPolicy> policies) {
        List<Panel> panels = new ArrayList<>();
        for (DeviceSet set : sets) {
            for (Scenario scenario : scenarios) {
                List<SizedStage> stages = new ArrayList<>();
                for (StudyDevice device : set.devices()) {
                    for (Phase phase : Phase.values()) stages.add(StageSearch.size(cost, scenario, device, phase));
                }
                for (PricingPolicy policy : policies) panels.add(panel(set, scenario, policy, stages));
            }
        }
        return new Study(panels);
    }

    private static Panel panel(DeviceSet set, Scenario scenario, PricingPolicy policy, List<SizedStage> stages) {
        Map<String, Dollars> prices = new LinkedHashMap<>();
        Map<String, Double> known = new LinkedHashMap<>();
        for (StudyDevice device : set.devices()) {
            Dollars dollars = policy.dollarsPerHour().apply(device);
            prices.put(device.name(), dollars);
            if (dollars instanceof Dollars.Known k) known.put(device.name(), k.amount());
        }
        Optional<PricedStages> baseline =
                set.devices().stream().anyMatch(d -> d.name().equals("H100"))
                        ? priced(stages, prices, Pair.BASELINE)
                        : Optional.empty();
        Map<Pair, Cell> cells = new LinkedHashMap<>();
        for (StudyDevice prefill : set.devices()) {
            for (StudyDevice decode : set.devices()) {
                Pair pair = new Pair(prefill.name(), decode.name());
                Optional<PricedStages> own = priced(stages, prices, pair);
                cells.put(
                        pair,
                        own.isPresent()
                                ? new Cell.Priced(own.get(), baseline.map(b -> Advantage.of(own.get(), b)))
                                : new Cell.Refused(refusal(stages, prices, pair)));
            }
        }
        return new Panel(set.name(), policy.id(), scenario, known, stages, cells);
    }

    private static Optional<PricedStages> priced(List<SizedStage> stages, Map<String, Dollars> prices, Pair pair) {
        SizedStage prefill = stage(stages, pair.prefill(), Phase.PREFILL),
                decode = stage(stages, pair.decode(), Phase.DECODE);
        if (prefill.sized().isPresent()
                && decode.sized().isPresent()
                && prices.get(pair.prefill()) instanceof Dollars.Known p
                && prices.get(pair.decode()) instanceof Dollars.Known d) {
            return Optional.of(new PricedStages(prefill, p.amount(), decode, d.amount()));
        }
        return Optional.empty();
    }

    /** The first thing that stands in the way: of prefill, of decode, of the prices. */
    private static Refusal refusal(List<SizedStage> stages, Map<String, Dollars> prices, Pair pair) {
        if (stage(stages, pair.prefill(), Phase.PREFILL).best() instanceof Stage.Refused r) return r.refusal();
        if (stage(stages, pair.decode(), Phase.DECODE).best() instanceof Stage.Refused r) return r.refusal();
        for (String device : List.of(pair.prefill(), pair.decode())) {
            if (prices.get(device) instanceof Dollars.Unknown u) return new Refusal(Kind.NO_PRICE, u.reason());
        }
        throw new IllegalStateException("The pair " + pair + " is refused, though both phases work and have a price.");
    }

    private static SizedStage stage(List<SizedStage> stages, String device, Phase phase) {
        return stages.stream()
                .filter(s -> s.device().equals(device) && s.phase() == phase)
                .findFirst()
                .orElseThrow();
    }
}
