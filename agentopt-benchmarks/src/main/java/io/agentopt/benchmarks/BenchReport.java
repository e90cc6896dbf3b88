package io.agentopt.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;

/** Prints a bench's metrics as a table and writes them to {@code target/bench/NAME.json}, the same layout for every bench. */
public record BenchReport(String bench, List<Metric> metrics) {
    private static final Path FOLDER = Path.of("target", "bench");

    /** Prints and writes. */
    public void publish() {
        System.out.printf("%n%-46s %12s %-8s %12s %8s  %s%n", "metric", "ours", "unit", "peer", "ratio", "goal");
        for (Metric m : metrics) {
            System.out.printf(
                    Locale.ROOT,
                    "%-46s %12.4f %-8s %12s %8s  %s%n",
                    m.name(),
                    m.value(),
                    m.unit(),
                    number(m.peerValue()),
                    number(ratio(m)),
                    m.goal().orElse(""));
        }
        Path file = FOLDER.resolve(bench + ".json");
        try {
            Files.createDirectories(FOLDER);
            Files.writeString(file, json());
        } catch (IOException e) {
            throw new UncheckedIOException("The bench report '" + file + "' cannot be written: " + e.getMessage(), e);
        }
        System.out.println("written to " + file);
    }

    private String json() throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode out = mapper.createObjectNode();
        out.put("bench", bench).put("date", LocalDate.now(ZoneOffset.UTC).toString());
        out.put(
                "host",
                Runtime.getRuntime().availableProcessors() + " x " + System.getProperty("os.arch") + ", Java "
                        + Runtime.version().feature());
        ArrayNode rows = out.putArray("metrics");
        for (Metric m : metrics) {
            ObjectNode row = rows.addObject()
                    .put("metric", m.name())
                    .put("value", m.value())
                    .put("unit", m.unit());
            m.peer().ifPresent(p -> row.put("peer", p));
            m.peerValue().ifPresent(v -> row.put("peerValue", v));
            ratio(m).ifPresent(v -> row.put("ratio", v));
            m.goal().ifPresent(g -> row.put("goal", g));
        }
        return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(out);
    }

    private static java.util.OptionalDouble ratio(Metric m) {
        return m.peerValue().isPresent() && m.peerValue().getAsDouble() != 0
                ? java.util.OptionalDouble.of(m.value() / m.peerValue().getAsDouble())
                : java.util.OptionalDouble.empty();
    }

    private static String number(java.util.OptionalDouble value) {
        return value.isPresent() ? String.format(Locale.ROOT, "%.3f", value.getAsDouble()) : "-";
    }
}
