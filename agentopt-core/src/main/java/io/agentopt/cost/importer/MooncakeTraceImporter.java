package io.agentopt.cost.importer;

import io.agentopt.internal.JsonValue;
import io.agentopt.workload.PrefixBlocks;
import io.agentopt.workload.TracedRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * Requests with the hashes of their prompts' blocks, as Mooncake publishes them: a JSON object a line with {@code timestamp} (ms), {@code input_length},
 * {@code output_length} and {@code hash_ids} (kvcache-ai/Mooncake, FAST25-release/traces, Apache-2.0).
 */
public final class MooncakeTraceImporter {
    /** Tokens that a hash stands for. */
    public static final int BLOCK_TOKENS = 512;

    private MooncakeTraceImporter() {}

    /**
     * {@return the requests, their arrivals in s after the first; requests without tokens or with more hashes than blocks are counted}
     *
     * @throws IllegalArgumentException if the file is empty, a line is no object with the fields, or a request comes before the one ahead of
     *     it
     * @throws UncheckedIOException if the file cannot be read
     */
    public static ImportedRows<TracedRequest> requests(Path file) {
        ImportedRows.Collector<TracedRequest> requests = new ImportedRows.Collector<>();
        double first = Double.NaN;
        double last = Double.NaN;
        try (TextLines lines = TextLines.open(file)) {
            for (String text = lines.next(); text != null; text = lines.next()) {
                if (text.isBlank()) continue;
                String place = "line " + lines.line() + " of '" + file + "'";
                JsonValue json = JsonValue.parse(place, text.getBytes(StandardCharsets.UTF_8));
                double milliseconds = json.at("timestamp").number();
                if (milliseconds < last) {
                    throw new IllegalArgumentException("A request comes at " + milliseconds
                            + " ms, before the one ahead of it at " + last + " ms: " + place
                            + ". Sort the file by timestamp.");
                }
                if (Double.isNaN(first)) first = milliseconds;
                last = milliseconds;
                double seconds = (milliseconds - first) / 1e3;
                requests.take(() -> requests.add(request(json, seconds, place)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The file '" + file + "' cannot be read (" + e + ").", e);
        }
        if (Double.isNaN(first)) throw new IllegalArgumentException("The file '" + file + "' holds no request.");
        return requests.imported();
    }

    private static TracedRequest request(JsonValue json, double seconds, String place) {
        int prompt = json.at("input_length").integer();
        int output = json.at("output_length").integer();
        if (prompt < 1 || output < 1) throw new RejectedRow("a request has no tokens", place);
        List<JsonValue> ids = json.at("hash_ids").items();
        if (ids.size() > (prompt - 1) / BLOCK_TOKENS + 1) {
            throw new RejectedRow("a request has more hashes than blocks", place);
        }
        long[] hashes = ids.stream().mapToLong(JsonValue::integer).toArray();
        return new TracedRequest(seconds, prompt, output, new PrefixBlocks(BLOCK_TOKENS, hashes), OptionalLong.empty());
    }
}
