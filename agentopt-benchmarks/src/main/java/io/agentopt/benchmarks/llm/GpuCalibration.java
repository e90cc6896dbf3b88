package io.agentopt.benchmarks.llm;

import static io.agentopt.benchmarks.llm.GpuLlm.say;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agentopt.cost.EfficiencyTable;
import io.agentopt.cost.Estimate;
import io.agentopt.cost.RooflineCostModel;
import io.agentopt.hardware.DeviceJson;
import io.agentopt.runtime.calibrate.CalibrationProgress;
import io.agentopt.runtime.calibrate.Calibrator;
import io.agentopt.runtime.calibrate.DeviceCalibration;
import io.agentopt.runtime.calibrate.FittedWork;
import io.agentopt.runtime.calibrate.PointTime;
import io.agentopt.runtime.device.DetectedDevice;
import io.agentopt.runtime.device.Devices;
import io.agentopt.runtime.device.spec.Description;
import io.agentopt.runtime.device.spec.DeviceDescriber;
import io.agentopt.runtime.llm.pack.ModelStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;

/**
 * Calibrates a device of this machine with a random float16 decoder and prints all of it: what detection says before and after, every
 * point with what the fit makes of it, the specification and where each number comes from. Options: {@code --model small|1b|8b},
 * {@code --folder DIR} for the model, {@code --device ID} (the first GPU that is ready), {@code --seconds S}, {@code --file FILE.json} for the
 * calibration, {@code --smi FILE} with what nvidia-smi says of the cards, to compare.
 */
public final class GpuCalibration {
    private static final double MILLI = 1e3;

    private GpuCalibration() {}

    /** Runs without the other benches' class path; ends with 2 where there is no such device. */
    public static void main(String[] args) throws JsonProcessingException {
        List<String> options = List.of(args);
        long start = System.nanoTime();
        List<DetectedDevice> detected = Devices.detect();
        say(
                "detected in %.0f ms: %s",
                MILLI * GpuLlm.seconds(start),
                detected.stream().map(DetectedDevice::id).toList());
        String wanted = GpuLlm.option(options, "--device", "");
        DetectedDevice device = detected.stream()
                .filter(d ->
                        wanted.isEmpty() ? d.isReady() && d.kind() == DetectedDevice.Kind.GPU : d.id().equals(wanted))
                .findFirst()
                .orElse(null);
        if (device == null) {
            detected.forEach(d -> say("%s %s: %s", d.id(), d.rung(), d.reason()));
            System.err.println(
                    "No device to calibrate: " + (wanted.isEmpty() ? "no GPU is ready." : wanted + " is not there."));
            System.exit(2);
            return;
        }
        String model = GpuLlm.option(options, "--model", "1b");
        Path folder = Path.of(GpuLlm.option(options, "--folder", System.getProperty("java.io.tmpdir")));
        start = System.nanoTime();
        HalfDecoder.pack(folder, model, GpuLlm.shape(model), true, false, HalfDecoder.Activation.OWN);
        say("%s written in %.1f s", model, GpuLlm.seconds(start));
        say("before: %s", said(DeviceDescriber.usual().describe(device)));
        start = System.nanoTime();
        DeviceCalibration found = Calibrator.standard()
                .budget(Duration.ofSeconds(Long.parseLong(GpuLlm.option(options, "--seconds", "45"))))
                .progress(progress())
                .calibrate(device, ModelStore.of(folder), List.of(model));
        say("calibrated in %.1f s, opening and measuring the device with it", GpuLlm.seconds(start));
        points(found);
        System.out.print(found.report());
        Description after = DeviceDescriber.usual().describe(device);
        say("after: %s", said(after));
        say(
                "%s",
                new ObjectMapper()
                        .writerWithDefaultPrettyPrinter()
                        .writeValueAsString(DeviceJson.write(found.device())));
        if (after instanceof Description.Described d)
            d.origins().forEach((field, origin) -> say("origin %s: %s", field, origin));
        String smi = GpuLlm.option(options, "--smi", "");
        if (!smi.isEmpty()) SmiComparison.of(device, Path.of(smi)).forEach(line -> say("%s", line));
        String file = GpuLlm.option(options, "--file", "");
        if (!file.isEmpty()) {
            found.file(LocalDate.now(ZoneOffset.UTC)).write(Path.of(file));
            say("written to %s", file);
        }
    }

    private static CalibrationProgress progress() {
        return (fraction, now, left) -> say("%3.0f %% %s", 100 * fraction, now);
    }

    private static String said(Description description) {
        return switch (description) {
            case Description.Described d -> d.spec().id() + ": " + d.provenance();
            case Description.Undescribed u -> u.reason();
        };
    }

    private static void points(DeviceCalibration found) {
        for (PointTime p : found.points()) {
            double measured = p.measurement().seconds(), fitted = Double.NaN;
            for (FittedWork w : found.fits()) {
                if (w.operatorClass() != p.point().work()
                        || w.precision() != p.measurement().demand().precision()) continue;
                EfficiencyTable table = EfficiencyTable.generic()
                        .with(
                                found.device().id(),
                                w.operatorClass(),
                                w.calibration().efficiency());
                Estimate estimate =
                        new RooflineCostModel(table).seconds(p.measurement().demand(), found.device(), 1);
                if (estimate instanceof Estimate.Known k) fitted = k.seconds();
            }
            say(
                    "point %s %s: %.4f ms of %d runs, fitted %.4f ms (%+.1f %%), %.1f GFLOP, %.3f GB",
                    p.point(),
                    p.heldOut() ? "held out" : "fitted",
                    MILLI * measured,
                    p.runs(),
                    MILLI * fitted,
                    100 * (fitted / measured - 1),
                    p.measurement().demand().flops() / 1e9,
                    p.measurement().demand().trafficBytes() / 1e9);
        }
    }
}
