package io.agentopt.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.cost.Confidence;
import io.agentopt.cost.CostModel;
import io.agentopt.cost.DeviceEfficiency;
import io.agentopt.cost.EfficiencyTable;
import io.agentopt.cost.Estimate;
import io.agentopt.cost.OperatorClass;
import io.agentopt.cost.RooflineCostModel;
import io.agentopt.examples.RepositoryModels;
import io.agentopt.examples.support.HeldOut;
import io.agentopt.examples.support.Reply;
import io.agentopt.examples.support.SupportAgent;
import io.agentopt.examples.support.SupportAgent.Lengths;
import io.agentopt.graph.AgentGraph;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.hardware.Fleet;
import io.agentopt.model.ModelCatalog;
import io.agentopt.plan.Plan;
import io.agentopt.plan.Planner;
import io.agentopt.plan.granular.OperatorId;
import io.agentopt.runtime.calibrate.Refit;
import io.agentopt.runtime.llm.pack.ModelStore;
import io.agentopt.runtime.observe.RunEvent.StepFinished;
import io.agentopt.runtime.observe.StepKind;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The demonstration agent on a machine that exists only as a cost model: its clock moves by what that says, and a little noise. */
class RefitTest {
    private static final DeviceSpec CPU = DeviceSpec.cpu("cpu", 2, 2e11, 16e9, 2e10);
    private static final LocalDate TODAY = LocalDate.of(2026, 11, 23);

    private static ModelCatalog models;
    private static AgentGraph<String, Reply> graph;
    private static CostModel machine;

    @BeforeAll
    static void demo() {
        Path folder = RepositoryModels.folderWith(Demo.LLM);
        HeldOut heldOut = HeldOut.read(folder.resolve(Demo.LLM).resolve("heldout"));
        graph = SupportAgent.declare(Demo.LLM, Demo.EMBEDDER, heldOut.policies(), heldOut.shop(), Lengths.DEMO);
        models = ModelStore.of(folder).catalog();
        EfficiencyTable truth = EfficiencyTable.generic();
        for (OperatorClass work : List.of(OperatorClass.PREFILL, OperatorClass.DECODE, OperatorClass.EMBED))
            truth = truth.with("cpu", work, new DeviceEfficiency(0.11, 0.25, 2e-3, 1e-4, 2, Confidence.MEASURED, 0));
        machine = new RooflineCostModel(truth);
    }

    private static Plan<String, Reply> planned(CostModel cost) {
        return Planner.minimizeCost()
                .models(models)
                .costModel(cost)
                .plan(
                        graph,
                        Workload.poisson(0.05),
                        Sla.endToEnd(Percentile.P95, Duration.ofSeconds(30)),
                        Fleet.of(CPU));
    }

    @Test
    void afterARefitPredictionsAndPlansAreCloserToTheMachine() {
        CostModel before = RooflineCostModel.generic();
        Plan<String, Reply> plan = planned(before);
        Refit refit = Refit.of(runs(40), plan, CPU, models, before, TODAY);
        assertThat(refit.errorBefore().getAsDouble()).isGreaterThan(0.3);
        assertThat(refit.errorAfter().getAsDouble()).isLessThan(0.05);
        assertThat(refit.report()).contains("before", "after");
        double real = planned(machine).endToEndSeconds();
        assertThat(Math.abs(plan.endToEndSeconds() - real)).isGreaterThan(0.3 * real);
        assertThat(planned(refit.costModel()).endToEndSeconds()).isCloseTo(real, within(0.1 * real));
        Refit again = Refit.of(runs(40), planned(refit.costModel()), CPU, models, refit.costModel(), TODAY);
        assertThat(again.errorAfter().getAsDouble())
                .as("a second round changes little")
                .isLessThan(0.05);
    }

    @Test
    void runsThatTellNothingLeaveTheModelAsItWas() {
        CostModel before = RooflineCostModel.generic();
        Refit refit = Refit.of(List.of(), planned(before), CPU, models, before, TODAY);
        assertThat(refit.costModel()).isSameAs(before);
        assertThat(refit.errorBefore()).isEmpty();
        assertThat(refit.report()).contains("no run was held out");
    }

    /** Runs one after the other: a text is embedded, then one or two rounds of prompt and answer, of which the second knows its beginning. */
    private static List<StepFinished> runs(int count) {
        SplittableRandom random = new SplittableRandom(11);
        List<StepFinished> steps = new ArrayList<>();
        long clock = 0;
        for (int run = 1; run <= count; run++) {
            int text = 5 + random.nextInt(30);
            clock = step(
                    steps,
                    run,
                    "embed",
                    StepKind.EMBED,
                    clock,
                    text,
                    0,
                    0,
                    machine.embed(models.find(Demo.EMBEDDER), CPU, 1, text, 1),
                    random);
            int prompt = 150 + random.nextInt(200), known = 0;
            for (int round = 0; round <= run % 2; round++) {
                var llm = models.find(Demo.LLM);
                int out = 10 + random.nextInt(40);
                clock = step(
                        steps,
                        run,
                        "think/generate",
                        StepKind.PREFILL,
                        clock,
                        prompt,
                        0,
                        known,
                        machine.prefill(llm, CPU, 1, prompt, 1, known),
                        random);
                clock = step(
                        steps,
                        run,
                        "think/generate",
                        StepKind.DECODE,
                        clock,
                        0,
                        out,
                        0,
                        machine.decode(llm, CPU, 1, prompt, out, 1),
                        random);
                known = prompt;
                prompt += out + 20;
            }
        }
        return steps;
    }

    private static long step(
            List<StepFinished> steps,
            int run,
            String path,
            StepKind kind,
            long clock,
            int in,
            int out,
            int reused,
            Estimate time,
            SplittableRandom random) {
        double seconds = ((Estimate.Known) time).seconds() * (0.97 + 0.06 * random.nextDouble());
        OperatorId id = kind == StepKind.PREFILL
                ? OperatorId.prefill(path)
                : kind == StepKind.DECODE ? OperatorId.decode(path) : OperatorId.whole(path);
        steps.add(new StepFinished(run, id, kind, "cpu", clock, seconds, in, out, 1, reused));
        return clock + Math.round(seconds * 1e9) + 1_000_000;
    }
}
