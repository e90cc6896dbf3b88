package io.agentopt.examples.tco;

/**
 * A judged sentence.
 *
 * @param sentence of the paper
 * @param test what was counted for it
 * @param outcome the short answer
 * @param held cells that agree with it
 * @param judged cells that could be judged
 * @param evidence counts and numbers
 */
record Verdict(String sentence, String test, Outcome outcome, long held, int judged, String evidence) {
    static Verdict of(String sentence, String test, Tally tally, String numbers) {
        return new Verdict(
                sentence,
                test,
                tally.outcome(),
                tally.held(),
                tally.judged(),
                (tally.counts() + " " + numbers).strip());
    }
}
