package io.agentopt.plan;

import java.util.List;
import java.util.stream.Collectors;

/** A replan in words. */
final class ReplanText {
    private ReplanText() {}

    /** {@return how a verdict begins} */
    static String after(List<Change> changes) {
        return changes.isEmpty()
                ? ""
                : "After " + changes.stream().map(Change::describe).collect(Collectors.joining(", ")) + ": ";
    }

    /** {@return that a plan does not come from a short search, and why} */
    static String anew(String unknown) {
        return "Planned anew: a search around the plan in force does not know " + unknown + ".";
    }

    static String of(ReplanResult.Replanned<?, ?> replanned) {
        StringBuilder out = new StringBuilder(replanned.verdict()).append('\n');
        for (Move m : replanned.moves()) {
            out.append("  ").append(m.operator()).append(": ");
            if (m.cause() == Move.Cause.GROWN) out.append(m.to());
            else out.append(m.from()).append(" -> ").append(m.to());
            out.append("; ").append(m.why()).append('\n');
            out.append("      ").append(cost(m)).append('\n');
        }
        MoveCost cost = replanned.moveCost();
        if (!replanned.moves().isEmpty()) {
            out.append("  All moves: ready in ")
                    .append(Explanation.time(cost.seconds()))
                    .append(", ")
                    .append(Explanation.bytes(cost.weightBytes()))
                    .append(" of weights, KV caches ")
                    .append(Explanation.bytes(cost.kvBytesMoved()))
                    .append(" moved and ")
                    .append(Explanation.bytes(cost.kvBytesLost()))
                    .append(" lost, $")
                    .append(Explanation.money(cost.dollars()))
                    .append(" while both are paid\n");
        }
        return out.toString();
    }

    private static String cost(Move m) {
        StringBuilder out = new StringBuilder();
        out.append(
                m.weightBytes() == 0
                        ? "no weights to load"
                        : "loads " + Explanation.bytes(m.weightBytes()) + " of weights in "
                                + Explanation.time(m.loadSeconds()));
        if (m.kvBytes() > 0)
            out.append(m.kvLost() ? ", loses " : ", moves ")
                    .append(Explanation.bytes(m.kvBytes()))
                    .append(" of KV caches");
        if (m.dollars() > 0) out.append(", $").append(Explanation.money(m.dollars()));
        return out.toString();
    }
}
