package io.agentopt.simulate.agent;

/**
 * How much what a graph states as means varies from request to request, as squared coefficients of variation.
 *
 * @param promptCv2 of prompt lengths; the default, .17, is that of the calls in tau-bench's airline episodes
 * @param outputCv2 of completion lengths; the default, .6, is that of the Azure 2023 conversation trace
 * @param toolCv2 of tool latencies; the default, 1, is assumed
 * @param workCv2 of embeddings and searches; the default, .1, is assumed
 */
public record Variation(double promptCv2, double outputCv2, double toolCv2, double workCv2) {
    /** See the parameters. */
    public static final Variation DEFAULT = new Variation(0.17, 0.6, 1, 0.1);

    /** Everything is as long as its mean. */
    public static final Variation NONE = new Variation(0, 0, 0, 0);

    public Variation {
        check(promptCv2, "promptCv2");
        check(outputCv2, "outputCv2");
        check(toolCv2, "toolCv2");
        check(workCv2, "workCv2");
    }

    private static void check(double cv2, String name) {
        if (!(cv2 >= 0) || Double.isInfinite(cv2)) {
            throw new IllegalArgumentException(
                    "The " + name + " (" + cv2 + ") of a variation must be finite and at least 0.");
        }
    }
}
