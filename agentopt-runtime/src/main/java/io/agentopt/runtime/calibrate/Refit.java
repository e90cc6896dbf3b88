package io.agentopt.runtime.calibrate;

import io.agentopt.cost.Calibration;
import io.agentopt.cost.CostModel;
import io.agentopt.cost.LocalCalibration;
import io.agentopt.cost.Measurement;
import io.agentopt.cost.OperatorClass;
import io.agentopt.cost.engine.Attribution;
import io.agentopt.cost.engine.CalibrationFile;
import io.agentopt.cost.engine.MeasuredEfficiency;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.ModelCatalog;
import io.agentopt.plan.Plan;
import io.agentopt.runtime.calibrate.SharedDecodes.StepSeconds;
import io.agentopt.runtime.observe.RunEvent.StepFinished;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * A cost model that has learned from runs of a plan: plan again with it. Every second run is fitted to, the others tell how much closer it
 * came.
 *
 * @param costModel what it was before, with the runs' efficiencies for the device
 * @param file those efficiencies, to be kept
 * @param errorBefore median of |predicted / measured - 1| of the model steps' time of a run, over the runs that no fit saw, by the model as
 *     it was; empty where there were none
 * @param errorAfter the same by the new model
 */
public record Refit(CostModel costModel, CalibrationFile file, OptionalDouble errorBefore, OptionalDouble errorAfter) {
    private static final int ROUNDS = 4; // each spreads the steps that answers shared by the fit of the one before
    private static final int LEAST_POINTS = 4; // of a class of work; fewer leave it as it was

    /**
     * Learns from steps of runs of a plan.
     *
     * @param steps of whole runs, in any order
     * @param device where every model of the plan ran
     * @param models that the plan was made with
     * @param before the cost model that the plan was made with
     * @throws IllegalArgumentException if the steps are of another agent
     */
    public static Refit of(
            List<StepFinished> steps,
            Plan<?, ?> plan,
            DeviceSpec device,
            ModelCatalog models,
            CostModel before,
            LocalDate date) {
        Map<Long, List<StepFinished>> runs = new TreeMap<>();
        for (StepFinished step : steps)
            runs.computeIfAbsent(step.run(), k -> new ArrayList<>()).add(step);
        List<Long> order = new ArrayList<>(runs.keySet());
        CalibrationFile file = new CalibrationFile(List.of(), List.of());
        StepSeconds seconds = StepSeconds.EVEN;
        for (int round = 0; round < ROUNDS; round++) {
            // All steps are read together: what ran beside a step may be of a run that is held out.
            List<Measurement> fitted = new ArrayList<>();
            for (RunMeasurements.Point p :
                    RunMeasurements.of(steps, plan, models, seconds).points()) {
                if (p.deviceClass().equals(device.id()) && order.indexOf(p.run()) % 2 == 0) fitted.add(p.measurement());
            }
            file = fitted(fitted, plan, device, date);
            if (file.efficiencies().stream().noneMatch(e -> e.operatorClass() == OperatorClass.DECODE)) break;
            seconds = StepSeconds.by(file.costModel(before), device);
        }
        CostModel after = file.efficiencies().isEmpty() ? before : file.costModel(before);
        List<List<StepFinished>> heldOut = new ArrayList<>();
        for (int i = 1; i < order.size(); i += 2) heldOut.add(runs.getOrDefault(order.get(i), List.of()));
        return new Refit(
                after,
                file,
                error(heldOut, new RunPrediction(plan, before, device, models)),
                error(heldOut, new RunPrediction(plan, after, device, models)));
    }

    private static CalibrationFile fitted(
            List<Measurement> fitted, Plan<?, ?> plan, DeviceSpec device, LocalDate date) {
        DeviceSpec reached = Calibrator.atLeast(device, fitted);
        List<MeasuredEfficiency> efficiencies = new ArrayList<>();
        Attribution here = new Attribution("runs of graph '" + plan.graph().name() + "'", date);
        byWork(fitted).forEach((work, points) -> {
            if (points.size() < LEAST_POINTS) return;
            Calibration fit = LocalCalibration.fit(reached, points);
            efficiencies.add(new MeasuredEfficiency(
                    reached, work.operatorClass(), work.precision(), fit, OptionalDouble.empty(), here));
        });
        return new CalibrationFile(List.of(), List.of()).with(efficiencies);
    }

    private static Map<RunMeasurements.Work, List<Measurement>> byWork(List<Measurement> points) {
        Map<RunMeasurements.Work, List<Measurement>> works = new TreeMap<>();
        for (Measurement m : points) {
            works.computeIfAbsent(
                            new RunMeasurements.Work(
                                    m.demand().operatorClass(), m.demand().precision()),
                            k -> new ArrayList<>())
                    .add(m);
        }
        return works;
    }

    private static OptionalDouble error(List<List<StepFinished>> runs, RunPrediction prediction) {
        double[] errors = runs.stream()
                .map(run -> run.stream().filter(RunMeasurements::isPass).toList())
                .filter(run -> !run.isEmpty())
                .mapToDouble(run -> Math.abs(prediction.seconds(run)
                                / run.stream()
                                        .mapToDouble(StepFinished::seconds)
                                        .sum()
                        - 1))
                .sorted()
                .toArray();
        int n = errors.length;
        return n == 0 ? OptionalDouble.empty() : OptionalDouble.of((errors[(n - 1) / 2] + errors[n / 2]) / 2);
    }

    /** {@return a line for people} */
    public String report() {
        if (errorBefore.isEmpty()) return "no run was held out, so nothing says how good the refit is";
        return String.format(
                Locale.ROOT,
                "median error of a run's model time, on runs that the refit did not see: %.1f %% before, %.1f %% after",
                100 * errorBefore.getAsDouble(),
                100 * errorAfter.orElse(Double.NaN));
    }
}
