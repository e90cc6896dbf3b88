package io.agentopt.runtime.observe;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** Renders a report as text: a few lines about runs, then a table with a row for each granular operator. */
final class ReportTable {
    private static final List<String> HEAD = List.of(
            "operator",
            "kind",
            "device",
            "count",
            "mean ms",
            "p50 ms",
            "p95 ms",
            "predicted ms",
            "ratio",
            "tokens in",
            "out",
            "failed");

    private ReportTable() {}

    static String of(AgentReport r) {
        StringBuilder s = new StringBuilder();
        s.append("Agent '")
                .append(r.graph())
                .append("': ")
                .append(r.runs())
                .append(" runs, ")
                .append(r.answered())
                .append(" answered, ")
                .append(r.failed())
                .append(" failed, ")
                .append(r.deadlineExceeded())
                .append(" over deadline, ")
                .append(r.cancelled())
                .append(" cancelled\n");
        s.append("end to end: ")
                .append(line(r.endToEnd()))
                .append(", predicted ")
                .append(ms(r.predictedEndToEndSeconds()))
                .append(" ms (measured/predicted ")
                .append(ratio(r.measuredOverPredicted()))
                .append(")\n");
        if (r.firstToken().count() > 0)
            s.append("first token: ").append(line(r.firstToken())).append('\n');
        s.append("time outside models, search, tools and memories: ")
                .append(percent(r.overheadShare()))
                .append('\n');
        r.attainment().ifPresent(a -> {
            s.append("SLA ")
                    .append(a.sla().percentile().id())
                    .append(": end to end within ")
                    .append(ms(a.sla().endToEnd().toNanos() / 1e9))
                    .append(" ms in ")
                    .append(percent(a.endToEndShare()))
                    .append(" of runs");
            a.sla()
                    .firstToken()
                    .ifPresent(t -> s.append("; first token within ")
                            .append(ms(t.toNanos() / 1e9))
                            .append(" ms in ")
                            .append(percent(a.firstTokenShare())));
            s.append('\n');
        });
        List<List<String>> table = new ArrayList<>();
        table.add(HEAD);
        r.rows().forEach(row -> table.add(cells(row)));
        align(table, s);
        return s.toString();
    }

    private static List<String> cells(AgentReport.Row row) {
        Measured m = row.measured();
        return List.of(
                row.operator().toString(),
                row.kind().word(),
                row.device(),
                Long.toString(m.count()),
                ms(m.meanSeconds()),
                ms(m.p50Seconds()),
                ms(m.p95Seconds()),
                ms(row.predictedSeconds()),
                ratio(row.measuredOverPredicted()),
                Long.toString(row.tokensIn()),
                Long.toString(row.tokensOut()),
                Long.toString(row.failures()));
    }

    /** Names to the left, numbers to the right. */
    private static void align(List<List<String>> table, StringBuilder s) {
        int columns = HEAD.size();
        int[] width = new int[columns];
        for (List<String> row : table)
            for (int c = 0; c < columns; c++)
                width[c] = Math.max(width[c], row.get(c).length());
        for (List<String> row : table) {
            StringBuilder line = new StringBuilder();
            for (int c = 0; c < columns; c++) {
                String cell = row.get(c);
                String pad = " ".repeat(width[c] - cell.length());
                line.append(c < 3 ? cell + pad : pad + cell).append("  ");
            }
            s.append(line.toString().stripTrailing()).append('\n');
        }
    }

    private static String line(Measured m) {
        return "mean " + ms(m.meanSeconds()) + " ms, p50 " + ms(m.p50Seconds()) + " ms, p95 " + ms(m.p95Seconds())
                + " ms";
    }

    private static String ms(double seconds) {
        double ms = seconds * 1e3;
        return String.format(Locale.ROOT, ms < 1 ? "%.4f" : ms < 100 ? "%.2f" : "%.0f", ms);
    }

    private static String ms(OptionalDouble seconds) {
        return seconds.isPresent() ? ms(seconds.getAsDouble()) : "-";
    }

    private static String ratio(OptionalDouble ratio) {
        return ratio.isPresent() ? String.format(Locale.ROOT, "%.2f", ratio.getAsDouble()) : "-";
    }

    private static String percent(OptionalDouble share) {
        return share.isPresent() ? percent(share.getAsDouble()) : "-";
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", share * 100);
    }
}
