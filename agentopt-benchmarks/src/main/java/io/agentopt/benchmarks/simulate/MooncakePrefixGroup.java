package io.agentopt.benchmarks.simulate;

import io.agentopt.benchmarks.Metric;
import io.agentopt.cost.importer.MooncakeTraceImporter;
import io.agentopt.workload.PrefixBlocks;
import io.agentopt.workload.TracedRequest;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The share of prompt blocks that an endless prefix cache would find, which is known of Mooncake's conversations. */
final class MooncakePrefixGroup implements SimulateMetricGroup {
    private static final String FILE = "mooncake_conversation.jsonl.gz";
    private static final double KNOWN = 0.366;

    @Override
    public String name() {
        return "Prefix blocks: Mooncake conversations with an endless cache";
    }

    @Override
    public List<Metric> run(SimulateOptions options) {
        Optional<Path> file = SimulateOptions.trace(FILE);
        if (file.isEmpty()) return List.of();
        Set<Long> seen = new HashSet<>();
        long blocks = 0;
        long hits = 0;
        for (TracedRequest r : MooncakeTraceImporter.requests(file.get()).rows()) {
            PrefixBlocks prefix = r.prefix();
            for (int i = 0; i < prefix.size(); i++) {
                blocks++;
                if (!seen.add(prefix.hash(i))) hits++;
            }
        }
        return List.of(Metric.of("mooncake.prefix_block_hits", (double) hits / blocks, "share")
                .peer("known", KNOWN));
    }
}
