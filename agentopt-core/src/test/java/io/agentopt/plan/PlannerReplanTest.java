package io.agentopt.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.graph.AgentGraph;
import io.agentopt.hardware.DeviceClass;
import io.agentopt.hardware.Fleet;
import io.agentopt.hardware.Price;
import io.agentopt.model.ModelCatalog;
import io.agentopt.plan.ReplanResult.Replanned;
import io.agentopt.plan.solve.SolveOptions;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kind of change: what moves, why, at what cost, and that the new plan holds. */
class PlannerReplanTest {
    private static final ModelCatalog MODELS = ModelCatalog.packaged().plus(PlannerTest.EMBEDDER);
    private static final Planner PLANNER =
            Planner.minimizeCost().models(MODELS).options(SolveOptions.steps(1, 200_000));
    private static final Fleet MIXED = Fleet.rented("mixed")
            .add("A100-80GB-SXM", 64)
            .add("H100-SXM", 64)
            .add("MI300X", 64)
            .add("CPU-32-core", 64)
            .build();
    private static final AgentGraph<String, String> AGENT = PlannerTest.support("meta-llama/Meta-Llama-3.1-70B");
    private static final Sla SLA = Sla.endToEnd(Percentile.P95, Duration.ofSeconds(8));
    private static final Plan<String, String> OLD = PLANNER.plan(AGENT, Workload.poisson(20), SLA, MIXED);

    private static final PreparedPlan<String, String> PREPARED =
            PLANNER.prepare(OLD, MIXED, SolveOptions.steps(1, 2_000));

    static Stream<Change> changes() {
        return Stream.of(
                new Change.PriceChanged("A100-80GB-SXM", 9),
                new Change.PriceChanged("H100-SXM", Price.fixed(0.2)),
                new Change.LoadChanged(Workload.poisson(45)),
                new Change.LoadChanged(Workload.poisson(3)),
                new Change.SpeedChanged("A100-80GB-SXM", 0.5),
                new Change.SpeedChanged("H100-SXM", 2),
                new Change.SlaChanged(Sla.endToEnd(Percentile.P95, Duration.ofSeconds(6))),
                new Change.SlaChanged(Sla.endToEnd(Percentile.P95, Duration.ofSeconds(60))),
                new Change.Outage("A100-80GB-SXM", 64),
                new Change.Outage("A100-80GB-SXM", 50),
                new Change.InventoryChanged("MI300X", 2),
                new Change.InventoryChanged("MI300X", 100));
    }

    @ParameterizedTest
    @MethodSource("changes")
    void aReplanHoldsAndSaysAllThatMoved(Change change) {
        Replanned<String, String> now = replanned(ReplanOptions.DEFAULT, change);
        PlanCheck.check(now.plan(), now.fleet(), MODELS);
        List<?> moved = now.moves().stream()
                .filter(m -> m.cause() != Move.Cause.GROWN)
                .map(Move::operator)
                .toList();
        for (int i = 0; i < OLD.operators().size(); i++) {
            PlannedOperator before = OLD.operators().get(i);
            PlannedOperator after = now.plan().operators().get(i);
            boolean same = before.deviceClass().equals(after.deviceClass())
                    && before.mode().equals(after.mode());
            assertThat(moved.contains(before.id())).as("%s", before.id()).isEqualTo(!same);
        }
        assertThat(now.moveCost().weightBytes())
                .isCloseTo(now.moves().stream().mapToDouble(Move::weightBytes).sum(), within(1.0));
        assertThat(now.explain()).contains(change.describe()).doesNotContain("NaN", "null", "Infinity");
        PlanResult<String, String> cold =
                now.planner().solve(AGENT, now.plan().workload(), now.plan().sla(), now.fleet());
        Plan<String, String> best = ((PlanResult.Planned<String, String>) cold).plan();
        Replanned<String, String> eager = replanned(ReplanOptions.DEFAULT.horizon(Duration.ofDays(3650)), change);
        assertThat(eager.plan().dollarsPerHour())
                .isCloseTo(best.dollarsPerHour(), within(0.005 * best.dollarsPerHour()));
    }

    @Test
    void nothingMovesWithoutAChange() {
        Replanned<String, String> now = replanned(ReplanOptions.DEFAULT);
        assertThat(now.moves()).isEmpty();
        assertThat(now.plan().placement()).isEqualTo(OLD.placement());
        assertThat(now.moveCost()).isEqualTo(new MoveCost(0, 0, 0, 0, 0));
        assertThat(now.verdict()).startsWith("nothing moved. The plan in force is still the cheapest, $95.45");
    }

    @Test
    void aRecalibrationThatSaysTheSameMovesNothing() {
        Replanned<String, String> now = replanned(
                ReplanOptions.DEFAULT, new Change.CostModelChanged(io.agentopt.cost.engine.EngineCostModel.generic()));
        assertThat(now.moves()).isEmpty();
    }

