package io.agentopt.cost.importer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.workload.AgentEpisode;
import io.agentopt.workload.PrefixBlocks;
import io.agentopt.workload.TracedRequest;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceImportersTest {
    @TempDir
    Path folder;

    @Test
    void azureTimesBecomeSecondsAfterTheFirst() throws URISyntaxException {
        ImportedRows<TracedRequest> rows = AzureTraceImporter.requests(resource("azure_conv.csv"));
        assertThat(rows.rows()).hasSize(200);
        assertThat(rows.rejectedRows()).isZero();
        TracedRequest second = rows.rows().get(1);
        assertThat(rows.rows().getFirst().arrivalSeconds()).isZero();
        assertThat(second.arrivalSeconds()).isCloseTo(4.314579, within(1e-9));
        assertThat(second.promptTokens()).isEqualTo(396);
        assertThat(second.outputTokens()).isEqualTo(109);
        assertThat(second.prefix()).isEqualTo(PrefixBlocks.NONE);
    }

    @Test
    void azureRowsWithHolesAreCounted() throws IOException {
        Path file = write("azure.csv", """
                TIMESTAMP,ContextTokens,GeneratedTokens
                2023-11-16 18:15:46.6805900,374,44
                2023-11-16 18:15:47.6805900,,44
                2023-11-16 18:15:47.7,374,0
                2023-11-16 18:15:47.8,-4,3
                soon,374,44
                2023-11-16 18:15:48.6805900,374,44
                """);
        ImportedRows<TracedRequest> rows = AzureTraceImporter.requests(file);
        assertThat(rows.rows()).extracting(TracedRequest::arrivalSeconds).containsExactly(0.0, 2.0);
        assertThat(rows.rejectedRows()).isEqualTo(4);
        assertThat(rows.rejected()).containsEntry("TIMESTAMP is no time", 1);
    }

    @Test
    void azureRowsOutOfOrderAreAnError() throws IOException {
        Path file = write("azure.csv", """
                TIMESTAMP,ContextTokens,GeneratedTokens
                2023-11-16 18:15:46.7,374,44
                2023-11-16 18:15:46.6,374,44
                """);
        assertThatThrownBy(() -> AzureTraceImporter.requests(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("line 3")
                .hasMessageContaining("Sort");
    }

    @Test
    void mooncakePrefixesAreFoundAgain() throws URISyntaxException {
        ImportedRows<TracedRequest> rows = MooncakeTraceImporter.requests(resource("mooncake.jsonl"));
        assertThat(rows.rows()).hasSize(120);
        TracedRequest first = rows.rows().getFirst();
        assertThat(first.promptTokens()).isEqualTo(6758);
        assertThat(first.prefix().size()).isEqualTo(14);
        assertThat(first.prefix().blockTokens()).isEqualTo(512);
        Set<Long> seen = new HashSet<>();
        int blocks = 0;
        int hits = 0;
        for (TracedRequest r : rows.rows()) {
            for (int i = 0; i < r.prefix().size(); i++) {
                blocks++;
                if (!seen.add(r.prefix().hash(i))) hits++;
            }
        }
        assertThat(hits).isEqualTo(119);
        assertThat(blocks).isEqualTo(3535);
    }

    @Test
    void mooncakeLinesThatCannotBeAreCountedOrAnError() throws IOException {
        Path file = write("mooncake.jsonl", """
                {"timestamp": 5, "input_length": 10, "output_length": 5, "hash_ids": [0]}
                {"timestamp": 6, "input_length": 10, "output_length": 5, "hash_ids": [0, 1]}
                {"timestamp": 6, "input_length": 0, "output_length": 5, "hash_ids": []}
                {"timestamp": 7, "input_length": 10, "output_length": -5, "hash_ids": [0]}
                {"timestamp": 1005, "input_length": 513, "output_length": 5, "hash_ids": [0, 1]}
                """);
        ImportedRows<TracedRequest> rows = MooncakeTraceImporter.requests(file);
        assertThat(rows.rows()).extracting(TracedRequest::arrivalSeconds).containsExactly(0.0, 1.0);
        assertThat(rows.rejected())
                .containsEntry("a request has more hashes than blocks", 1)
                .containsEntry("a request has no tokens", 2);
        Path back = write("back.jsonl", """
                {"timestamp": 5, "input_length": 10, "output_length": 5, "hash_ids": [0]}
                {"timestamp": 4, "input_length": 10, "output_length": 5, "hash_ids": [0]}
                """);
        assertThatThrownBy(() -> MooncakeTraceImporter.requests(back))
                .hasMessageContaining("line 2")
                .hasMessageContaining("Sort");
        Path empty = write("empty.jsonl", "");
        assertThatThrownBy(() -> MooncakeTraceImporter.requests(empty)).hasMessageContaining("no request");
    }

    @Test
    void episodesKeepTheirCallsTogether() throws URISyntaxException {
        ImportedRows<AgentEpisode> episodes = TauBenchImporter.episodes(resource("tau_bench.csv"));
        assertThat(episodes.rejectedRows()).isZero();
        AgentEpisode first = episodes.rows().getFirst();
        assertThat(first.calls().getFirst()).isEqualTo(new AgentEpisode.Call(1556, 23, false));
        assertThat(first.calls().get(2).tool()).isTrue();
        assertThat(episodes.rows().stream().mapToInt(e -> e.calls().size()).sum())
                .isEqualTo(167);
    }

    @Test
    void anEpisodeWithAHoleIsCounted() throws IOException {
        Path file = write("tau.csv", """
                task_id,trial,llm_call_index,role,prompt_tokens_est_chars4,output_tokens_est_chars4,kind
                0,0,0,assistant,100,20,text
                0,0,2,assistant,100,20,text
                1,0,0,assistant,100,20,tool_call
                1,0,1,assistant,100,0,text
                2,0,0,assistant,100,20,song
                """);
        ImportedRows<AgentEpisode> episodes = TauBenchImporter.episodes(file);
        assertThat(episodes.rows())
                .containsExactly(new AgentEpisode(1, 0, java.util.List.of(new AgentEpisode.Call(100, 20, true))));
        assertThat(episodes.rejected())
                .containsEntry("an episode lacks a call, or has them out of order", 1)
                .containsEntry("a call is neither text nor tool_call", 1);
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static Path resource(String name) throws URISyntaxException {
        return Path.of(Objects.requireNonNull(TraceImportersTest.class.getResource(name))
                .toURI());
    }
}
