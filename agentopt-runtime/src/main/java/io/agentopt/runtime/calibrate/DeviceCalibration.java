package io.agentopt.runtime.calibrate;

import io.agentopt.cost.CostModel;
import io.agentopt.cost.RooflineCostModel;
import io.agentopt.cost.engine.Attribution;
import io.agentopt.cost.engine.CalibrationFile;
import io.agentopt.cost.engine.MeasuredEfficiency;
import io.agentopt.cost.engine.MeasuredModel;
import io.agentopt.hardware.DeviceSpec;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a calibration measured and found.
 *
 * @param device what was measured, with peaks no lower than what was reached; plan with this one
 * @param fits by kind of work and number format: of all models, then, where there were several, of each
 * @param points what was timed, held-out points among them
 * @param unmeasured what was not, and why, a line each: {@code model, point: reason}
 * @param seconds that it took
 */
public record DeviceCalibration(
        DeviceSpec device, List<FittedWork> fits, List<PointTime> points, List<String> unmeasured, double seconds) {
    private static final String SOURCE = "measured on this device by AgentOpt";

    public DeviceCalibration {
        Objects.requireNonNull(device, "device");
        fits = List.copyOf(fits);
        points = List.copyOf(points);
        unmeasured = List.copyOf(unmeasured);
    }

    /** {@return a cost model that goes by the fits for this device, and knows no measurements of others} */
    public CostModel costModel() {
        return file(LocalDate.EPOCH).costModel(RooflineCostModel.generic());
    }

    /** {@return this to be written, or added to another file of calibrations} */
    public CalibrationFile file(LocalDate date) {
        Attribution here = new Attribution(SOURCE, date);
        List<MeasuredEfficiency> efficiencies = new ArrayList<>();
        for (FittedWork f : fits) {
            MeasuredEfficiency fit = new MeasuredEfficiency(
                    device, f.operatorClass(), f.precision(), f.calibration(), f.heldOutError(), here, f.model());
            efficiencies.add(fit);
            // The fit of a single model is its own too, so that it replaces what an older file says of that model.
            if (f.model().isEmpty() && models(f).size() == 1)
                efficiencies.add(fit.of(models(f).getFirst()));
        }
        return new CalibrationFile(List.of(), List.of()).with(efficiencies);
    }

    private List<MeasuredModel> models(FittedWork fit) {
        return Calibrator.models(points.stream()
                .filter(p -> p.measurement().demand().operatorClass() == fit.operatorClass()
                        && p.measurement().demand().precision() == fit.precision())
                .toList());
    }

    /** {@return lines for people: the fits with their errors, and what is open} */
    public String report() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT, "%d points of device '%s' in %.1f s%n", points.size(), device.id(), seconds));
        for (FittedWork fit : fits) text.append("  ").append(fit).append(System.lineSeparator());
        for (FittedWork fit : fits) {
            for (String reason : fit.calibration().rejected())
                text.append("  rejected: ").append(reason).append(System.lineSeparator());
        }
        Map<String, Long> reasons = unmeasured.stream()
                .collect(Collectors.groupingBy(
                        line -> line.substring(line.indexOf(": ") + 2), TreeMap::new, Collectors.counting()));
        reasons.forEach((reason, count) ->
                text.append(String.format(Locale.ROOT, "  %d points not measured: %s%n", count, reason)));
        return text.toString();
    }
}