    @Test
    void anOutageLosesKvCachesAndLoadsWeights() {
        Replanned<String, String> now = replanned(
                ReplanOptions.DEFAULT.preparation(Duration.ofSeconds(30)), new Change.Outage("A100-80GB-SXM", 64));
        Move decode = now.moves().stream()
                .filter(m -> m.operator().toString().equals("think/generate.decode"))
                .findFirst()
                .orElseThrow();
        assertThat(decode.cause()).isEqualTo(Move.Cause.LOST);
        assertThat(decode.why()).isEqualTo("'A100-80GB-SXM' is gone");
        assertThat(decode.kvLost()).isTrue();
        // 20/s * 1.6 visits * 2.10 s in flight, each 800 + 60 tokens of 2 * 80 layers * 8 heads * 128 * 2 bytes
        PlannedOperator was = OLD.operators().stream()
                .filter(o -> o.id().equals(decode.operator()))
                .findFirst()
                .orElseThrow();
        assertThat(decode.kvBytes()).isCloseTo(20 * 1.6 * was.seconds() * 860 * 327_680, within(1.0));
        assertThat(now.moveCost().kvBytesLost()).isEqualTo(decode.kvBytes());
        assertThat(now.moveCost().kvBytesMoved()).isZero();
        double weights =
                now.moves().stream().mapToDouble(Move::weightBytes).max().orElse(0);
        assertThat(weights % 1).isZero();
        assertThat(weights).isGreaterThan(70e9 * 2 * 0.98);
        assertThat(now.moveCost().seconds()).isBetween(30 + 141e9 / 2e9, 30 + 141e9 / 2e9 + 20);
        assertThat(now.moveCost().dollars()).isPositive();
    }

    @Test
    void aSmallSavingDoesNotRepayAMoveAndALongHorizonDoes() {
        Change cheaper = new Change.PriceChanged("MI300X", 3.0);
        Plan<String, String> old = OLD;
        Replanned<String, String> never = replanned(ReplanOptions.DEFAULT.horizon(Duration.ZERO), cheaper);
        assertThat(never.plan().placement()).isEqualTo(old.placement());
        Replanned<String, String> always = replanned(ReplanOptions.DEFAULT.horizon(Duration.ofDays(365)), cheaper);
        assertThat(always.plan().dollarsPerHour())
                .isLessThanOrEqualTo(never.plan().dollarsPerHour());
        if (always.plan().dollarsPerHour() < never.plan().dollarsPerHour()) {
            assertThat(never.verdict()).contains("does not repay within 0 h");
            assertThat(always.verdict()).contains("repays within 8760 h");
        }
    }

    @Test
    void anOutageOfTheOnlyClassIsInfeasibleWithItsReason() {
        Fleet one = Fleet.rented("one")
                .add("A100-80GB-SXM", 64)
                .add("CPU-32-core", 4)
                .build();
        Plan<String, String> old = PLANNER.plan(AGENT, Workload.poisson(2), SLA, one);
        assertThat(PLANNER.replan(old, one, new Change.Outage("A100-80GB-SXM", 64)))
                .isInstanceOfSatisfying(ReplanResult.Infeasible.class, none -> {
                    assertThat(none.reason().message())
                            .startsWith("After an outage of 64 of 'A100-80GB-SXM': ")
                            .contains("graph 'support'", "fleet 'one'");
                    assertThat(none.reason().proved()).isTrue();
                });
        assertThat(PLANNER.replan(
                        old,
                        one,
                        new Change.Outage("A100-80GB-SXM", 64),
                        new Change.InventoryChanged("CPU-32-core", 0)))
                .isInstanceOfSatisfying(
                        ReplanResult.Infeasible.class,
                        none -> assertThat(none.reason().message())
                                .endsWith("No device of fleet 'one' is left for graph 'support'."));
    }

