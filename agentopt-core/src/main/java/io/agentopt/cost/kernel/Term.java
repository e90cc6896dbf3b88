package io.agentopt.cost.kernel;

/**
 * A term of a form, and the bounds that no fit leaves.
 *
 * @param name such as {@code compute}
 * @param unit {@code 1} for a share or an exponent, {@code s}, {@code s/token}, ...
 * @param low least value, above 0: terms are fitted in log space
 * @param generic value where nothing was measured
 * @param high largest value
 */
public record Term(String name, String unit, double low, double generic, double high) {
    public Term {
        if (!(low > 0 && low <= generic && generic <= high && Double.isFinite(high))) {
            throw new IllegalArgumentException("Term '" + name + "' needs 0 < low <= generic <= high, but has " + low
                    + ", " + generic + ", " + high + ".");
        }
    }

    /** A share of a peak, in (0, 1.05]. */
    static Term share(String name, double generic) {
        return new Term(name, "1", 0.01, generic, io.agentopt.cost.DeviceEfficiency.MOST);
    }

    /** A weight of a penalty, in (0, 1]. */
    static Term weight(String name, double generic) {
        return new Term(name, "1", 0.01, generic, 1);
    }
}
