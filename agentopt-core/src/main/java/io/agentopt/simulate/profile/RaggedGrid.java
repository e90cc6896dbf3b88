package io.agentopt.simulate.profile;

import java.util.Map;
import java.util.TreeMap;

/**
 * A function of several numbers, known at points that need not form a full grid, interpolated linearly one axis after the other. On each axis the
 * neighbours are the points that were measured with the values chosen on the axes before. Below the first point it is that point's value;
 * above the last it goes on along the last line, or stays.
 */
final class RaggedGrid {
    private final Axis root;
    private final boolean goesOn;

    /** Collects points. */
    static final class Builder {
        private final TreeMap<Integer, Builder> below = new TreeMap<>();
        private double value;

        void put(double at, int... point) {
            Builder b = this;
            for (int x : point) b = b.below.computeIfAbsent(x, _ -> new Builder());
            b.value = at;
        }

        boolean isEmpty() {
            return below.isEmpty();
        }

        /** {@return the function} With {@code goesOn} it follows the last line above the last point of an axis, else it stays there. */
        RaggedGrid build(boolean goesOn) {
            if (isEmpty()) throw new IllegalArgumentException("A function needs at least one point.");
            return new RaggedGrid(axis(), goesOn);
        }

        private Axis axis() {
            double[] x = new double[below.size()];
            double[] values = new double[x.length];
            Axis[] axes = new Axis[below.firstEntry().getValue().isEmpty() ? 0 : x.length];
            int i = 0;
            for (Map.Entry<Integer, Builder> e : below.entrySet()) {
                x[i] = e.getKey();
                values[i] = e.getValue().value;
                if (axes.length > 0) axes[i] = e.getValue().axis();
                i++;
            }
            return new Axis(x, values, axes);
        }
    }

    /** One axis: its points, and at each a value or the axes that follow. */
    @SuppressWarnings("ArrayRecordComponent") // never compared, and inside this file only
    private record Axis(double[] x, double[] values, Axis[] axes) {}

    private RaggedGrid(Axis root, boolean goesOn) {
        this.root = root;
        this.goesOn = goesOn;
    }

    /** {@return the value at a point, which has a number for each axis} */
    double at(double[] point) {
        return at(root, point, 0);
    }

    /** {@return the largest point of the first axis} */
    double last() {
        return root.x[root.x.length - 1];
    }

    private double at(Axis axis, double[] point, int depth) {
        double[] x = axis.x;
        double value = point[depth];
        int last = x.length - 1;
        if (last == 0 || value <= x[0]) return on(axis, 0, point, depth);
        if (value >= x[last] && (!goesOn || value == x[last])) return on(axis, last, point, depth);
        int low = 0;
        int high = last;
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (x[middle] <= value) low = middle;
            else high = middle;
        }
        double below = on(axis, low, point, depth);
        if (value == x[low]) return below;
        return below + (value - x[low]) / (x[high] - x[low]) * (on(axis, high, point, depth) - below);
    }

    private double on(Axis axis, int i, double[] point, int depth) {
        return axis.axes.length == 0 ? axis.values[i] : at(axis.axes[i], point, depth + 1);
    }
}
