package io.agentopt.plan;

import static io.agentopt.plan.PlanFixtures.PLANNER;
import static io.agentopt.plan.PlanFixtures.SMALL;
import static io.agentopt.plan.PlanFixtures.ask;
import static io.agentopt.plan.PlanFixtures.fleet;
import static io.agentopt.plan.PlanFixtures.operator;
import static io.agentopt.plan.PlanFixtures.planned;
import static io.agentopt.plan.PlanFixtures.sla;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.model.Precision;
import io.agentopt.plan.granular.GranularGraph;
import io.agentopt.plan.granular.GranularOperator;
import io.agentopt.plan.problem.Mode;
import io.agentopt.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PrecisionsTest {
    @Test
    void withoutAWordAModelIsServedAsItIs() {
        Plan<?, ?> plan =
                planned(PLANNER.solve(ask(), Workload.poisson(20), sla(20_000), fleet("H100-SXM", "CPU-32-core")));
        assertThat(operator(plan, "ask.decode").mode()).endsWith(" fp16");
    }

    @Test
    void anAllowedFormatIsAModeWhereTheDeviceHasItsRate() {
        List<String> refusals = new ArrayList<>();
        List<Mode> modes = modes(refusals, "H100-SXM", "A100-80GB-SXM");
        assertThat(formats(modes, 0)).containsExactlyInAnyOrder("fp16", "fp8");
        assertThat(formats(modes, 1)).containsExactly("fp16"); // an A100 has no FP8 arithmetic
        assertThat(refusals).anySatisfy(r -> assertThat(r).startsWith("A100-80GB-SXM: in fp8: "));
    }

    @Test
    void weightsOfEachFormatAreAGroupOfTheirOwn() {
        List<Mode> modes = modes(new ArrayList<>(), "H100-SXM");
        var bytes = modes.stream()
                .collect(Collectors.groupingBy(
                        Mode::sharedGroup, Collectors.mapping(Mode::sharedBytes, Collectors.toSet())));
        assertThat(bytes).hasSize(2);
        assertThat(bytes.values()).allMatch(sizes -> sizes.size() == 1);
    }

    @Test
    void moreFormatsNeverCostMore() {
        var two = PLANNER.precisions(Precision.FP16, Precision.FP8);
        for (double rate : new double[] {0.5, 20, 80}) {
            Plan<?, ?> one =
                    planned(PLANNER.solve(ask(), Workload.poisson(rate), sla(4_000), fleet("H100-SXM", "CPU-32-core")));
            Plan<?, ?> more =
                    planned(two.solve(ask(), Workload.poisson(rate), sla(4_000), fleet("H100-SXM", "CPU-32-core")));
            assertThat(more.bound().dollarsPerHour()).isLessThanOrEqualTo(one.dollarsPerHour() + 1e-9);
        }
        Plan<?, ?> fast = planned(PLANNER.precisions(SMALL, Precision.FP8)
                .solve(ask(), Workload.poisson(20), sla(4_000), fleet("H100-SXM", "CPU-32-core")));
        assertThat(operator(fast, "ask.prefill").mode()).endsWith(" fp8");
    }

    @Test
    void aFormatThatNoDeviceHasIsNoPlan() {
        var none = PlanFixtures.none(PLANNER.precisions(Precision.FP8)
                .solve(ask(), Workload.poisson(1), sla(20_000), fleet("A100-80GB-SXM")));
        assertThat(none.message()).contains("'ask.prefill'", "in fp8");
    }

    @Test
    void badFormatsAreNamed() {
        assertThatThrownBy(() -> PLANNER.precisions(SMALL))
                .hasMessage("No number format is left for model '" + SMALL
                        + "'. Allow at least one, or do not restrict it.");
        assertThatThrownBy(() -> PLANNER.precisions("no-such-model", Precision.FP8))
                .hasMessageContaining("no-such-model");
    }

    private static List<String> formats(List<Mode> modes, int member) {
        return modes.stream()
                .filter(m -> m.deviceClass() == member)
                .map(m -> m.label().replaceAll(".* ", ""))
                .distinct()
                .toList();
    }

    private static List<Mode> modes(List<String> refusals, String... devices) {
        GranularOperator prefill = GranularGraph.of(ask()).operators().stream()
                .filter(o -> o.id().toString().equals("ask.prefill"))
                .findFirst()
                .orElseThrow();
        PlanningSettings settings = PlanningSettings.of(
                        io.agentopt.model.ModelCatalog.packaged(),
                        io.agentopt.cost.engine.EngineCostModel.generic(),
                        io.agentopt.plan.solve.PlacementSolver.portfolio(),
                        io.agentopt.plan.solve.SolveOptions.steps(1, 1))
                .withPrecisions(SMALL, List.of(Precision.FP16, Precision.FP8));
        Members members = new Members(fleet(devices).classes(), List.of(), 0);
        return new ModeEnumeration(settings, members, 1, OptionalDouble.empty())
                .modes(prefill, refusals).stream().map(CandidateMode::mode).toList();
    }
}
