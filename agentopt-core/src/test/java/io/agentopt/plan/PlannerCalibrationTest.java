package io.agentopt.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.cost.Confidence;
import io.agentopt.cost.engine.Attribution;
import io.agentopt.cost.engine.CalibratedEngine;
import io.agentopt.cost.engine.EngineCostModel;
import io.agentopt.cost.engine.EngineFit;
import io.agentopt.cost.engine.EngineTerm;
import io.agentopt.cost.engine.EngineTerms;
import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.hardware.Fleet;
import io.agentopt.model.ModelCatalog;
import io.agentopt.model.Precision;
import io.agentopt.plan.solve.SolveOptions;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A calibration changes what a plan says, and the plan says where its times come from. */
class PlannerCalibrationTest {
    private static final DeviceSpec H100 = DeviceCatalog.packaged().find("H100");

    private static Plan<String, String> plan(EngineCostModel cost, String device) {
        return Planner.minimizeCost()
                .models(ModelCatalog.packaged().plus(PlannerTest.EMBEDDER))
                .options(SolveOptions.steps(1, 20_000))
                .costModel(cost)
                .plan(
                        PlannerTest.support("meta-llama/Meta-Llama-3.1-8B"),
                        Workload.poisson(1),
                        Sla.endToEnd(Percentile.P95, Duration.ofSeconds(20)),
                        Fleet.rented("one kind")
                                .add(device, 8)
                                .add("CPU-32-core", 4)
                                .build());
    }

    private static EngineCostModel fitted(Confidence confidence) {
        EngineTerms terms = EngineTerms.generic(H100)
                .with(EngineTerm.MEMORY, 0.4)
                .with(EngineTerm.COMPUTE, 0.3)
                .as(confidence, 0.08);
        return EngineCostModel.generic()
                .with(new CalibratedEngine(
                        H100,
                        Precision.FP16,
                        Precision.FP16,
                        Optional.empty(),
                        EngineFit.of(terms),
                        new Attribution("a test", LocalDate.of(2026, 1, 31))));
    }

    private static PlannedOperator decode(Plan<?, ?> plan) {
        return plan.operators().stream()
                .filter(o -> o.id().toString().endsWith(".decode"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aFitOfTheDeviceChangesTimesAndConfidence() {
        Plan<String, String> generic = plan(EngineCostModel.generic(), "H100-SXM");
        for (Confidence confidence : new Confidence[] {Confidence.MEASURED, Confidence.IMPORTED}) {
            Plan<String, String> fitted = plan(fitted(confidence), "H100-SXM");
            assertThat(decode(fitted).seconds())
                    .isGreaterThan(1.3 * decode(generic).seconds());
            assertThat(decode(fitted).confidence()).isEqualTo(confidence.name());
            assertThat(decode(fitted).relativeSpread()).isEqualTo(0.08);
            assertThat(line(fitted))
                    .contains("+-8.0 %")
                    .contains(confidence == Confidence.MEASURED ? "measured" : "imported");
            assertThat(PlanJson.read(fitted.toJson(), "plan.json", fitted.graph()))
                    .isEqualTo(fitted);
        }
        assertThat(decode(generic).confidence()).isEqualTo("GENERIC");
        assertThat(line(generic)).contains("+-35 %").contains("generic");
    }

    @Test
    void whatIsBorrowedSaysSo() {
        Plan<String, String> plan = plan(fitted(Confidence.IMPORTED), "A100-80GB-SXM");
        assertThat(decode(plan).confidence()).isEqualTo("TRANSFERRED");
        assertThat(decode(plan).relativeSpread()).isEqualTo(0.2);
        assertThat(line(plan)).contains("transferred");
        assertThat(plan.toJson()).contains("\"TRANSFERRED\"");
    }

    private static String line(Plan<?, ?> plan) {
        return plan.explain()
                .lines()
                .filter(l -> l.contains(".decode"))
                .findFirst()
                .orElseThrow();
    }
}
