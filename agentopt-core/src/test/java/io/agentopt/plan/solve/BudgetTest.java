package io.agentopt.plan.solve;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A budget of time on a clock that the test sets. */
class BudgetTest {
    private long now;
    private final Budget budget = Budget.of(SolveOptions.time(1, Duration.ofMillis(10)), () -> now);

    private static int stepsUntilRefused(Budget budget) {
        int steps = 0;
        while (budget.step()) if (++steps > 1000) throw new AssertionError("The clock is never looked at.");
        return steps;
    }

    @Test
    void aSearchOfSlowStepsEndsAFewStepsAfterTheTime() {
        for (int k = 0; k < 100; k++) assertThat(budget.step()).isTrue();
        now = Duration.ofMillis(11).toNanos();
        assertThat(budget.spent()).isTrue();
        assertThat(stepsUntilRefused(budget)).isLessThan(8);
    }

    @Test
    void aShareOfASpentBudgetAllowsNothing() {
        now = Duration.ofMillis(11).toNanos();
        assertThat(stepsUntilRefused(budget.share(0.5, Long.MAX_VALUE))).isZero();
    }

    @Test
    void aShareEndsWithItsPartOfTheTimeThatIsLeft() {
        now = Duration.ofMillis(2).toNanos();
        Budget half = budget.share(0.5, Long.MAX_VALUE);
        now = Duration.ofMillis(6).toNanos();
        assertThat(half.spent()).isFalse();
        now = Duration.ofMillis(6).toNanos() + 1;
        assertThat(half.spent()).isTrue();
        assertThat(budget.spent()).isFalse();
    }

    @Test
    void stepsOfAShareCountForTheWhole() {
        Budget ten = Budget.of(SolveOptions.steps(1, 10), () -> now);
        assertThat(stepsUntilRefused(ten.share(0.5, Long.MAX_VALUE))).isEqualTo(5);
        assertThat(ten.steps()).isEqualTo(6); // the step that was refused is counted
    }
}
