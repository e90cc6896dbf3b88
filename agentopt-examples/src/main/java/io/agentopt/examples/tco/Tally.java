package io.agentopt.examples.tco;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Cells in which a sentence was tested. Built up by one claim, then read. */
final class Tally {
    /** Of sentences that no price enters. */
    static final String ANY_POLICY = "any";

    /** One test: where, and how it went. */
    private record Cell(String policy, String devices, String target, boolean holds) {}

    private final List<Cell> cells = new ArrayList<>();
    private final Map<String, Integer> notJudged = new TreeMap<>();

    void add(Panel panel, boolean holds) {
        add(panel.policy(), panel.devices(), panel.scenario().target().toString(), holds);
    }

    void add(String policy, String devices, String target, boolean holds) {
        cells.add(new Cell(policy, devices, target, holds));
    }

    /** A cell that cannot be judged, for lack of a number. */
    void skip(String why) {
        notJudged.merge(why, 1, Integer::sum);
    }

    long held() {
        return cells.stream().filter(Cell::holds).count();
    }

    int judged() {
        return cells.size();
    }

    /**
     * {@return holds (does not hold) if all cells agree; depends on the pricing policy if more than half of the cells hold under one policy and
     * not under another; else what more than half of all cells say}
     */
    Outcome outcome() {
        if (cells.isEmpty()) return Outcome.NOT_JUDGED;
        if (held() == cells.size()) return Outcome.HOLDS;
        if (held() == 0) return Outcome.FAILS;
        long policiesWithMajority = by(Cell::policy).values().stream()
                .map(Tally::majority)
                .distinct()
                .count();
        if (policiesWithMajority > 1) return Outcome.DEPENDS_ON_PRICING;
        return majority(cells) ? Outcome.HOLDS_MOSTLY : Outcome.FAILS_MOSTLY;
    }

    /** {@return the counts, all together, by policy, device set and target} */
    String counts() {
        StringBuilder text = new StringBuilder("Holds in " + held() + " of " + cells.size() + " cells");
        for (Function<Cell, String> key : List.<Function<Cell, String>>of(Cell::policy, Cell::devices, Cell::target)) {
            Map<String, List<Cell>> groups = by(key);
            if (groups.size() < 2) continue;
            text.append("; ")
                    .append(groups.entrySet().stream()
                            .map(e -> e.getKey() + " " + share(e.getValue()))
                            .collect(Collectors.joining(", ")));
        }
        text.append('.');
        notJudged.forEach((why, n) ->
                text.append(' ').append(n).append(" not judged: ").append(why).append('.'));
        return text.toString();
    }

    private Map<String, List<Cell>> by(Function<Cell, String> key) {
        return cells.stream().collect(Collectors.groupingBy(key, LinkedHashMap::new, Collectors.toList()));
    }

    private static boolean majority(List<Cell> cells) {
        return 2 * cells.stream().filter(Cell::holds).count() > cells.size();
    }

    private static String share(List<Cell> cells) {
        return cells.stream().filter(Cell::holds).count() + "/" + cells.size();
    }
}
