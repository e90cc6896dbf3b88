package io.agentopt.examples.tco;

/** What the numbers say about a sentence of the paper; {@link Tally#outcome} has the rule. */
enum Outcome {
    HOLDS("holds"),
    HOLDS_MOSTLY("holds in most cells"),
    DEPENDS_ON_PRICING("depends on the pricing policy"),
    FAILS_MOSTLY("does not hold in most cells"),
    FAILS("does not hold"),
    NOT_JUDGED("not judged");

    private final String text;

    Outcome(String text) {
        this.text = text;
    }

    @Override
    public String toString() {
        return text;
    }
}
