package io.agentopt.plan;

import static io.agentopt.operator.Operators.embed;
import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.NodeOptions;
import io.agentopt.graph.Port;
import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceClass;
import io.agentopt.hardware.Fleet;
import io.agentopt.hardware.Price;
import io.agentopt.message.Prompt;
import io.agentopt.model.ModelCatalog;
import io.agentopt.plan.solve.Relaxation;
import io.agentopt.plan.solve.SolveOptions;
import io.agentopt.plan.solve.SolveStatistics;
import io.agentopt.plan.solve.Undecided;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Why there is no plan; and a user who does what the fix says gets one. */
class NoPlanTest {
    private static final String LARGE = "meta-llama/Meta-Llama-3.1-70B";
    private static final String SMALL = "meta-llama/Meta-Llama-3.1-8B";
    private static final Planner PLANNER = Planner.minimizeCost()
            .models(ModelCatalog.packaged().plus(PlannerTest.EMBEDDER))
            .options(SolveOptions.steps(1, 100_000));
    private static final Pattern TIME = Pattern.compile(" limit to (?:a mean of|p\\d\\d) ([0-9.e+]+) (us|ms|s)\\b");
    private static final Pattern COUNT = Pattern.compile("raise the count of '([^']+)' in fleet '[^']+' to (\\d+)");

    @ParameterizedTest
    @EnumSource
    void theEndToEndLimitThatAFixNamesWorks(Percentile percentile) {
        AgentGraph<String, String> agent = PlannerTest.support(LARGE);
        PlanResult.Infeasible<?, ?> none =
                none(agent, 20, Sla.endToEnd(percentile, Duration.ofMillis(100)), fleet(64, 64));
        assertThat(none.constraint()).isEqualTo("deadline");
        assertThat(none.proved()).isTrue();
        assertThat(none.message())
                .contains("graph 'support'", percentile.id() + " 100 ms", "fastest critical path", "fleet 'fleet'");
        assertThat(none.fix()).contains("relax the end-to-end limit to").doesNotContain("first-token", "raise");
        Plan<?, ?> plan = planned(agent, 20, Sla.endToEnd(percentile, time(none.fix())), fleet(64, 64));
        assertThat(plan.endToEndSeconds())
                .as("the fix is the nearest, to three digits")
                .isGreaterThan(plan.sla().plannedEndToEndSeconds() * 0.98);
    }

    @ParameterizedTest
    @EnumSource
    void theFirstTokenLimitThatAFixNamesWorks(Percentile percentile) {
        AgentGraph<String, String> agent = PlannerTest.support(LARGE);
        Sla sla = Sla.endToEnd(percentile, Duration.ofSeconds(60));
        PlanResult.Infeasible<?, ?> none = none(agent, 1, sla.firstToken(Duration.ofMillis(1)), fleet(64, 64));
        assertThat(none.constraint()).isEqualTo("milestone");
        assertThat(none.message()).contains("first-token limit of graph 'support'", percentile.id() + " 1.00 ms");
        planned(agent, 1, sla.firstToken(time(none.fix())), fleet(64, 64));
    }

    @Test
    void theCountThatAFixNamesWorks() {
        Sla sla = Sla.endToEnd(Percentile.P95, Duration.ofSeconds(20));
        PlanResult.Infeasible<?, ?> none = none(ask(SMALL), 500, sla, fleet(1, 1));
        assertThat(none.constraint()).isEqualTo("inventory");
        assertThat(none.message()).contains("cannot keep up with 500 requests/s of graph 'g'", "(it has 1)", "'ask.");
        Fleet more = fleet(1, 1);
        Matcher count = COUNT.matcher(none.fix());
        while (count.find()) more = with(more, count.group(1), Integer.parseInt(count.group(2)));
        planned(ask(SMALL), 500, sla, more);
    }

    @Test
    void modelsThatFitOneByOneButNotTogetherNeedMemory() {
        AgentGraph<String, String> two = AgentGraph.define("two", String.class, String.class, (g, in) -> {
            Port<String> first = g.node("a", generate(model(SMALL)), in.map("p", Prompt::system), pin("L4"))
                    .map("t", c -> c.text());
            return g.node("b", generate(model("Qwen/Qwen3-8B")), first.map("p2", Prompt::system), pin("L4"))
                    .map("t2", c -> c.text());
        });
        Sla sla = Sla.endToEnd(Percentile.P95, Duration.ofMinutes(5));
        Fleet one = Fleet.rented("fleet").add("L4", 1).build();
        PlanResult.Infeasible<?, ?> none = none(two, 0.001, sla, one);
        assertThat(none.constraint()).isEqualTo("memory");
        assertThat(none.message()).contains("hold the weights and KV caches of graph 'two'", "'L4' (it has 1)");
        Matcher count = COUNT.matcher(none.fix());
        assertThat(count.find()).isTrue();
        planned(two, 0.001, sla, with(one, count.group(1), Integer.parseInt(count.group(2))));
    }

