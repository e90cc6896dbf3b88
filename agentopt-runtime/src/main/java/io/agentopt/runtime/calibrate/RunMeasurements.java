package io.agentopt.runtime.calibrate;

import io.agentopt.cost.Demand;
import io.agentopt.cost.Measurement;
import io.agentopt.cost.OperatorClass;
import io.agentopt.model.ModelCatalog;
import io.agentopt.model.Precision;
import io.agentopt.plan.Plan;
import io.agentopt.runtime.calibrate.SharedDecodes.Answer;
import io.agentopt.runtime.calibrate.SharedDecodes.StepSeconds;
import io.agentopt.runtime.observe.RunEvent.StepFinished;
import io.agentopt.runtime.observe.RunTrace;
import io.agentopt.runtime.observe.StepKind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What runs say about their devices: prefills, decodes and embeddings with the tokens that they had, as measurements to fit the cost model to
 * ({@code LocalCalibration.fit} for each class of work and format). Decodes that overlap others of the same model shared their steps and are
 * measured as batches ({@link SharedDecodes}); any other step that shared its device is left out, since its time includes waiting.
 *
 * @param points usable measurements, in order of their start
 * @param rejected number of model steps left out, by reason
 */
public record RunMeasurements(List<Point> points, Map<String, Integer> rejected) {
    /**
     * A step as a measurement.
     *
     * @param run the run that it was a step of
     * @param deviceClass where it ran, by its name in the fleet
     * @param measurement work and time, on one device
     */
    public record Point(long run, String deviceClass, Measurement measurement) {}

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
        return of(steps, plan, models, StepSeconds.EVEN);
    }

    /** Reads steps as {@link #of(List, Plan, ModelCatalog)}; steps that answers shared are spread by how long they take. */
    static RunMeasurements of(List<StepFinished> steps, Plan<?, ?> plan, ModelCatalog models, StepSeconds seconds) {
        StepDemand demands = new StepDemand(plan.graph(), models);
        List<Point> points = new ArrayList<>();
        Map<String, Integer> rejected = new LinkedHashMap<>();
        List<StepFinished> passes = steps.stream()
                .filter(RunMeasurements::isPass)
                .sorted(Comparator.comparingLong(StepFinished::startNanos))
                .toList();
        Map<StepFinished, List<StepFinished>> shared = shared(passes);
        Map<StepFinished, Demand> alone = new LinkedHashMap<>();
        Map<StepFinished, Answer> answers = new HashMap<>();
        Map<StepFinished, String> reasons = new HashMap<>();
        for (StepFinished step : passes) {
            demands.next(step).ifPresent(demand -> alone.put(step, demand));
            demands.answer(step).ifPresent(answer -> answers.put(step, answer));
            reasons.put(step, reason(step, demands));
        }
        alone.forEach((step, demand) -> {
            String reason = reasons.getOrDefault(step, "");
            List<StepFinished> others = shared.getOrDefault(step, List.of());
            Optional<Demand> counted = others.isEmpty() ? Optional.of(demand) : batched(step, others, answers, seconds);
            if (!reason.isEmpty()) rejected.merge(reason, 1, Integer::sum);
            else if (counted.isEmpty()) rejected.merge("shared its device", 1, Integer::sum);
            else points.add(new Point(step.run(), step.device(), new Measurement(counted.get(), step.seconds())));
        });
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

    static boolean isPass(StepFinished step) {
        return StepDemand.pass(step.kind()).isPresent();
    }

    /** Why a step is no measurement; nothing if it is one. */
    private static String reason(StepFinished step, StepDemand demands) {
        boolean decode = step.kind() == StepKind.DECODE;
        if (!(step.seconds() > 0 && Double.isFinite(step.seconds()))) return "time not above 0";
        if (decode && step.tokensOut() < 2) return "no decode step: the first token is the prefill's";
        if (decode && !demands.knowsPrompt(step)) return "decode without its prefill";
        if (!decode && step.tokensIn() < 1) return "no tokens counted";
        return "";
    }

    /** The work of a decode whose steps others shared; empty if anything else ran on the device meanwhile. */
    private static Optional<Demand> batched(
            StepFinished step, List<StepFinished> others, Map<StepFinished, Answer> answers, StepSeconds seconds) {
        Answer own = answers.get(step);
        if (own == null) return Optional.empty();
        List<Answer> beside = new ArrayList<>();
        for (StepFinished other : others) {
            Answer answer = answers.get(other);
            if (answer == null || !answer.model().id().equals(own.model().id())) return Optional.empty();
            beside.add(answer);
        }
        return Optional.of(SharedDecodes.demand(own, beside, seconds));
    }

    /** The steps that each step's time overlaps on its device. */
    private static Map<StepFinished, List<StepFinished>> shared(List<StepFinished> byStart) {
        Map<StepFinished, List<StepFinished>> shared = new HashMap<>();
        Map<String, List<StepFinished>> running = new HashMap<>();
        for (StepFinished step : byStart) {
            List<StepFinished> live = running.computeIfAbsent(step.device(), k -> new ArrayList<>());
            live.removeIf(before -> end(before) <= step.startNanos());
            for (StepFinished before : live) {
                shared.computeIfAbsent(before, k -> new ArrayList<>()).add(step);
                shared.computeIfAbsent(step, k -> new ArrayList<>()).add(before);
            }
            live.add(step);
        }
        return shared;
    }

    private static double end(StepFinished step) {
        return step.startNanos() + step.seconds() * 1e9;
    }
}
