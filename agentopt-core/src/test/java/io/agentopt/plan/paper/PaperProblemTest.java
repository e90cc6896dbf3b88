package io.agentopt.plan.paper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PaperProblemTest {
    @Test
    void theOptionsOfTableThreeAreThoseOfItsArithmetic() {
        List<PaperOption> options =
                PaperProblem.workedExample(0.120, Reading.END_TO_END).options();
        priced(options.get(0), List.of("HP", "HP"), 0.105, 0.11);
        priced(options.get(1), List.of("HP", "CO"), 0.120, 0.095);
        priced(options.get(3), List.of("CO", "CO"), 0.160, 0.06); // the paper prints 0.07
    }

    @Test
    void optionDHasNoTransferAndIsRefused() {
        PaperOption d =
                PaperProblem.workedExample(1, Reading.END_TO_END).options().get(2);
        assertThat(d)
                .isEqualTo(new PaperOption.Refused(
                        List.of("CO", "HP"), "No transfer from 'prefill' on 'CO' to 'decode' on 'HP' is given."));
    }

    @ParameterizedTest
    @CsvSource({
        "0.105, HP, HP, 0.11",
        "0.119, HP, HP, 0.11",
        "0.120, HP, CO, 0.095",
        "0.159, HP, CO, 0.095",
        "0.160, CO, CO, 0.06",
        "9, CO, CO, 0.06"
    })
    void theChoiceOfTheExampleFollowsItsSla(double sla, String prefill, String decode, double dollars) {
        PaperOption.Priced chosen =
                PaperProblem.workedExample(sla, Reading.END_TO_END).solve().orElseThrow();
        assertThat(chosen.classes()).containsExactly(prefill, decode);
        assertThat(chosen.dollars()).isCloseTo(dollars, within(1e-12));
        assertThat(chosen.slackSeconds()).isZero();
    }

    @Test
    void anSlaBelowEveryOptionHasNoChoice() {
        assertThat(PaperProblem.workedExample(0.104, Reading.END_TO_END).solve())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0.119, HP, CO", "0.080, HP, CO", "0.130, CO, CO"})
    void writtenPerTaskTheSlaLetsTheWholeTakeLonger(double sla, String prefill, String decode) {
        PaperOption.Priced chosen =
                PaperProblem.workedExample(sla, Reading.PER_TASK).solve().orElseThrow();
        assertThat(chosen.classes()).containsExactly(prefill, decode);
        assertThat(chosen.taskSeconds()).allMatch(t -> t <= sla);
        assertThat(chosen.endToEndSeconds()).isGreaterThan(sla);
    }

    @Test
    void slackHasAPriceWhereTheSlaIsSoft() {
        PaperProblem hard = PaperProblem.workedExample(0.119, Reading.END_TO_END);
        assertThat(soft(hard, 1).solve().orElseThrow().classes()).containsExactly("HP", "CO"); // 1 ms late costs $0.001
        assertThat(soft(hard, 16).solve().orElseThrow().classes()).containsExactly("HP", "HP"); // $0.016 > 0.11 - 0.095
        assertThat(soft(hard, 0).solve().orElseThrow().classes()).containsExactly("CO", "CO");
    }

    @Test
    void timesAndCostsAreThoseOfSectionThreePointOne() {
        PaperClass j = new PaperClass(
                "j",
                Map.of(Resource.COMPUTE, 10.0, Resource.BANDWIDTH, 4.0),
                Map.of(Resource.COMPUTE, 100.0),
                Map.of(Resource.COMPUTE, 0.5, Resource.BANDWIDTH, 2.0));
        PaperTask i = new PaperTask(
                "i",
                0.25,
                Map.of("j", new PaperTask.Use(Map.of(Resource.COMPUTE, 20.0, Resource.BANDWIDTH, 16.0), 0.5, 0.125)));
        PaperProblem one =
                new PaperProblem(List.of(i), List.of(j), List.of(), 3, 7, 4, OptionalDouble.empty(), Reading.PER_TASK);
        PaperOption.Priced p = one.solve().orElseThrow();
        assertThat(p.taskSeconds()).containsExactly(4 + 0.25 + 0.5 + 0.125); // the slower resource, then the rest
        assertThat(p.dollars()).isEqualTo(20 * 0.5 + 16 * 2.0 + 3 * 0.5);
        assertThat(p.slackSeconds()).isEqualTo(0.875);
        assertThat(p.objective()).isEqualTo(43.5 + 7 * 0.875);
    }

    @Test
    void capacityAndThroughputRefuse() {
        PaperClass small =
                new PaperClass("small", Map.of(Resource.COMPUTE, 1.0), Map.of(Resource.COMPUTE, 3.0), Map.of());
        PaperTask two = new PaperTask("a", 0, Map.of("small", new PaperTask.Use(Map.of(Resource.COMPUTE, 2.0))));
        PaperTask more = new PaperTask("b", 0, Map.of("small", new PaperTask.Use(Map.of(Resource.COMPUTE, 2.0))));
        assertThat(of(List.of(two, more), small, OptionalDouble.empty())
                        .options()
                        .getFirst())
                .hasToString(
                        "Refused[classes=[small, small], reason=Class 'small' has 3.0 of COMPUTE; the tasks take 4.0 (C4).]");
        assertThat(of(List.of(two), small, OptionalDouble.of(0.5)).solve()).isPresent();
        assertThat(of(List.of(two), small, OptionalDouble.of(0.6)).options().getFirst())
                .isInstanceOfSatisfying(
                        PaperOption.Refused.class, r -> assertThat(r.reason()).endsWith("below 0.6 (C3)."));
    }

    @Test
    void badInputIsNamed() {
        assertThatThrownBy(() -> PaperProblem.workedExample(Double.NaN, Reading.PER_TASK))
                .hasMessage("The T_SLA (NaN) must be finite and at least 0.");
        PaperClass j = new PaperClass("j", Map.of(), Map.of(), Map.of());
        assertThatThrownBy(() -> of(List.of(), j, OptionalDouble.empty()))
                .hasMessage("A problem needs at least one task.");
        PaperTask t = new PaperTask("t", 0, Map.of());
        assertThatThrownBy(() -> of(List.of(t, t), j, OptionalDouble.empty()))
                .hasMessageContaining("'t' appears twice");
        assertThat(of(List.of(t), j, OptionalDouble.empty()).options().getFirst())
                .isEqualTo(new PaperOption.Refused(List.of("j"), "Task 't' cannot run on 'j'."));
        assertThatThrownBy(() -> new PaperClass("x", Map.of(Resource.COMPUTE, 0.0), Map.of(), Map.of()))
                .hasMessageContaining("must be above 0");
    }

    private static PaperProblem of(List<PaperTask> tasks, PaperClass on, OptionalDouble throughput) {
        return new PaperProblem(tasks, List.of(on), List.of(), 0, 1, 100, throughput, Reading.END_TO_END);
    }

    private static PaperProblem soft(PaperProblem p, double lambda) {
        return new PaperProblem(
                p.tasks(),
                p.classes(),
                p.transfers(),
                p.gammaDollarsPerSecond(),
                lambda,
                p.slaSeconds(),
                p.throughput(),
                p.reading());
    }

    private static void priced(PaperOption option, List<String> classes, double seconds, double dollars) {
        assertThat(option).isInstanceOfSatisfying(PaperOption.Priced.class, p -> {
            assertThat(p.classes()).isEqualTo(classes);
            assertThat(p.endToEndSeconds()).isCloseTo(seconds, within(1e-12));
            assertThat(p.dollars()).isCloseTo(dollars, within(1e-12));
        });
    }
}
