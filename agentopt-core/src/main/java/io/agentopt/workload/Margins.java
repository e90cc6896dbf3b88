package io.agentopt.workload;

/**
 * Each limit of an SLA divided by the mean that is planned for it.
 *
 * @param endToEnd of the end-to-end limit, above 0
 * @param firstToken of the first-token limit, above 0
 */
public record Margins(double endToEnd, double firstToken) {
    public Margins {
        check(endToEnd, "end-to-end");
        check(firstToken, "first-token");
    }

    /** {@return the rule of thumb of a percentile} */
    public static Margins of(Percentile percentile) {
        return new Margins(percentile.margin(), percentile.margin());
    }

    private static void check(double margin, String which) {
        if (!(margin > 0) || Double.isInfinite(margin)) {
            throw new IllegalArgumentException(
                    "The " + which + " margin (" + margin + ") of an SLA must be positive and finite.");
        }
    }
}
