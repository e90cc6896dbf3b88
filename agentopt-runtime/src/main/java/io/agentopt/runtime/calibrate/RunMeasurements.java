package io.agentopt.runtime.calibrate;

import io.agentopt.cost.Demand;
import io.agentopt.cost.Measurement;
import io.agentopt.cost.OperatorClass;
import io.agentopt.model.ModelCatalog;
import io.agentopt.model.Precision;
import io.agentopt.plan.Plan;
import io.agentopt.runtime.observe.RunEvent.StepFinished;
import io.agentopt.runtime.observe.RunTrace;
import io.agentopt.runtime.observe.StepKind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What runs say about their devices: prefills, decodes and embeddings with the tokens that they had, as measurements to fit the cost model to
 * ({@code LocalCalibration.fit} for each class of work and format). Steps that shared their device with another model step are left out:
 * their time includes waiting.
 *
 * @param points usable measurements, in order of their start
 * @param rejected number of model steps left out, by reason
 */
public record RunMeasurements(List<Point> points, Map<String, Integer> rejected) {
    /**
     * A step as a measurement.
     *
     * @param deviceClass where it ran, by its name in the fleet
     * @param measurement work and time, on one device
     */
    public record Point(String deviceClass, Measurement measurement) {}

    /** What is fitted together. */
    public record Work(OperatorClass operatorClass, Precision precision) implements Comparable<Work> {
        @Override
        public int compareTo(Work other) {
            int byClass = operatorClass.compareTo(other.operatorClass);
            return byClass != 0 ? byClass : precision.compareTo(other.precision);
        }
    }

    public RunMeasurements {
        points = List.copyOf(points);
        rejected = Map.copyOf(rejected);
    }

    /**
     * Reads traced runs of a plan.
     *
     * @param models that the plan was made with
     * @throws IllegalArgumentException if the trace has steps of another agent
     */
    public static RunMeasurements of(RunTrace trace, Plan<?, ?> plan, ModelCatalog models) {
        return of(trace.steps(), plan, models);
    }

    /** Reads steps of runs of a plan, in any order; errors as {@link #of(RunTrace, Plan, ModelCatalog)}. */
    public static RunMeasurements of(List<StepFinished> steps, Plan<?, ?> plan, ModelCatalog models) {
        StepDemand demands = new StepDemand(plan.graph(), models);
        List<Point> points = new ArrayList<>();
        Map<String, Integer> rejected = new LinkedHashMap<>();
        List<StepFinished> passes = steps.stream()
                .filter(RunMeasurements::isPass)
                .sorted(Comparator.comparingLong(StepFinished::startNanos))
                .toList();
        Set<StepFinished> shared = shared(passes);
        for (StepFinished step : passes) {
            Optional<Demand> demand = demands.next(step);
            if (demand.isEmpty()) continue;
            String reason = reason(step, shared, demands);
            if (reason.isEmpty()) {
                points.add(new Point(step.device(), new Measurement(demand.get(), step.seconds())));
            } else {
                rejected.merge(reason, 1, Integer::sum);
            }
        }
        return new RunMeasurements(points, rejected);
    }

    /** {@return the measurements of a device class, by what is fitted together} */
    public Map<Work, List<Measurement>> on(String deviceClass) {
        Map<Work, List<Measurement>> byWork = new TreeMap<>();
        for (Point p : points) {
            if (!p.deviceClass.equals(deviceClass)) continue;
            Demand d = p.measurement.demand();
            byWork.computeIfAbsent(new Work(d.operatorClass(), d.precision()), k -> new ArrayList<>())
                    .add(p.measurement);
        }
        return byWork;
    }

    private static boolean isPass(StepFinished step) {
        return switch (step.kind()) {
            case PREFILL, DECODE, EMBED -> true;
            case GENERATE,
                    PREFIX,
                    KV_TRANSFER,
                    SEARCH,
                    ENDPOINT,
                    RERANK,
                    TRANSCRIBE,
                    SYNTHESIZE,
                    INFER,
                    KERNEL,
                    CUSTOM,
                    TOOL,
                    MEMORY_LOAD,
                    MEMORY_STORE,
                    TRANSFER,
                    TRANSFORM -> false;
        };
    }

    /** Why a step is no measurement; nothing if it is one. */
    private static String reason(StepFinished step, Set<StepFinished> shared, StepDemand demands) {
        boolean decode = step.kind() == StepKind.DECODE;
        if (!(step.seconds() > 0 && Double.isFinite(step.seconds()))) return "time not above 0";
        if (decode && step.tokensOut() < 2) return "no decode step: the first token is the prefill's";
        if (decode && !demands.knowsPrompt(step)) return "decode without its prefill";
        if (!decode && step.tokensIn() < 1) return "no tokens counted";
        return shared.contains(step) ? "shared its device" : "";
    }

    /** Steps whose time overlaps that of another on their device. */
    private static Set<StepFinished> shared(List<StepFinished> byStart) {
        Set<StepFinished> shared = new HashSet<>();
        Map<String, StepFinished> longest = new TreeMap<>();
        for (StepFinished step : byStart) {
            StepFinished before = longest.get(step.device());
            if (before != null && end(before) > step.startNanos()) {
                shared.add(before);
                shared.add(step);
            }
            if (before == null || end(step) > end(before)) longest.put(step.device(), step);
        }
        return shared;
    }

    private static double end(StepFinished step) {
        return step.startNanos() + step.seconds() * 1e9;
    }
}
