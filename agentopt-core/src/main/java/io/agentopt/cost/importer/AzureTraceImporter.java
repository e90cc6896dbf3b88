package io.agentopt.cost.importer;

import io.agentopt.workload.TracedRequest;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDateTime;
import org.jspecify.annotations.Nullable;

/**
 * Requests to language models as Azure publishes them: {@code TIMESTAMP,ContextTokens,GeneratedTokens} in order of time, packed ({@code
 * .gz}) or not (Azure/AzurePublicDataset, AzureLLMInferenceTrace, CC-BY-4.0).
 */
public final class AzureTraceImporter {
    private static final String TIME = "TIMESTAMP";
    private static final String PROMPT = "ContextTokens";
    private static final String OUTPUT = "GeneratedTokens";

    private AzureTraceImporter() {}

    /**
     * {@return the requests, their arrivals in s after the first; rows with a hole or without tokens are counted}
     *
     * @throws IllegalArgumentException if the file is not of the layout, or a request comes before the one ahead of it
     * @throws java.io.UncheckedIOException if the file cannot be read
     */
    public static ImportedRows<TracedRequest> requests(Path file) {
        Clock clock = new Clock();
        return ImportedRows.from(CsvTable.read(file, TIME, PROMPT, OUTPUT), (row, add) -> {
            int prompt = row.count(PROMPT);
            int output = row.count(OUTPUT);
            add.accept(new TracedRequest(clock.since(row), prompt, output));
        });
    }

    /** Turns times of day into seconds after the first. */
    private static final class Clock {
        private @Nullable LocalDateTime first;
        private @Nullable LocalDateTime last;

        double since(CsvRow row) {
            LocalDateTime time = time(row);
            if (last != null && time.isBefore(last)) {
                throw new IllegalArgumentException("A request comes before the one ahead of it, at " + last + ": "
                        + row.place(TIME) + ". Sort the file by " + TIME + ".");
            }
            if (first == null) first = time;
            last = time;
            Duration since = Duration.between(first, time);
            return since.getSeconds() + since.getNano() / 1e9;
        }

        private static LocalDateTime time(CsvRow row) {
            try {
                return LocalDateTime.parse(row.text(TIME).replace(' ', 'T'));
            } catch (DateTimeException e) {
                throw new RejectedRow(TIME + " is no time", row.place(TIME), e);
            }
        }
    }
}
