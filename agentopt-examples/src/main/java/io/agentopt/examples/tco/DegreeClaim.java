package io.agentopt.examples.tco;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** More tensor parallelism helps, then hurts: the best degree lies between one device and the most. Refused counts as no throughput. */
record DegreeClaim(String sentence) implements Claim {
    @Override
    public Verdict judge(Study study) {
        Tally tally = new Tally();
        Set<SizedStage> seen = Collections.newSetFromMap(new IdentityHashMap<>()); // policies share their stages
        List<String> shapes = new ArrayList<>();
        for (Panel panel : study.panels()) {
            for (SizedStage stage : panel.stages()) {
                if (!seen.add(stage)) continue;
                if (!(stage.best() instanceof Stage.Sized best)) {
                    tally.skip("the stage is refused at every degree");
                    continue;
                }
                TreeSet<Integer> degrees = new TreeSet<>(stage.byDegree().keySet());
                boolean helps = best.tensorParallel() > degrees.first(), hurts = best.tensorParallel() < degrees.last();
                shapes.add(helps && hurts ? "helps, then hurts" : helps ? "helps throughout" : "hurts from the start");
                tally.add(
                        Tally.ANY_POLICY,
                        panel.devices(),
                        panel.scenario().target() + " " + stage.phase(),
                        helps && hurts);
            }
        }
        return Verdict.of(
                sentence,
                "throughput per device of a stage is best at a degree above 1 and below 8; a refused degree counts as none",
                tally,
                shapes.isEmpty() ? "" : "Stages: " + Numbers.ranking(shapes) + ".");
    }
}
