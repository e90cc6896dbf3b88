package io.agentopt.examples.tco;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TallyTest {
    private final Tally tally = new Tally();

    @Test
    void nothingIsNotJudged() {
        tally.skip("a price is unknown");
        assertThat(tally.outcome()).isEqualTo(Outcome.NOT_JUDGED);
        assertThat(tally.counts()).contains("1 not judged: a price is unknown");
    }

    @Test
    void allOrNone() {
        add("rent", true, true);
        assertThat(tally.outcome()).isEqualTo(Outcome.HOLDS);
        Tally none = new Tally();
        none.add("rent", "dense", "latency", false);
        assertThat(none.outcome()).isEqualTo(Outcome.FAILS);
    }

    @Test
    void policiesThatDisagreeDecide() {
        add("rent", true, true, false);
        add("annuity", false, false, true);
        assertThat(tally.outcome()).isEqualTo(Outcome.DEPENDS_ON_PRICING);
        assertThat(tally.counts()).startsWith("Holds in 3 of 6 cells; rent 2/3, annuity 1/3.");
    }

    @Test
    void policiesThatAgreeLeaveTheMajority() {
        add("rent", true, true, false);
        add("annuity", true, true);
        assertThat(tally.outcome()).isEqualTo(Outcome.HOLDS_MOSTLY);
        Tally few = new Tally();
        few.add("rent", "dense", "latency", true);
        few.add("rent", "dense", "latency", false); // half is no majority
        assertThat(few.outcome()).isEqualTo(Outcome.FAILS_MOSTLY);
    }

    private void add(String policy, boolean... held) {
        for (boolean h : held) tally.add(policy, "dense", "latency", h);
    }
}