    @Test
    void anOperatorThatNothingCanRunNamesItsClassesAndReasons() {
        Sla sla = Sla.endToEnd(Percentile.P95, Duration.ofSeconds(20));
        PlanResult.Infeasible<?, ?> large =
                none(ask(LARGE), 1, sla, Fleet.rented("small").add("L4", 1).build());
        assertThat(large.constraint()).isEqualTo("device");
        assertThat(large.message())
                .startsWith("No device of fleet 'small' can run 'ask.prefill' of graph 'g': L4: Weights (")
                .doesNotContain("..");
        PlanResult.Infeasible<?, ?> pinned = none(ask(SMALL, pin("H100")), 1, sla, fleet(1, 1));
        assertThat(pinned.fix())
                .isEqualTo(
                        "Pin the node to one of [CPU-32-core, A100-80GB-SXM], or add 'H100' to the fleet, with a price.");
        PlanResult.Infeasible<?, ?> search = none(
                PlannerTest.support(SMALL),
                1,
                sla,
                Fleet.rented("gpus").add("L4", 1).build());
        assertThat(search.message()).contains("'retrieve'", "L4: vector search runs on a CPU");
        assertThat(search.fix()).isEqualTo("Add the CPU of the host to the fleet.");
    }

    @Test
    void aFirstTokenLimitAboveTheEndToEndLimitDecidesNothing() {
        Sla sla = Sla.endToEnd(Percentile.P95, Duration.ofSeconds(20));
        Plan<?, ?> with = planned(ask(SMALL), 1, sla.firstToken(Duration.ofSeconds(30)), fleet(8, 8));
        Plan<?, ?> without = planned(ask(SMALL), 1, sla, fleet(8, 8));
        assertThat(with.placement()).isEqualTo(without.placement());
        assertThat(with.notes())
                .contains("The first-token limit decides nothing: it is not below the end-to-end limit.");
    }

    @Test
    void everyAlternativeWorksForItsPriceAndTheCheapestIsTheFix() {
        AgentGraph<String, String> agent = PlannerTest.support(LARGE);
        Fleet eight =
                Fleet.rented("fleet").add("H100-SXM", 8).add("CPU-32-core", 4).build();
        Sla sla = Sla.endToEnd(Percentile.P95, Duration.ofMillis(5200));
        PlanResult.Infeasible<?, ?> none = none(agent, 0.5, sla, eight);
        assertThat(none.alternatives()).hasSize(2);
        double before = 0;
        for (PlanResult.Alternative each : none.alternatives()) {
            assertThat(each.optimal()).isTrue();
            assertThat(each.dollarsPerHour()).isGreaterThanOrEqualTo(before);
            before = each.dollarsPerHour();
            Matcher count = COUNT.matcher(each.change());
            Plan<?, ?> plan = count.find()
                    ? planned(agent, 0.5, sla, with(eight, count.group(1), Integer.parseInt(count.group(2))))
                    : planned(agent, 0.5, Sla.endToEnd(Percentile.P95, time(" " + each.change())), eight);
            assertThat(plan.dollarsPerHour()).isLessThanOrEqualTo(each.dollarsPerHour() * (1 + 1e-9));
        }
        assertThat(none.fix()).contains(none.alternatives().getFirst().change());
        assertThatThrownBy(() -> planned(agent, 0.5, sla, eight))
                .hasMessageContaining("By cost: relax the end-to-end limit to p95 6.59 s ($")
                .hasMessageContaining("; or raise the count of 'H100-SXM' in fleet 'fleet' to 12 ($");
    }

    @Test
    void notKnowingIsSaidSo() {
        Planner lost = PLANNER.solver((problem, options) -> new Undecided(
                new Relaxation(List.of(new Relaxation.Change.Deadline(3)), List.of()),
                new SolveStatistics("none", 7, 5)));
        Sla sla = Sla.endToEnd(Percentile.P90, Duration.ofSeconds(2));
        assertThat(lost.solve(ask(SMALL), Workload.poisson(1), sla, fleet(8, 8)))
                .isInstanceOfSatisfying(PlanResult.Infeasible.class, none -> {
                    assertThat(none.proved()).isFalse();
                    assertThat(none.constraint()).isEqualTo("undecided");
                    assertThat(none.message()).contains("Neither a plan of graph 'g' on fleet 'fleet' nor a proof");
                    assertThat(none.fix()).contains("Planner.options", "relax the end-to-end limit to p90 5.01 s");
                });
    }

