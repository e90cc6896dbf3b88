package io.agentopt.examples.tco;

import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All pairs of one device set, under one pricing policy, in one scenario.
 *
 * @param devices name of the device set
 * @param policy id of the pricing policy
 * @param scenario what is served
 * @param dollarsPerHour of the devices that have a price
 * @param stages both phases of each device, by device, prefill first
 * @param cells by pair
 */
record Panel(
        String devices,
        String policy,
        Scenario scenario,
        Map<String, Double> dollarsPerHour,
        List<SizedStage> stages,
        Map<Pair, Cell> cells) {
    Panel {
        dollarsPerHour = Collections.unmodifiableMap(new LinkedHashMap<>(dollarsPerHour));
        stages = List.copyOf(stages);
        cells = Collections.unmodifiableMap(new LinkedHashMap<>(cells));
    }

    Optional<Cell.Priced> priced(Pair pair) {
        return cells.get(pair) instanceof Cell.Priced p ? Optional.of(p) : Optional.empty();
    }

    /** {@return the pair of least cost, if any has one} */
    Optional<Pair> cheapest() {
        return cheapest(List.copyOf(cells.keySet()));
    }

    /** {@return the one of least cost among these, if any has one} */
    Optional<Pair> cheapest(List<Pair> among) {
        return among.stream()
                .filter(p -> priced(p).isPresent())
                .min(Comparator.comparingDouble(
                        p -> priced(p).orElseThrow().stages().dollarsPerRequest()));
    }

    /** {@return what a pair lacks that is no fault of its own: a rate or a price} */
    boolean unknown(Pair pair) {
        return cells.get(pair) instanceof Cell.Refused r
                && switch (r.refusal().kind()) {
                    case NO_RATE, NO_ESTIMATE, NO_PRICE -> true;
                    case MEMORY, LINK, SLA -> false;
                };
    }
}
