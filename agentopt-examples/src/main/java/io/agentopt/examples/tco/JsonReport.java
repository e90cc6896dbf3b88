package io.agentopt.examples.tco;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Every cell of the study as JSON: panels with prices, stages and cells; a cell without a cost has a reason. */
final class JsonReport {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private JsonReport() {}

    /**
     * Writes a file, and the folder for it.
     *
     * @throws UncheckedIOException if it cannot be written
     */
    static void write(Path file, String date, Study study, List<Verdict> verdicts) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            MAPPER.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), json(date, study, verdicts));
        } catch (IOException e) {
            throw new UncheckedIOException("The study cannot be written to '" + file + "': " + e.getMessage(), e);
        }
    }

    static ObjectNode json(String date, Study study, List<Verdict> verdicts) {
        ObjectNode out = MAPPER.createObjectNode().put("format", 1).put("date", date);
        ArrayNode judged = out.putArray("verdicts");
        for (Verdict v : verdicts) {
            judged.addObject()
                    .put("sentence", v.sentence())
                    .put("test", v.test())
                    .put("outcome", v.outcome().toString())
                    .put("held", v.held())
                    .put("judged", v.judged())
                    .put("evidence", v.evidence());
        }
        ArrayNode panels = out.putArray("panels");
        for (Panel panel : study.panels()) panels.add(panel(panel));
        return out;
    }

    private static ObjectNode panel(Panel panel) {
        Scenario s = panel.scenario();
        ObjectNode out = MAPPER.createObjectNode()
                .put("devices", panel.devices())
                .put("policy", panel.policy())
                .put("model", s.model().id())
                .put("precision", s.precision().id())
                .put("promptTokens", s.promptTokens())
                .put("outputTokens", s.outputTokens())
                .put("target", s.target().toString());
        ObjectNode prices = out.putObject("dollarsPerHour");
        panel.dollarsPerHour().forEach(prices::put);
        ArrayNode stages = out.putArray("stages");
        for (SizedStage stage : panel.stages()) stages.add(stage(stage));
        ArrayNode cells = out.putArray("cells");
        panel.cells().forEach((pair, cell) -> cells.add(cell(pair, cell, s)));
        return out;
    }

    private static ObjectNode stage(SizedStage stage) {
        ObjectNode out = MAPPER.createObjectNode()
                .put("device", stage.device())
                .put("phase", stage.phase().toString());
        switch (stage.best()) {
            case Stage.Sized b -> {
                out.put("tensorParallel", b.tensorParallel())
                        .put("batch", b.batch())
                        .put("batchSeconds", b.batchSeconds())
                        .put("requestsPerSecond", b.requestsPerSecond())
                        .put("kvBytesPerSecond", b.kvBytesPerSecond())
                        .put("linkBound", b.linkBound())
                        .put("deviceSeconds", b.deviceSeconds());
                stage.slowDeviceSeconds().ifPresent(v -> out.put("slowDeviceSeconds", v));
                stage.fastDeviceSeconds().ifPresent(v -> out.put("fastDeviceSeconds", v));
            }
            case Stage.Refused r -> refusal(out, r.refusal());
        }
        return out;
    }

    private static ObjectNode cell(Pair pair, Cell cell, Scenario s) {
        ObjectNode out = MAPPER.createObjectNode().put("pair", pair.toString()).put("paper", Pair.PAPER.contains(pair));
        switch (cell) {
            case Cell.Priced p -> {
                out.put("dollarsPerMillionOutputTokens", p.dollarsPerMillionTokens(s))
                        .put("tokensPerSecondPerDollarPerHour", p.tokensPerSecondPerDollarPerHour(s))
                        .put("prefillDevicesPerDecodeDevice", p.stages().pool().prefillDevicesPerDecodeDevice());
                p.advantage().ifPresent(a -> {
                    out.put("ratio", a.ratio());
                    a.low().ifPresent(v -> out.put("ratioLow", v));
                    a.high().ifPresent(v -> out.put("ratioHigh", v));
                });
            }
            case Cell.Refused r -> refusal(out, r.refusal());
        }
        return out;
    }

    private static void refusal(ObjectNode out, Stage.Refusal refusal) {
        out.put("refused", refusal.kind().toString()).put("reason", refusal.reason());
    }
}
