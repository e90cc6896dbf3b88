package io.agentopt.runtime.calibrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SharedStepsTest {
    @Test
    void aLoneAnswersStepsAreThoseAfterItsFirstToken() {
        SharedSteps steps = SharedSteps.of(List.of(tokens(0, 5, 10))).orElseThrow();
        assertThat(steps.secondsPerStep()).isCloseTo(5e-9, within(1e-18));
        assertThat(steps.position()).as("tokens 1 to 10").isEqualTo(5.5);
    }

    @Test
    void stepsOfFewerAnswersDoNotCount() {
        // Alone a step takes 10 ns, two together 30: the first runs alone before and after the second.
        List<Long> first = new ArrayList<>(tokens(0, 10, 6));
        for (int i = 1; i <= 8; i++) first.add(60L + 30L * i);
        first.addAll(List.of(310L, 320L, 330L));
        List<Long> second = tokens(60, 30, 8);
        SharedSteps steps = SharedSteps.of(List.of(first, second)).orElseThrow();
        assertThat(steps.secondsPerStep()).isCloseTo(30e-9, within(1e-12));
    }

    @Test
    void answersThatEndTooEarlyOrNeverMeetTellNothing() {
        assertThat(SharedSteps.of(List.of(tokens(0, 5, 3)))).isEmpty();
        assertThat(SharedSteps.of(List.of(List.of(), tokens(0, 5, 20)))).isEmpty();
        assertThat(SharedSteps.of(List.of(tokens(0, 5, 10), tokens(1000, 5, 10))))
                .isEmpty();
        assertThat(SharedSteps.of(List.of())).isEmpty();
    }

    /** When tokens come: one at the start, then so many more. */
    private static List<Long> tokens(long start, long step, int more) {
        List<Long> nanos = new ArrayList<>();
        for (int i = 0; i <= more; i++) nanos.add(start + i * step);
        return nanos;
    }
}
