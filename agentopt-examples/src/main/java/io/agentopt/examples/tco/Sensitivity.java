package io.agentopt.examples.tco;

import io.agentopt.cost.CostModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The verdicts again, with one assumption changed at a time. */
final class Sensitivity {
    /** All seven links of an MI300X together, one way, bytes/s: the note of the device catalog, whose own rate is that of one link. */
    private static final double ALL_PEERS = 448e9;

    private static final double GAUDI_DOLLARS = 12_500; // Table 5

    private Sensitivity() {}

    static String text(CostModel cost, List<Scenario> scenarios, List<PricingPolicy> policies) {
        Map<String, List<Verdict>> columns = new LinkedHashMap<>();
        variations()
                .forEach((name, set) ->
                        columns.put(name, Verdicts.of(Study.run(cost, List.of(set), scenarios, policies))));
        List<String> header = new ArrayList<>(List.of("sentence"));
        header.addAll(columns.keySet());
        MarkdownTable table = new MarkdownTable(header);
        List<Verdict> first = columns.values().iterator().next();
        for (int i = 0; i < first.size(); i++) {
            List<String> row = new ArrayList<>(List.of(first.get(i).sentence()));
            for (List<Verdict> verdicts : columns.values()) {
                Verdict v = verdicts.get(i);
                row.add(v.judged() == 0 ? v.outcome().toString() : v.outcome() + ", " + v.held() + "/" + v.judged());
            }
            table.row(row);
        }
        return "## The verdicts with one assumption changed\n\nCells that hold of cells judged, one device set a column.\n\n"
                + table + "\n";
    }

    private static Map<String, DeviceSet> variations() {
        DeviceSet dense = DeviceSet.dense();
        StudyDevice gaudi = dense.find("Gaudi3");
        Map<String, DeviceSet> sets = new LinkedHashMap<>();
        sets.put("paper", DeviceSet.paper());
        sets.put("dense", dense);
        sets.put(
                "dense, all links of MI300x at once",
                dense.with(dense.find("MI300x").linked(ALL_PEERS)));
        sets.put("dense, Gaudi3 at half its price", dense.with(gaudi.bought(GAUDI_DOLLARS / 2)));
        sets.put("dense, Gaudi3 at twice its price", dense.with(gaudi.bought(GAUDI_DOLLARS * 2)));
        return sets;
    }
}