    @Test
    void anUnknownClassIsNamed() {
        assertThatThrownBy(() -> PLANNER.replan(OLD, MIXED, new Change.Outage("H200", 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Fleet 'mixed' has no device class 'H200'");
        assertThatThrownBy(() -> new Change.SpeedChanged("H100", 0)).hasMessageContaining("must be between");
        assertThatThrownBy(() -> new Change.Outage("H100", 0)).hasMessageContaining("Name at least 1");
        assertThatThrownBy(() -> new Change.InventoryChanged("H100", -1)).hasMessageContaining("at least 0");
        assertThatThrownBy(() -> ReplanOptions.DEFAULT.horizon(Duration.ofSeconds(-1)))
                .hasMessageContaining("horizon");
    }

    @Test
    void aReplanChains() {
        Replanned<String, String> first = replanned(ReplanOptions.DEFAULT, new Change.Outage("A100-80GB-SXM", 64));
        assertThat(first.fleet().classes().stream().map(DeviceClass::name)).doesNotContain("A100-80GB-SXM");
        ReplanResult<String, String> again = first.planner().replan(first.plan(), first.fleet());
        assertThat(again).isInstanceOf(Replanned.class);
        assertThat(((Replanned<String, String>) again).moves()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("changes")
    void aPreparedReplanHoldsAndIsNoDearerThanOneFromThePlanInForceAlone(Change change) {
        ReplanOptions eager = ReplanOptions.DEFAULT.horizon(Duration.ofDays(3650));
        Replanned<String, String> prepared = (Replanned<String, String>) PREPARED.replan(List.of(change), eager);
        PlanCheck.check(prepared.plan(), prepared.fleet(), MODELS);
        double plain = replanned(eager, change).plan().dollarsPerHour();
        assertThat(prepared.plan().dollarsPerHour()).isLessThanOrEqualTo(plain * (1 + 1e-9));
    }

    @Test
    void aPreparedPlanAnswersSeveralThreadsAlike() throws Exception {
        List<Change> changes = changes().toList();
        assertThat(PREPARED.knownPlacements()).isGreaterThan(3);
        try (ExecutorService pool = Executors.newFixedThreadPool(3)) {
            List<Future<ReplanResult<String, String>>> answers = new ArrayList<>();
            for (int k = 0; k < 3 * changes.size(); k++) {
                Change change = changes.get(k % changes.size());
                answers.add(pool.submit(() -> PREPARED.replan(change)));
            }
            for (int k = 0; k < answers.size(); k++) {
                Plan<String, String> alone =
                        ((Replanned<String, String>) PREPARED.replan(changes.get(k % changes.size()))).plan();
                assertThat(((Replanned<String, String>) answers.get(k).get())
                                .plan()
                                .placement())
                        .isEqualTo(alone.placement());
            }
        }
    }

    @Test
    void aPlanIsPreparedOnlyWhereItHolds() {
        Fleet other =
                Fleet.rented("other").add("MI300X", 64).add("CPU-32-core", 4).build();
        assertThatThrownBy(() -> PLANNER.prepare(OLD, other))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        "The plan of graph 'support', made for fleet 'mixed', does not hold on fleet 'other'");
    }

    static Stream<Planner> otherObjectives() {
        return Stream.of(Planner.minimizeEnergy(), Planner.minimizeLatency(150))
                .map(p -> p.models(MODELS).options(SolveOptions.steps(1, 60_000)));
    }

    @ParameterizedTest
    @MethodSource("otherObjectives")
    void energyAndLatencyArePlannedAnew(Planner planner) {
        Plan<String, String> old = planner.plan(AGENT, Workload.poisson(20), SLA, MIXED);
        Replanned<String, String> same = (Replanned<String, String>) planner.replan(old, MIXED);
        assertThat(same.moves()).isEmpty();
        assertThat(same.plan().figures().value()).isEqualTo(old.figures().value());
        assertThat(same.verdict()).startsWith("the plan in force stays. Planned anew: ");
        String lost = old.devices().getFirst().deviceClass();
        PreparedPlan<String, String> prepared = planner.prepare(old, MIXED);
        assertThat(prepared.knownPlacements()).isZero();
        Replanned<String, String> now = (Replanned<String, String>) prepared.replan(new Change.Outage(lost, 64));
        assertThat(now.plan().devices()).noneMatch(d -> d.deviceClass().equals(lost));
        assertThat(now.moves()).isNotEmpty();
        PlanResult<String, String> cold = planner.solve(AGENT, Workload.poisson(20), SLA, now.fleet());
        assertThat(now.plan().figures().value())
                .isEqualTo(cold.orThrow().figures().value());
        assertThat(planner.replan(
                        old,
                        MIXED,
                        new Change.InventoryChanged("CPU-32-core", 0),
                        new Change.SlaChanged(Sla.endToEnd(Percentile.P95, Duration.ofMillis(1)))))
                .isInstanceOf(ReplanResult.Infeasible.class);
    }

    @Test
    void aLimitOfTheWorstCaseIsKept() {
        Sla worst = SLA.worstCase(Duration.ofSeconds(60));
        Plan<String, String> old = PLANNER.plan(AGENT, Workload.poisson(20), worst, MIXED);
        Replanned<String, String> same = (Replanned<String, String>) PLANNER.replan(old, MIXED);
        assertThat(same.moves()).isEmpty();
        assertThat(same.plan().dollarsPerHour()).isLessThanOrEqualTo(old.dollarsPerHour() * (1 + 1e-9));
        String lost = old.devices().getFirst().deviceClass();
        Replanned<String, String> now =
                (Replanned<String, String>) PLANNER.replan(old, MIXED, new Change.Outage(lost, 64));
        assertThat(now.verdict()).contains("Planned anew", "worst case");
        assertThat(now.plan().figures().worstCaseSeconds().orElseThrow()).isLessThanOrEqualTo(60);
    }

    private static Replanned<String, String> replanned(ReplanOptions options, Change... changes) {
        ReplanResult<String, String> result = PLANNER.replan(OLD, MIXED, List.of(changes), options);
        assertThat(result).isInstanceOf(Replanned.class);
        return (Replanned<String, String>) result;
    }
}
