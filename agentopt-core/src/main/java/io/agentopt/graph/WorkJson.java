package io.agentopt.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentopt.operator.Work;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The field {@code work} of a node: {@code {"flops": .., "bytes": .., "precision": .., "residentBytes": ..}} or {@code {"seconds": {"cpu": ..}, "residentBytes": ..}}. */
final class WorkJson {
    private WorkJson() {}

    static void write(ObjectNode node, Work work) {
        ObjectNode out = node.putObject("work");
        switch (work) {
            case Work.Counted c ->
                out.put("flops", c.flops()).put("bytes", c.bytes()).put("precision", c.precision());
            case Work.Timed t -> {
                ObjectNode seconds = out.putObject("seconds");
                t.seconds().forEach(seconds::put);
            }
        }
        out.put("residentBytes", work.residentBytes());
    }

    static Optional<Work> read(GraphJsonReader reader, String path, JsonNode node) {
        if (!node.has("work")) return Optional.empty();
        JsonNode work = node.path("work");
        if (!work.isObject()) throw reader.error(path, "the field \"work\" is not an object.");
        double resident = reader.number(path, work, "residentBytes");
        if (!work.has("seconds")) {
            reader.fields(path, work, "flops", "bytes", "precision", "residentBytes");
            return Optional.of(new Work.Counted(
                    reader.number(path, work, "flops"),
                    reader.number(path, work, "bytes"),
                    reader.text(path, work, "precision"),
                    resident));
        }
        reader.fields(path, work, "seconds", "residentBytes");
        JsonNode kinds = work.path("seconds");
        if (!kinds.isObject()) throw reader.error(path, "the field \"seconds\" is not an object of kinds of devices.");
        Map<String, Double> seconds = new TreeMap<>();
        kinds.fieldNames().forEachRemaining(kind -> seconds.put(kind, reader.number(path, kinds, kind)));
        return Optional.of(new Work.Timed(seconds, resident));
    }
}
