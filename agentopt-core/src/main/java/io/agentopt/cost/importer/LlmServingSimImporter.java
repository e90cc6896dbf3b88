package io.agentopt.cost.importer;

import io.agentopt.internal.JsonValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * Kernel profiles (microseconds) and the log of served requests (clock seconds), as LLMServingSim publishes them: {@code dense.csv}, {@code
 * attention.csv}, {@code per_sequence.csv}, {@code requests.jsonl}.
 */
public final class LlmServingSimImporter {
    private static final double MICRO = 1e-6;

    private LlmServingSimImporter() {}

    /**
     * A kernel of one layer, or of the output.
     *
     * @param layer its name, such as {@code qkv_proj} or {@code sampler}
     * @param size tokens, or sequences for kernels that run once per sequence
     * @param seconds how long it takes, s
     */
    public record LayerTime(String layer, int size, double seconds) {}

    /**
     * One attention kernel over prompts and running sequences.
     *
     * @param prefillTokens new tokens of a prompt
     * @param prefillContext tokens of it that are cached
     * @param decodes sequences that decode
     * @param decodeContext context of each
     * @param seconds how long it takes, s
     */
    public record AttentionTime(
            int prefillTokens, int prefillContext, int decodes, int decodeContext, double seconds) {}

    /**
     * A served request.
     *
     * @param promptTokens tokens of the prompt
     * @param outputTokens tokens of the completion
     * @param arrival when it came, s after the first
     * @param admissionSeconds from arrival until the engine took it up, between two of its iterations: beyond the least of the log, as clocks of
     *     arrivals and of the engine have no common zero
     * @param queueSeconds from there to its first schedule
     * @param timeToFirstToken from there
     * @param timePerOutputToken mean after the first
     */
    public record Request(
            int promptTokens,
            int outputTokens,
            double arrival,
            double admissionSeconds,
            double queueSeconds,
            double timeToFirstToken,
            double timePerOutputToken) {}

    /** {@return the kernels of {@code dense.csv} or {@code per_sequence.csv}} */
    public static ImportedRows<LayerTime> layers(Path file) {
        boolean perSequence = String.valueOf(file.getFileName()).startsWith("per_sequence");
        String size = perSequence ? "sequences" : "tokens";
        CsvTable table = CsvTable.read(file, "layer", size, "time_us");
        return ImportedRows.from(
                table,
                (row, add) ->
                        add.accept(new LayerTime(row.text("layer"), row.count(size), row.seconds("time_us", MICRO))));
    }

    /** {@return the kernels of {@code attention.csv}} */
    public static ImportedRows<AttentionTime> attention(Path file) {
        CsvTable table = CsvTable.read(file, "prefill_chunk", "kv_prefill", "n_decode", "kv_decode", "time_us");
        return ImportedRows.from(table, (row, add) -> {
            AttentionTime time = new AttentionTime(
                    orZero(row, "prefill_chunk"),
                    orZero(row, "kv_prefill"),
                    orZero(row, "n_decode"),
                    orZero(row, "kv_decode"),
                    row.seconds("time_us", MICRO));
            if (time.prefillTokens == 0 && time.decodes == 0) {
                throw new RejectedRow("neither a prompt nor a decode", row.place("prefill_chunk"));
            }
            add.accept(time);
        });
    }

    /**
     * {@return the requests of {@code requests.jsonl}}
     *
     * @throws IllegalArgumentException if the file is empty, or a line is no object with the fields
     */
    public static ImportedRows<Request> requests(Path file) {
        ImportedRows.Collector<Request> requests = new ImportedRows.Collector<>();
        double first = Double.NaN;
        try (TextLines lines = TextLines.open(file)) {
            for (String text = lines.next(); text != null; text = lines.next()) {
                if (text.isBlank()) continue;
                String place = "line " + lines.line() + " of '" + file + "'";
                JsonValue json = JsonValue.parse(place, text.getBytes(StandardCharsets.UTF_8));
                double arrival = json.at("arrival_time").number();
                if (Double.isNaN(first)) first = arrival;
                double since = arrival - first;
                requests.take(() -> requests.add(request(json, since, place)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The file '" + file + "' cannot be read (" + e + ").", e);
        }
        if (Double.isNaN(first)) throw new IllegalArgumentException("The file '" + file + "' holds no request.");
        return fromLeastAdmission(requests.imported());
    }

    private static ImportedRows<Request> fromLeastAdmission(ImportedRows<Request> log) {
        double least =
                log.rows().stream().mapToDouble(Request::admissionSeconds).min().orElse(0);
        List<Request> rows = log.rows().stream()
                .map(r -> new Request(
                        r.promptTokens,
                        r.outputTokens,
                        r.arrival,
                        r.admissionSeconds - least,
                        r.queueSeconds,
                        r.timeToFirstToken,
                        r.timePerOutputToken))
                .toList();
        return new ImportedRows<>(rows, log.rejected(), log.examples());
    }

    private static Request request(JsonValue json, double arrival, String place) {
        int prompt = json.at("input_toks").integer();
        int output = json.at("output_toks").integer();
        double queued = json.at("queued_ts").number();
        double scheduled = json.at("scheduled_ts").number();
        double first = json.at("first_token_ts").number();
        double last = json.at("last_token_ts").number();
        if (prompt < 1 || output < 1) throw new RejectedRow("a request without tokens", place);
        if (!(queued <= scheduled && scheduled < first && first <= last)) {
            throw new RejectedRow("the times of a request run backwards", place);
        }
        double perToken = output == 1 ? 0 : (last - first) / (output - 1);
        double admission = queued - json.at("arrival_time").number();
        return new Request(prompt, output, arrival, admission, scheduled - queued, first - queued, perToken);
    }

    private static int orZero(CsvRow row, String column) {
        double value = row.number(column);
        if (value < 0) throw new RejectedRow(column + " is negative", row.place(column));
        return value == 0 ? 0 : row.count(column);
    }
}
