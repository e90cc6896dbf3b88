package io.agentopt.cost.importer;

import io.agentopt.workload.AgentEpisode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Calls of a language model by agents that support customers: {@code task_id,trial,llm_call_index,prompt_tokens_est_chars4,
 * output_tokens_est_chars4,kind}, derived from the trajectories of sierra-research/tau-bench (MIT). Tokens are estimates: characters over 4.
 */
public final class TauBenchImporter {
    private static final String TASK = "task_id";
    private static final String TRIAL = "trial";
    private static final String INDEX = "llm_call_index";
    private static final String PROMPT = "prompt_tokens_est_chars4";
    private static final String OUTPUT = "output_tokens_est_chars4";
    private static final String KIND = "kind";

    private record Key(int task, int trial) {}

    private record Call(Key key, long index, AgentEpisode.Call call, String place) {}

    private TauBenchImporter() {}

    /**
     * {@return the episodes, in the order of their first calls; those that lack a call, or have one that cannot be used, are counted}
     *
     * @throws IllegalArgumentException if the file is not of the layout
     * @throws java.io.UncheckedIOException if the file cannot be read
     */
    public static ImportedRows<AgentEpisode> episodes(Path file) {
        ImportedRows<Call> calls = ImportedRows.from(
                CsvTable.read(file, TASK, TRIAL, INDEX, PROMPT, OUTPUT, KIND),
                (row, add) -> add.accept(new Call(
                        new Key(number(row, TASK), number(row, TRIAL)),
                        row.whole(INDEX),
                        new AgentEpisode.Call(row.count(PROMPT), row.count(OUTPUT), tool(row)),
                        row.place(INDEX))));
        Map<Key, List<Call>> episodes = new LinkedHashMap<>();
        for (Call c : calls.rows())
            episodes.computeIfAbsent(c.key, _ -> new ArrayList<>()).add(c);
        ImportedRows.Collector<AgentEpisode> whole = new ImportedRows.Collector<>();
        episodes.forEach((key, list) -> whole.take(() -> whole.add(episode(key, list))));
        ImportedRows<AgentEpisode> imported = whole.imported();
        return new ImportedRows<>(List.<AgentEpisode>of(), calls.rejected(), calls.examples()).plus(imported);
    }

    private static AgentEpisode episode(Key key, List<Call> calls) {
        for (int i = 0; i < calls.size(); i++) {
            if (calls.get(i).index != i) {
                throw new RejectedRow("an episode lacks a call, or has them out of order", calls.get(i).place);
            }
        }
        return new AgentEpisode(
                key.task, key.trial, calls.stream().map(Call::call).toList());
    }

    private static int number(CsvRow row, String column) {
        long value = row.whole(column);
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw new RejectedRow(column + " is no number of a task or trial", row.place(column));
        }
        return (int) value;
    }

    private static boolean tool(CsvRow row) {
        return switch (row.text(KIND)) {
            case "tool_call" -> true;
            case "text" -> false;
            default -> throw new RejectedRow("a call is neither text nor tool_call", row.place(KIND));
        };
    }
}
