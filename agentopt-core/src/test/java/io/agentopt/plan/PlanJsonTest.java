package io.agentopt.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.Golden;
import io.agentopt.graph.AgentGraph;
import io.agentopt.plan.granular.GranularGraph;
import io.agentopt.plan.granular.OperatorId;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanJsonTest {
    private static final AgentGraph<String, String> SUPPORT = PlannerTest.support("meta-llama/Meta-Llama-3.1-70B");
    private static final String GOOD = Golden.read("plan/mixed-70b.json");

    @Test
    void theGoldenPlanReads() {
        Plan<String, String> plan = PlanJson.read(GOOD, "plan.json", SUPPORT);
        assertThat(plan.toJson()).isEqualTo(GOOD);
        assertThat(plan.graph()).isSameAs(SUPPORT);
    }

    @Test
    void aPlanOfBeforeThereWereFiguresReads() {
        String old = GOOD.replaceFirst("(?s),\\s*\"figures\" : \\{.*?\\}", "");
        assertThat(old).isNotEqualTo(GOOD).doesNotContain("figures");
        Plan<String, String> plan = PlanJson.read(old, "plan.json", SUPPORT);
        assertThat(plan.figures()).isEqualTo(Figures.ofCost(plan.dollarsPerHour(), plan.bound()));
        assertThat(plan.toJson()).isEqualTo(old);
    }

    @Property(seed = "20261122", tries = 300)
    void anyPlanRoundTrips(@ForAll long seed) {
        Plan<String, String> plan = plan(RandomAgents.agent(seed, 4), new Random(seed));
        assertThat(PlanJson.read(plan.toJson(), "plan.json", plan.graph())).isEqualTo(plan);
    }

    @Test
    void everyTruncationIsOneClearError() {
        for (int end = 0; end < GOOD.stripTrailing().length(); end++) refused(GOOD.substring(0, end));
    }

    @Test
    void everyMissingFieldIsNamed() {
        Matcher field = Pattern.compile("(?m)^\\s*\"(\\w+)\" : ").matcher(GOOD);
        while (field.find()) {
            String renamed = new StringBuilder(GOOD)
                    .replace(field.start(1), field.end(1), "x" + field.group(1))
                    .toString();
            assertThat(refused(renamed)).contains(field.group(1));
        }
    }

    @Test
    void everyWrongTypeIsNamed() {
        Matcher value = Pattern.compile("\"(\\w+)\" : (\"[^\"]*\"|[-0-9.eE]+|true|false)")
                .matcher(GOOD);
        while (value.find()) {
            String other = value.group(2).startsWith("\"") ? "7" : "\"seven\"";
            for (String wrong : new String[] {other, "[ ]", "{ }", "1e999", "NaN", "-1"}) {
                String json = new StringBuilder(GOOD)
                        .replace(value.start(2), value.end(2), wrong)
                        .toString();
                refused(json);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'\"format\" : 1' | '\"format\" : 2' | It reads \"format\": 1",
                "'\"graph\" : \"support\"' | '\"graph\" : \"sales\"' | is not the graph that it is read for, 'support'",
                "'\"id\" : \"retrieve\"' | '\"id\" : \"embed\"' | is placed twice",
                "'\"id\" : \"retrieve\"' | '\"id\" : \"find\"' | it lacks [retrieve] and has [find] beside",
                "'\"format\" : 1,' | '\"format\" : 1, \"fromat\" : 1,' | 'Did you mean \"format\"'",
                "'\"format\" : 1,' | '\"format\" : 1, \"format\" : 1,' | Duplicate",
                "'\"percentile\" : \"p95\"' | '\"percentile\" : \"p96\"' | 'Use one of mean, p50, p90, p95, p99'",
                "'\"requestsPerSecond\" : 20.0' | '\"requestsPerSecond\" : 0' | must be positive",
                "'\"endToEndSeconds\" : 8.0' | '\"endToEndSeconds\" : 1e-12' | is shorter than a nanosecond",
                "'\"optimal\" : true' | '\"optimal\" : 1' | neither true nor false",
                "'\"objective\" : \"dollarsPerHour\"' | '\"objective\" : \"fun\"' | Use dollarsPerHour, dollarsPerRequest",
                "'\"objective\" : \"dollarsPerHour\"' | '\"objective\" : \"endToEndSeconds\"' | budgetDollarsPerHour",
                "'\"objective\" : \"dollarsPerHour\"' | '\"budgetDollarsPerHour\" : 1, \"objective\" : \"dollarsPerHour\"' | limits no other",
                "'\"criticalPath\" : [ \"embed\"' | '\"criticalPath\" : [ \"sleep\"' | is not an operator of the plan"
            })
    void oneThingWrongIsOneClearError(String good, String bad, String message) {
        assertThat(GOOD).contains(good);
        assertThat(refused(GOOD.replaceFirst(Pattern.quote(good), Matcher.quoteReplacement(bad))))
                .contains(message);
    }

    @Test
    void aPlanOfAGraphThatChangedIsRefused() {
        AgentGraph<String, String> changed =
                AgentGraph.define("support", String.class, String.class, (g, in) -> in.map("embed", String::strip));
        assertThatThrownBy(() -> PlanJson.read(GOOD, "plan.json", changed))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("of plan.json: The plan does not fit graph 'support': it lacks [] and has [")
                .hasMessageContaining("The graph changed since; plan it again.");
    }

    @Test
    void anythingElseIsRefused() {
        for (String junk : new String[] {
            "", " ", "null", "7", "[]", "{}", "\"\"", GOOD + "x", GOOD + GOOD, "\u0000", "[".repeat(9999)
        }) refused(junk);
    }

    private static String refused(String json) {
        List<Throwable> thrown = new ArrayList<>();
        assertThatCode(() -> {
                    try {
                        PlanJson.read(json, "plan.json", SUPPORT);
                    } catch (IllegalArgumentException e) {
                        thrown.add(e);
                    }
                })
                .doesNotThrowAnyException();
        assertThat(thrown).as("refusal of %s", json).hasSize(1);
        assertThat(thrown.getFirst().getMessage()).contains("plan.json");
        return Objects.requireNonNull(thrown.getFirst().getMessage());
    }

    private static Plan<String, String> plan(AgentGraph<String, String> agent, Random random) {
        List<PlannedOperator> operators = new ArrayList<>();
        Map<OperatorId, String> classes = new TreeMap<>();
        for (var o : GranularGraph.of(agent).operators()) {
            if (o.call().isEmpty()) continue;
            String device = "d\u00e9vice \"" + random.nextInt(3) + "\"\n";
            classes.put(o.id(), device);
            operators.add(new PlannedOperator(
                    o.id(),
                    device,
                    "mode",
                    number(random),
                    number(random),
                    "GENERIC",
                    o.visits(),
                    o.pathVisits(),
                    0,
                    random.nextInt(2) * number(random)));
        }
        Optional<Duration> firstToken = random.nextBoolean()
                ? Optional.of(Duration.ofNanos(1 + random.nextInt())).filter(Duration::isPositive)
                : Optional.empty();
        Sla sla = new Sla(
                List.of(Percentile.values()).get(random.nextInt(5)),
                Duration.ofNanos(1 + random.nextLong(40L * 24 * 3600 * 1_000_000_000)),
                firstToken);
        if (firstToken.isPresent()) sla = sla.perToken(firstToken.get().plusNanos(1));
        if (random.nextBoolean()) sla = sla.worstCase(Duration.ofNanos(1 + random.nextLong(1_000_000_000_000L)));
        return new Plan<>(
                agent,
                "fleet",
                new Workload(Double.MIN_VALUE + number(random)),
                sla,
                new Placement("home", classes),
                operators,
                List.of(new PlannedDevices(
                        "c",
                        "d",
                        "gpu",
                        random.nextBoolean() ? "" : "v",
                        1 + random.nextInt(9),
                        number(random),
                        0.5,
                        number(random),
                        "load")),
                number(random),
                random.nextBoolean() ? OptionalDouble.of(number(random)) : OptionalDouble.empty(),
                operators.stream().map(PlannedOperator::id).limit(3).toList(),
                number(random),
                new Bound(number(random), random.nextDouble(), random.nextBoolean()),
                random.nextBoolean() ? List.of() : List.of("a note", "\u4e2d"),
                figures(random),
                Optional.empty(),
                Insights.none());
    }

    private static Figures figures(Random random) {
        Objective objective = switch (random.nextInt(4)) {
            case 0 -> new Objective.DollarsPerHour();
            case 1 -> new Objective.DollarsPerRequest();
            case 2 -> new Objective.Joules();
            default -> new Objective.Latency(number(random));
        };
        return new Figures(
                objective,
                number(random),
                number(random),
                maybe(random),
                maybe(random),
                maybe(random),
                random.nextBoolean()
                        ? List.of()
                        : List.of(new PlannedEndpoint("e \"1\"", number(random), number(random), number(random))));
    }

    private static OptionalDouble maybe(Random random) {
        return random.nextBoolean() ? OptionalDouble.of(number(random)) : OptionalDouble.empty();
    }

    private static double number(Random random) {
        return Math.scalb(random.nextDouble(), random.nextInt(-900, 900));
    }
}
