package io.agentopt.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A plan in words and tables. */
final class Explanation {
    private Explanation() {}

    static String of(Plan<?, ?> plan) {
        StringBuilder out = new StringBuilder();
        line(
                out,
                "Plan of '%s' on fleet '%s' at %s requests/s",
                plan.graph().name(),
                plan.fleet(),
                number(plan.workload().requestsPerSecond()));
        line(
                out,
                "  latency   %s predicted mean; promised %s %s (planned for a mean of at most %s)",
                time(plan.endToEndSeconds()),
                plan.sla().percentile().id(),
                time(plan.sla().endToEnd().toNanos() / 1e9),
                time(plan.sla().plannedEndToEndSeconds()));
        plan.firstTokenSeconds()
                .ifPresent(t -> line(
                        out,
                        "  1st token %s%s",
                        time(t),
                        plan.sla()
                                .firstToken()
                                .map(l -> "; promised " + time(l.toNanos() / 1e9))
                                .orElse("")));
        line(
                out,
                "  cost      $%s per hour, $%s per 1,000 requests",
                money(plan.dollarsPerHour()),
                money(plan.dollarsPerRequest() * 1000));
        line(
                out,
                "  bound     %s",
                plan.bound().optimal()
                        ? "proved optimal for these modes and times"
                        : "no placement costs less than $" + money(plan.bound().dollarsPerHour())
                                + " per hour: at most " + percent(plan.bound().gap()) + " above the optimum");
        out.append('\n');
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"operator", "device", "mode", "time/run", "+-", "from", "runs", "busy devices"});
        for (PlannedOperator o : plan.operators()) {
            rows.add(new String[] {
                (plan.criticalPath().contains(o.id()) ? "* " : "  ") + o.id(),
                o.deviceClass(),
                o.mode(),
                time(o.seconds()),
                percent(o.relativeSpread()),
                o.confidence().toLowerCase(Locale.ROOT),
                number(o.visits()),
                number(o.load())
            });
        }
        table(out, rows);
        line(out, "  (* on the critical path)");
        out.append('\n');
        rows.clear();
        rows.add(new String[] {"devices", "count", "$/h", "busy", "memory", "number decided by"});
        for (PlannedDevices d : plan.devices()) {
            rows.add(new String[] {
                "  " + d.deviceClass(),
                Long.toString(d.count()),
                money(d.dollarsPerHour()),
                percent(d.utilisation()),
                bytes(d.memoryBytes()),
                d.decidedBy()
            });
        }
        table(out, rows);
        if (!plan.notes().isEmpty()) out.append('\n');
        for (String note : plan.notes()) line(out, "  %s", note);
        return out.toString();
    }

    private static void table(StringBuilder out, List<String[]> rows) {
        int columns = rows.getFirst().length;
        int[] width = new int[columns];
        for (String[] row : rows) {
            for (int c = 0; c < columns; c++) width[c] = Math.max(width[c], row[c].length());
        }
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder("  ");
            for (int c = 0; c < columns; c++)
                line.append(String.format(Locale.ROOT, "%-" + (width[c] + 2) + "s", row[c]));
            out.append(line.toString().stripTrailing()).append('\n');
        }
    }

    private static void line(StringBuilder out, String format, Object... values) {
        out.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    /** {@return a duration with three digits and a unit that fits} */
    static String time(double seconds) {
        if (seconds >= 1) return digits(seconds) + " s";
        if (seconds >= 1e-3) return digits(seconds * 1e3) + " ms";
        if (seconds == 0) return "0";
        return digits(seconds * 1e6) + " us";
    }

    static String bytes(double bytes) {
        if (bytes >= 1e9) return digits(bytes / 1e9) + " GB";
        if (bytes >= 1e6) return digits(bytes / 1e6) + " MB";
        return digits(bytes / 1e3) + " kB";
    }

    static String money(double dollars) {
        if (dollars == 0) return "0";
        if (dollars >= 0.1) return String.format(Locale.ROOT, "%.2f", dollars);
        return String.format(Locale.ROOT, "%.3g", dollars);
    }

    static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e6 ? Long.toString((long) value) : digits(value);
    }

    static String percent(double share) {
        return String.format(Locale.ROOT, share < 0.095 ? "%.1f %%" : "%.0f %%", share * 100);
    }

    private static String digits(double value) {
        if (value >= 100) return String.format(Locale.ROOT, "%.0f", value);
        if (value >= 10) return String.format(Locale.ROOT, "%.1f", value);
        if (value >= 0.01 || value == 0) return String.format(Locale.ROOT, "%.2f", value);
        return String.format(Locale.ROOT, "%.2g", value);
    }
}
