package io.agentopt.runtime.observe;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The Trace Event Format, complete events ("ph":"X") with times in microseconds from the first event. */
final class ChromeTrace {
    private ChromeTrace() {}

    static String of(List<RunEvent> events) {
        long origin = events.isEmpty() ? 0 : at(events.getFirst());
        List<String> lines = new ArrayList<>();
        for (RunEvent event : events) {
            switch (event) {
                case RunEvent.RunStarted e ->
                    lines.add("{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":" + e.run() + ",\"args\":{\"name\":"
                            + quoted(e.graph() + " run " + e.run()) + "}}");
                case RunEvent.StepStarted e -> {}
                case RunEvent.FirstToken e ->
                    lines.add("{\"ph\":\"i\",\"s\":\"p\",\"name\":" + quoted("first token of " + e.operator())
                            + ",\"pid\":" + e.run() + ",\"tid\":0,\"ts\":" + micros(e.atNanos() - origin) + "}");
                case RunEvent.StepFinished e ->
                    lines.add(complete(
                            e.operator().toString(),
                            e.kind(),
                            e.device(),
                            e.run(),
                            e.thread(),
                            e.startNanos() - origin,
                            e.seconds(),
                            "\"in\":" + e.tokensIn() + ",\"out\":" + e.tokensOut()
                                    + (e.tokensReused() == 0 ? "" : ",\"reused\":" + e.tokensReused())));
                case RunEvent.StepFailed e ->
                    lines.add(complete(
                            e.operator() + " (failed)",
                            e.kind(),
                            e.device(),
                            e.run(),
                            0,
                            e.startNanos() - origin,
                            e.seconds(),
                            "\"cause\":" + quoted(e.cause().toString())));
                case RunEvent.RunFinished e ->
                    lines.add(complete(
                            "run: " + e.outcome().name().toLowerCase(Locale.ROOT),
                            "run",
                            e.run(),
                            0,
                            e.atNanos() - origin - Math.round(e.seconds() * 1e9),
                            e.seconds(),
                            ""));
            }
        }
        return "{\"traceEvents\":[\n" + String.join(",\n", lines) + "\n]}\n";
    }

    private static long at(RunEvent event) {
        return switch (event) {
            case RunEvent.RunStarted e -> e.atNanos();
            case RunEvent.StepStarted e -> e.atNanos();
            case RunEvent.FirstToken e -> e.atNanos();
            case RunEvent.StepFinished e -> e.startNanos();
            case RunEvent.StepFailed e -> e.startNanos();
            case RunEvent.RunFinished e -> e.atNanos() - Math.round(e.seconds() * 1e9);
        };
    }

    private static String complete(
            String name, StepKind kind, String device, long run, long thread, long nanos, double seconds, String args) {
        return complete(name, kind.word(), run, thread, nanos, seconds, "\"device\":" + quoted(device) + "," + args);
    }

    private static String complete(
            String name, String category, long run, long thread, long nanos, double seconds, String args) {
        return "{\"ph\":\"X\",\"name\":" + quoted(name) + ",\"cat\":" + quoted(category) + ",\"pid\":" + run
                + ",\"tid\":" + thread + ",\"ts\":" + micros(nanos) + ",\"dur\":" + micros(Math.round(seconds * 1e9))
                + ",\"args\":{" + args + "}}";
    }

    private static String micros(long nanos) {
        return String.format(Locale.ROOT, "%.3f", nanos / 1e3);
    }

    private static String quoted(String text) {
        StringBuilder s = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') s.append('\\').append(c);
            else if (c < 0x20) s.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            else s.append(c);
        }
        return s.append('"').toString();
    }
}
