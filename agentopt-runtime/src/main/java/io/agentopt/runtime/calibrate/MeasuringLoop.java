package io.agentopt.runtime.calibrate;

import io.agentopt.cost.Measurement;
import io.agentopt.cost.OperatorClass;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.CancelledException;
import io.agentopt.runtime.llm.error.LlmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Times points of one model, the most telling first, until the errors of every kind of work are small, every point was timed three times,
 * or the time is over. A point begins only if what it will take, by the work of those before it, fits in what is left.
 */
final class MeasuringLoop {
    /** Median error that is small enough. */
    static final double TARGET = 0.05;

    private static final int LEAST_RUNS = 3;
    private static final int MOST_RUNS = 5;
    private static final double VISIT = 0.03; // share of the time that repeating a point may take
    private static final double LONG = 0.1; // share of the time above which a point is timed once

    private final String modelId;
    private final DeviceSpec device;
    private final PointTimer timer;
    private final LongSupplier nanos;
    private final long end;
    private final double budget;
    private final List<CalibrationPoint> candidates;
    private final Map<OperatorClass, PointChoice> works = new EnumMap<>(OperatorClass.class);
    private final Map<CalibrationPoint, Double> costs = new HashMap<>();

    /** Hears what begins. */
    interface Beginning {
        void of(String what);
    }

    /**
     * @param end reading of the clock at which no time is left, ns
     * @param nanos the clock
     */
    MeasuringLoop(String modelId, DeviceSpec device, PointTimer timer, long end, LongSupplier nanos) {
        this.modelId = modelId;
        this.device = device;
        this.timer = timer;
        this.end = end;
        this.nanos = nanos;
        budget = left();
        Map<OperatorClass, List<CalibrationPoint>> byWork = new EnumMap<>(OperatorClass.class);
        candidates = List.copyOf(timer.candidates());
        for (CalibrationPoint c : candidates)
            byWork.computeIfAbsent(c.work(), k -> new ArrayList<>()).add(c);
        byWork.forEach((work, points) -> works.put(work, new PointChoice(modelId, points)));
    }

    private double left() {
        return (end - nanos.getAsLong()) / 1e9;
    }

    /** Measures. */
    void run(Beginning beginning, CancelToken cancel) {
        try {
            beginning.of(modelId + ": warming up");
            for (OperatorClass work : works.keySet()) warmUp(work, cancel);
            while (left() > 0) {
                Optional<CalibrationPoint> next = next();
                if (next.isEmpty()) return;
                CalibrationPoint point = next.get();
                beginning.of(modelId + ": " + point);
                PointChoice work = work(point);
                try {
                    work.add(point, visit(point, cancel));
                    work.judge(device);
                } catch (LlmException e) {
                    work.drop(point, String.valueOf(e.getMessage()));
                }
            }
        } catch (CancelledException e) {
            // the time is over; what was timed counts
        }
    }

    private Optional<CalibrationPoint> next() {
        List<PointChoice> wanting = works.values().stream()
                .filter(w -> !w.isPrecise(TARGET, this::isAffordable))
                .sorted(Comparator.comparingDouble(PointChoice::urgency).reversed())
                .toList();
        return wanting.stream()
                .map(w -> w.next(this::isAffordable))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private PointChoice work(CalibrationPoint point) {
        PointChoice work = works.get(point.work());
        if (work == null) throw new IllegalStateException("No candidate of " + point.work() + " was there.");
        return work;
    }

    private void warmUp(OperatorClass work, CancelToken cancel) {
        double before = left();
        candidates.stream().filter(c -> c.work() == work).findFirst().ifPresent(point -> {
            try {
                for (int i = 0; i < LEAST_RUNS && left() > 0 && before - left() <= VISIT * budget; i++)
                    timed(point, cancel);
            } catch (LlmException e) {
                work(point).drop(point, String.valueOf(e.getMessage()));
            }
        });
    }

    private List<Measurement> visit(CalibrationPoint point, CancelToken cancel) {
        List<Measurement> times = new ArrayList<>();
        double spent = 0;
        for (int run = 0; run < MOST_RUNS && left() > 0; run++) {
            double before = left();
            timed(point, cancel).ifPresent(times::add);
            spent += before - left();
            if (spent > LONG * budget || (run + 1 >= LEAST_RUNS && spent > VISIT * budget)) break;
        }
        return times;
    }

    private Optional<Measurement> timed(CalibrationPoint point, CancelToken cancel) {
        double before = left();
        Optional<Measurement> time = timer.time(point, cancel);
        costs.merge(point, before - left(), Math::min);
        return time;
    }

    /** Whether one timing is expected to end before the time does. */
    private boolean isAffordable(CalibrationPoint point) {
        return expected(point) <= left();
    }

    /**
     * What one timing takes: the time of the largest smaller point of the same kind, scaled by the work; floors make that too much rather
     * than too little. The cheapest of a kind is tried whatever it takes: the warm-up begins with it.
     */
    private double expected(CalibrationPoint point) {
        Double known = costs.get(point);
        if (known != null) return known;
        double effort = timer.effort(point);
        return costs.entrySet().stream()
                .filter(e -> e.getKey().work() == point.work())
                .max(Comparator.comparingDouble(e -> Math.min(timer.effort(e.getKey()), effort)))
                .map(e -> e.getValue() * Math.max(1, effort / timer.effort(e.getKey())))
                .orElse(0.0);
    }

    List<PointTime> points() {
        return works.values().stream().flatMap(w -> w.points().stream()).toList();
    }

    List<String> unmeasured() {
        return works.values().stream()
                .flatMap(w -> w.unmeasured(this::isAffordable).stream())
                .toList();
    }
}
