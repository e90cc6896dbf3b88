package io.agentopt.plan;

import io.agentopt.workload.Sla;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A plan in words and tables. */
final class Explanation {
    private Explanation() {}

    static String of(Plan<?, ?> plan) {
        StringBuilder out = new StringBuilder();
        head(out, plan);
        operators(out, plan);
        devices(out, plan);
        if (!plan.notes().isEmpty()) out.append('\n');
        for (String note : plan.notes()) line(out, "  %s".formatted(note));
        return out.toString();
    }

    private static void head(StringBuilder out, Plan<?, ?> plan) {
        Sla sla = plan.sla();
        line(
                out,
                "Plan of '" + plan.graph().name() + "' on fleet '" + plan.fleet() + "' at "
                        + number(plan.workload().requestsPerSecond()) + " requests/s");
        line(
                out,
                "  latency      " + predicted(plan.endToEndSeconds())
                        + allowed(sla, sla.endToEnd(), sla.margins().endToEnd()));
        plan.firstTokenSeconds().ifPresent(t -> {
            String allowed = sla.firstToken()
                    .map(l -> allowed(sla, l, sla.margins().firstToken()))
                    .orElse("");
            line(out, "  first token  " + predicted(t) + allowed);
        });
        plan.check().ifPresent(c -> line(out, "  simulated    " + simulated(sla, c)));
        line(
                out,
                "  cost         $" + money(plan.dollarsPerHour()) + " per hour, $"
                        + money(plan.dollarsPerRequest() * 1000) + " per 1,000 requests");
        Bound bound = plan.bound();
        line(
                out,
                bound.optimal()
                        ? "  bound        proved optimal for these modes and times"
                        : "  bound        no placement costs less than $" + money(bound.dollarsPerHour())
                                + " per hour: a better plan saves at most " + percent(bound.gap()));
        out.append('\n');
    }

    private static String simulated(Sla sla, SimulatedCheck check) {
        String firstToken = check.firstTokenSeconds().isPresent()
                ? ", first token " + time(check.firstTokenSeconds().getAsDouble())
                : "";
        return sla.percentile().id() + " " + time(check.seconds()) + firstToken + " over " + check.requests()
                + " requests, " + percent(check.attainment()) + " within the limit; closed forms say "
                + time(check.modelSeconds()) + " (round " + check.rounds() + ", seed " + check.seed() + ")";
    }

    private static String predicted(double seconds) {
        return time(seconds) + " predicted mean";
    }

    private static String allowed(Sla sla, Duration limit, double margin) {
        return "; the SLA allows " + limit(sla, limit, margin);
    }

    /** {@return a limit as promised, and the mean that it is planned as} */
    static String limit(Sla sla, Duration limit, double margin) {
        String promised = sla.percentile().id() + " " + time(seconds(limit));
        return margin == 1 ? promised : promised + ", planned as a mean of " + time(seconds(limit) / margin);
    }

    private static void operators(StringBuilder out, Plan<?, ?> plan) {
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"operator", "device", "mode", "time/run", "error", "source", "runs", "busy devices"});
        List<String> functions = new ArrayList<>();
        for (PlannedOperator o : plan.operators()) {
            if (o.mode().equals(HostTimes.MODE) && o.seconds() == HostTimes.FUNCTION_SECONDS) {
                functions.add(o.id().toString());
                continue;
            }
            rows.add(new String[] {
                (plan.criticalPath().contains(o.id()) ? "* " : "  ") + o.id(),
                o.deviceClass(),
                o.mode(),
                time(o.seconds()),
                "+-" + percent(o.relativeSpread()),
                o.confidence().toLowerCase(Locale.ROOT),
                number(o.visits()),
                o.load() > 0 && o.load() < 0.0005 ? "<0.001" : number(o.load())
            });
        }
        if (rows.size() > 1) {
            table(out, rows);
            line(out, "  (* on the critical path; runs are per request)");
        }
        if (!functions.isEmpty()) {
            line(
                    out,
                    "  and %s on the host (%s each, assumed): %s"
                            .formatted(
                                    functions.size() == 1 ? "1 Java function" : functions.size() + " Java functions",
                                    time(HostTimes.FUNCTION_SECONDS),
                                    String.join(", ", functions)));
        }
        out.append('\n');
    }

    private static void devices(StringBuilder out, Plan<?, ?> plan) {
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"devices", "count", "$/hour", "busy", "memory", "count follows from"});
        for (PlannedDevices d : plan.devices()) {
            rows.add(new String[] {
                "  " + d.deviceClass(),
                Long.toString(d.count()),
                money(d.dollarsPerHour()),
                percent(d.utilisation()),
                bytes(d.memoryBytes()),
                d.count() == 1
                        ? "one at least"
                        : switch (d.decidedBy()) {
                            case "load" -> "busy time";
                            case "memory" -> "memory";
                            case "degree" -> "tensor parallelism";
                            default -> d.decidedBy();
                        }
            });
        }
        if (rows.size() > 1) {
            table(out, rows);
        } else {
            line(out, "  No device is paid for: everything is a Java function on the host.");
        }
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

    private static void line(StringBuilder out, String text) {
        out.append(text).append('\n');
    }

    /** {@return a duration in seconds, however long} */
    static double seconds(Duration duration) {
        return duration.getSeconds() + duration.getNano() / 1e9;
    }

    /** {@return a duration with three digits and a unit that fits} */
    static String time(double seconds) {
        if (seconds == 0) return "0";
        double us = three(seconds * 1e6);
        if (us < 1e3) return digits(us) + " us";
        return us < 1e6 ? digits(us / 1e3) + " ms" : digits(us / 1e6) + " s";
    }

    static String bytes(double bytes) {
        if (bytes == 0) return "0";
        double b = three(bytes);
        if (b < 1e3) return digits(b) + " B";
        if (b < 1e6) return digits(b / 1e3) + " kB";
        return b < 1e9 ? digits(b / 1e6) + " MB" : digits(b / 1e9) + " GB";
    }

    /** {@return dollars to the cent, with three digits where they are few} */
    static String money(double dollars) {
        if (dollars == 0) return "0";
        return dollars >= 0.1 && dollars < 1e12 ? String.format(Locale.ROOT, "%,.2f", dollars) : digits(dollars);
    }

    /** {@return a whole number below a million as it is, others with three digits} */
    static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e6 ? Long.toString((long) value) : digits(value);
    }

    static String percent(double share) {
        if (share > 0 && share < 0.0005) return "<0.1 %";
        return String.format(Locale.ROOT, share < 0.0995 ? "%.1f %%" : "%.0f %%", share * 100);
    }

    private static double three(double value) {
        return Double.isFinite(value)
                ? new BigDecimal(value).round(new MathContext(3)).doubleValue()
                : value;
    }

    private static String digits(double exact) {
        double value = three(exact);
        if (!Double.isFinite(value)) return "over 1e308";
        if (value != 0 && (value >= 1e6 || value < 1e-4)) return String.format(Locale.ROOT, "%.2e", value);
        int decimals = value == 0 ? 0 : Math.max(0, 2 - (int) Math.floor(Math.log10(value)));
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