    @Test
    void whatNoPlanCanCountIsRefusedByName() {
        Sla sla = Sla.endToEnd(Percentile.P95, Duration.ofSeconds(20));
        assertThatThrownBy(() -> planned(ask(SMALL), 1e12, sla, fleet(8, 8)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "The workload of graph 'g' (1.0E12 requests/s) is above what one plan counts (277777 requests/s). "
                                + "Plan a share of it and multiply.");
        AgentGraph<String, String> wide = AgentGraph.define("wide", String.class, String.class, (g, in) -> {
            Port<String> text = in;
            for (int i = 0; i < 4000; i++) text = text.map("n" + i, String::strip);
            return text;
        });
        assertThatThrownBy(() -> planned(wide, 1, sla, fleet(8, 8)))
                .hasMessageContaining("Graph 'wide' unfolds into 4002 operators; at most 4000");
        AgentGraph<String, String> large = ask(SMALL, NodeOptions.NONE.outputBytes(1e308));
        assertThat(planned(large, 1, Sla.endToEnd(Percentile.P95, Duration.ofMinutes(5)), fleet(64, 64))
                        .endToEndSeconds())
                .isPositive(); // stays where it is
    }

    @Test
    void aPriceThatNoPlanCanCountIsRefusedByName() {
        Sla sla = Sla.endToEnd(Percentile.P95, Duration.ofSeconds(20));
        Fleet dear = Fleet.rented("dear")
                .add("CPU-32-core", 1)
                .add(new DeviceClass("gold", DeviceCatalog.packaged().find("L4"), 1, new Price.Fixed(1e300)))
                .build();
        assertThatThrownBy(() -> planned(ask(SMALL), 1, sla, dear))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "The price (dollarsPerHour) (1.0E300) of device class 'gold' must be between 0.0 and 1.0E9. Check its unit.");
    }

    @Test
    void anSlaOfAgesPlans() {
        Sla sla = Sla.endToEnd(Percentile.P99, Duration.ofSeconds(Long.MAX_VALUE))
                .firstToken(Duration.ofSeconds(Long.MAX_VALUE));
        Plan<String, String> plan = PLANNER.plan(ask(SMALL), Workload.poisson(Double.MIN_VALUE), sla, fleet(8, 8));
        assertThat(plan.explain()).contains("p99 9.22e+18 s").doesNotContain("NaN", "Infinity");
        assertThat(PlanJson.read(plan.toJson(), "plan.json", plan.graph())).isEqualTo(plan);
    }

    @Test
    void aModelOfTheWrongKindNamesItsNode() {
        Sla sla = Sla.endToEnd(Percentile.P95, Duration.ofSeconds(20));
        assertThatThrownBy(() -> planned(ask("BAAI/bge-small-en-v1.5"), 1, sla, fleet(1, 1)))
                .hasMessage("Node 'ask' of graph 'g' generates with 'BAAI/bge-small-en-v1.5', which is an embedder. "
                        + "Use a language model.");
        AgentGraph<String, String> wrong = AgentGraph.define(
                "g",
                String.class,
                String.class,
                (g, in) -> g.node("embed", embed(model(SMALL)), in).map("text", e -> e.toString()));
        assertThatThrownBy(() -> planned(wrong, 1, sla, fleet(1, 1)))
                .hasMessageContaining(
                        "Node 'embed' of graph 'g' embeds with '" + SMALL + "', which is a language model.");
    }

    private static NodeOptions pin(String deviceClass) {
        return NodeOptions.NONE.pinnedTo(deviceClass);
    }

    private static AgentGraph<String, String> ask(String llm) {
        return ask(llm, NodeOptions.NONE);
    }

    private static AgentGraph<String, String> ask(String llm, NodeOptions options) {
        return AgentGraph.define(
                "g",
                String.class,
                String.class,
                (g, in) -> g.node("ask", generate(model(llm)), in.map("prompt", Prompt::system), options)
                        .map("text", c -> c.text()));
    }

    private static Fleet fleet(int cpus, int gpus) {
        return Fleet.rented("fleet")
                .add("CPU-32-core", cpus)
                .add("A100-80GB-SXM", gpus)
                .build();
    }

    private static Fleet with(Fleet fleet, String name, int count) {
        Fleet.Builder more = Fleet.rented(fleet.name());
        for (DeviceClass c : fleet.classes())
            more.add(new DeviceClass(c.name(), c.device(), c.name().equals(name) ? count : c.count(), c.price()));
        return more.build();
    }

    private static Duration time(String fix) {
        Matcher m = TIME.matcher(fix);
        assertThat(m.find()).as(fix).isTrue();
        double unit = m.group(2).equals("us") ? 1e3 : m.group(2).equals("ms") ? 1e6 : 1e9;
        return Duration.ofNanos(Math.round(Double.parseDouble(m.group(1)) * unit));
    }

    private static PlanResult.Infeasible<?, ?> none(AgentGraph<?, ?> agent, double rate, Sla sla, Fleet fleet) {
        PlanResult<?, ?> result = PLANNER.solve(agent, Workload.poisson(rate), sla, fleet);
        assertThat(result).isInstanceOf(PlanResult.Infeasible.class);
        return (PlanResult.Infeasible<?, ?>) result;
    }

    private static Plan<?, ?> planned(AgentGraph<?, ?> agent, double rate, Sla sla, Fleet fleet) {
        return PLANNER.plan(agent, Workload.poisson(rate), sla, fleet);
    }
}
