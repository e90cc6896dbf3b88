package io.agentopt.examples.tco;

import io.agentopt.cost.CostModel;
import io.agentopt.cost.engine.EngineCostModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;

/** Repeats the cost study of arXiv 2507.19635 with the library's own cost model: {@code ./build tco}. */
public final class TcoStudy {
    private static final Path JSON = Path.of("target", "tco", "tco.json");
    private static final Path MARKDOWN = Path.of("docs", "tco-study.md");

    private TcoStudy() {}

    /**
     * Runs the study, prints its verdicts and writes {@code target/tco/tco.json} and {@code docs/tco-study.md}.
     *
     * @param args none
     */
    public static void main(String[] args) {
        if (args.length > 0) {
            System.err.println("./build tco takes no argument; '" + args[0] + "' is one.");
            System.exit(2);
        }
        String date = LocalDate.now(ZoneOffset.UTC).toString();
        CostModel cost = EngineCostModel.generic();
        List<DeviceSet> sets = List.of(DeviceSet.paper(), DeviceSet.dense());
        Study study = Study.run(cost, sets, Scenario.all(), PricingPolicy.all());
        List<Verdict> verdicts = Verdicts.of(study);
        String markdown = new MarkdownReport(date, sets, PricingPolicy.all(), study, verdicts).text()
                + Sensitivity.text(cost, Scenario.all(), PricingPolicy.all())
                + VoiceAgentReport.text(sets);
        try {
            Files.writeString(MARKDOWN, markdown);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "The study cannot be written to '" + MARKDOWN + "': " + e.getMessage()
                            + ". Run it in the repository.",
                    e);
        }
        JsonReport.write(JSON, date, study, verdicts);
        for (Verdict v : verdicts) {
            System.out.println(v.sentence() + ": " + v.outcome());
            System.out.println("    " + v.evidence());
        }
        System.out.println("written to " + MARKDOWN + " and " + JSON);
    }
}
