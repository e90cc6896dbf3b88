package io.agentopt.runtime.calibrate;

import io.agentopt.cost.Measurement;
import io.agentopt.hardware.DeviceSpec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IntSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The points of one kind of work of one model: which were timed, and which to time next.
 *
 * <p>First the cheapest, then the ends of each range (shortest and longest, alone and in the largest batch), then always the one that is
 * farthest from all that were timed. Once a fit can be tried, a distance counts the more, the worse the fit predicts the nearest timed point:
 * {@code distance * (.05 + error)}. A point that the fit predicts badly may have met a neighbour's load: it is timed again, up to three
 * times in all, where {@code error / (2 * visits)} is more. Of each five points one is held out.
 */
final class PointChoice {
    private static final int LEAST_FITTED = 4; // before a fit is tried
    private static final int FITTED_PER_HELD_OUT = 4;
    private static final int MOST_VISITS = 3;
    private static final double FLOOR = 0.05;
    private static final double AGAIN = 0.5; // what a second look at a point is worth, in distances

    private final String modelId;
    private final List<CalibrationPoint> candidates;
    private final Map<CalibrationPoint, Visits> visited = new LinkedHashMap<>();
    private final Map<CalibrationPoint, String> dropped = new LinkedHashMap<>();
    private FitErrors errors = FitErrors.NONE;

    /** Times of a point. */
    private static final class Visits {
        final boolean heldOut;
        final List<Measurement> times = new ArrayList<>();
        int count;

        Visits(boolean heldOut) {
            this.heldOut = heldOut;
        }

        Measurement median() {
            List<Measurement> sorted = new ArrayList<>(times);
            sorted.sort(Comparator.comparingDouble(Measurement::seconds));
            return sorted.get((sorted.size() - 1) / 2);
        }
    }

    PointChoice(String modelId, List<CalibrationPoint> candidates) {
        this.modelId = modelId;
        this.candidates = List.copyOf(candidates);
    }

    /** {@return the point to time next, of those that fit in the time; empty where none is left} */
    Optional<CalibrationPoint> next(Predicate<CalibrationPoint> affordable) {
        Predicate<CalibrationPoint> open =
                c -> !dropped.containsKey(c) && visits(c) < MOST_VISITS && affordable.test(c);
        if (visited.isEmpty()) return candidates.stream().filter(open).findFirst();
        Optional<CalibrationPoint> end = openEnds(affordable).max(Comparator.comparingDouble(this::gain));
        if (end.isPresent()) return end;
        return candidates.stream().filter(open).max(Comparator.comparingDouble(this::gain));
    }

    /** The shortest and longest, alone and in the largest batch, that were not timed: without them a fit may extrapolate. */
    private Stream<CalibrationPoint> openEnds(Predicate<CalibrationPoint> affordable) {
        IntSummaryStatistics tokens =
                candidates.stream().mapToInt(CalibrationPoint::tokens).summaryStatistics();
        IntSummaryStatistics batch =
                candidates.stream().mapToInt(CalibrationPoint::batch).summaryStatistics();
        return candidates.stream()
                .filter(c -> c.tokens() == tokens.getMin() || c.tokens() == tokens.getMax())
                .filter(c -> c.batch() == batch.getMin() || c.batch() == batch.getMax())
                .filter(c -> visits(c) == 0 && !dropped.containsKey(c) && affordable.test(c));
    }

    private int visits(CalibrationPoint point) {
        Visits visits = visited.get(point);
        return visits == null ? 0 : visits.count;
    }

    private double gain(CalibrationPoint candidate) {
        int visits = visits(candidate);
        if (visits > 0) return errors.equals(FitErrors.NONE) ? AGAIN / 1e3 : AGAIN * errors.at(candidate) / visits;
        CalibrationPoint nearest = visited.keySet().stream()
                .min(Comparator.comparingDouble(candidate::distance))
                .orElseThrow();
        return candidate.distance(nearest) * (FLOOR + errors.at(nearest));
    }

    /** Takes the times of a visit. */
    void add(CalibrationPoint point, List<Measurement> times) {
        if (times.isEmpty()) {
            if (!visited.containsKey(point)) dropped.put(point, "gave no times");
            return;
        }
        Visits visits = visited.computeIfAbsent(
                point,
                p -> new Visits(
                        fitted() >= LEAST_FITTED && (visited.size() - fitted() + 1) * FITTED_PER_HELD_OUT <= fitted()));
        visits.times.addAll(times);
        visits.count++;
    }

    /** Gives a point up; times that it had stay. */
    void drop(CalibrationPoint point, String reason) {
        dropped.put(point, reason);
    }

    private int fitted() {
        return (int) visited.values().stream().filter(v -> !v.heldOut).count();
    }

    /** Fits anew and tries the fit, where there are points enough. */
    void judge(DeviceSpec device) {
        if (fitted() < LEAST_FITTED) return;
        try {
            errors = FitErrors.of(device, points());
        } catch (IllegalArgumentException e) {
            errors = FitErrors.NONE; // the device has no rate for the format; the calibration says so at its end
        }
    }

    /** {@return whether more points of this work are worth less than those of others} */
    boolean isPrecise(double target, Predicate<CalibrationPoint> affordable) {
        return openEnds(affordable).findAny().isEmpty()
                && errors.heldOut().isPresent()
                && errors.crossValidated() <= target
                && errors.heldOut().getAsDouble() <= 2 * target;
    }

    /** {@return how much this work wants the next point: those without a fit first, then those with the largest error} */
    double urgency() {
        if (fitted() < LEAST_FITTED || errors.equals(FitErrors.NONE)) return 1e6 - visited.size();
        return Math.max(errors.crossValidated(), errors.heldOut().orElse(1));
    }

    List<PointTime> points() {
        return visited.entrySet().stream()
                .map(e -> new PointTime(
                        modelId,
                        e.getKey(),
                        e.getValue().median(),
                        e.getValue().times.size(),
                        e.getValue().heldOut))
                .toList();
    }

    /** {@return what was not timed, and why} */
    List<String> unmeasured(Predicate<CalibrationPoint> affordable) {
        List<String> left = new ArrayList<>();
        dropped.forEach((point, reason) -> left.add(modelId + ", " + point + ": " + reason));
        for (CalibrationPoint c : candidates) {
            if (visited.containsKey(c) || dropped.containsKey(c)) continue;
            String why = isPrecise(MeasuringLoop.TARGET, affordable) || affordable.test(c)
                    ? "not needed, the errors were small before"
                    : "longer than what was left of the time";
            left.add(modelId + ", " + c + ": " + why);
        }
        return left;
    }
}
