package io.agentopt.examples.tco;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class AdvantageTest {
    private static final OptionalDouble NONE = OptionalDouble.empty();

    @Test
    void oneUncertainStageMovesTheRatioByItsShare() {
        SizedStage free = stage("free", 1e-12, OptionalDouble.of(1e-12), OptionalDouble.of(1e-12));
        SizedStage ours = stage("ours", 1, OptionalDouble.of(2), OptionalDouble.of(.5));
        SizedStage theirs = stage("theirs", 3, OptionalDouble.of(3), OptionalDouble.of(3));
        Advantage a = Advantage.of(new PricedStages(free, 1, ours, 1), new PricedStages(free, 1, theirs, 1));
        assertThat(a.ratio()).isCloseTo(3, within(1e-9));
        assertThat(a.low().orElseThrow()).isCloseTo(1.5, within(1e-9));
        assertThat(a.high().orElseThrow()).isCloseTo(6, within(1e-9));
        assertThat(a.surelyAbove(1.4)).isTrue();
        assertThat(a.surelyAbove(1.6)).isFalse();
        assertThat(a.surelyBelow(6.1)).isTrue();
    }

    @Test
    void whatBothShareCancels() {
        SizedStage shared = stage("shared", 1, OptionalDouble.of(2), OptionalDouble.of(.5));
        PricedStages same = new PricedStages(shared, 1, shared, 1);
        assertThat(Advantage.of(same, same)).isEqualTo(new Advantage(1, OptionalDouble.of(1), OptionalDouble.of(1)));
    }

    @Test
    void anEndIsMissingWhereAPairWouldBreakItsPromise() {
        SizedStage sure = stage("sure", 1, OptionalDouble.of(2), OptionalDouble.of(.5));
        SizedStage tight = stage("tight", 1, NONE, OptionalDouble.of(.5));
        PricedStages safe = new PricedStages(sure, 1, sure, 1), risky = new PricedStages(sure, 1, tight, 1);
        assertThat(Advantage.of(risky, safe).low()).isEmpty();
        assertThat(Advantage.of(risky, safe).high()).isPresent();
        assertThat(Advantage.of(safe, risky).high()).isEmpty();
        assertThat(Advantage.of(safe, risky).low()).isPresent();
        assertThat(Numbers.ratio(Advantage.of(risky, safe))).contains("refused to");
    }

    private static SizedStage stage(String device, double deviceSeconds, OptionalDouble slow, OptionalDouble fast) {
        return new SizedStage(
                device,
                Phase.DECODE,
                new Stage.Sized(1, 1, deviceSeconds, 1 / deviceSeconds, 0, false),
                Map.of(),
                slow,
                fast);
    }
}
