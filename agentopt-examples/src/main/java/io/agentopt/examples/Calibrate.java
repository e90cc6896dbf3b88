package io.agentopt.examples;

import io.agentopt.cost.engine.CalibrationFile;
import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.runtime.calibrate.CalibratedKind;
import io.agentopt.runtime.calibrate.Calibrator;
import io.agentopt.runtime.calibrate.ConsoleProgress;
import io.agentopt.runtime.calibrate.DeviceCalibration;
import io.agentopt.runtime.device.DetectedDevice;
import io.agentopt.runtime.device.Devices;
import io.agentopt.runtime.llm.pack.ModelPackException;
import io.agentopt.runtime.llm.pack.ModelStore;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures models on a device of this machine and fits the cost model:
 * {@code ./build calibrate [--model M] [--device D] [--seconds S] [--store FOLDER] [--file FILE.json]}. What it finds is added to the file,
 * {@code target/calibration.json} if none is named. {@code --list [--store FOLDER]} says what could be measured here. Ends with 2 when the request is wrong or cannot be met.
 */
public final class Calibrate {
    private static final String USAGE =
            "Use: ./build calibrate [--model M] [--device D] [--seconds S] [--store FOLDER] [--file FILE.json], or --list";

    private Calibrate() {}

    /** Calibrates and prints what was found. */
    public static void main(String[] args) {
        try {
            List<String> given = List.of(args);
            if (given.contains("--list")) {
                List<String> rest =
                        given.stream().filter(a -> !a.equals("--list")).toList();
                System.out.print(list(ModelStore.of(request(rest).store()), Devices.detect()));
            } else {
                run(request(given));
            }
        } catch (IllegalArgumentException | ModelPackException | UncheckedIOException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        }
    }

    /**
     * What is asked for.
     *
     * @param models ids; empty for all of the store
     * @param device id of a detected device
     */
    record Request(List<String> models, String device, Duration budget, Path store, Path file) {
        Request {
            models = List.copyOf(models);
        }
    }

    static Request request(List<String> args) {
        List<String> models = new ArrayList<>();
        String device = "cpu";
        Duration budget = Duration.ofSeconds(45);
        Path store = Path.of("models"), file = Path.of("target", "calibration.json");
        for (int i = 0; i < args.size(); i += 2) {
            if (i + 1 == args.size())
                throw new IllegalArgumentException("The option " + args.get(i) + " has no value. " + USAGE);
            String value = args.get(i + 1);
            switch (args.get(i)) {
                case "--model" -> models.add(value);
                case "--device" -> device = value;
                case "--seconds" -> budget = seconds(value);
                case "--store" -> store = Path.of(value);
                case "--file" -> file = Path.of(value);
                default ->
                    throw new IllegalArgumentException("The option '" + args.get(i) + "' is not understood. " + USAGE);
            }
        }
        return new Request(models, device, budget, store, file);
    }

    /** {@return lines for people: the devices and models that can be measured, and why others cannot} */
    static String list(ModelStore store, List<DetectedDevice> devices) {
        StringBuilder text = new StringBuilder(String.format("Devices (--device):%n"));
        for (DetectedDevice d : devices)
            text.append(String.format("  %-16s %s%n", d.id(), d.isReady() ? d.name() : "not ready: " + d.reason()));
        text.append(String.format("Models (--model; all if none is named):%n"));
        for (String id : store.ids()) {
            String what;
            try {
                what = CalibratedKind.of(store, id).timed();
            } catch (ModelPackException e) {
                what = "has a defect: " + e.getMessage();
            }
            text.append(String.format("  %-16s %s%n", id, what));
        }
        return text.toString();
    }

    private static Duration seconds(String text) {
        double seconds;
        try {
            seconds = Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("The value of --seconds ('" + text + "') is not a number. " + USAGE, e);
        }
        if (!(seconds > 0 && seconds <= Calibrator.LONGEST.toSeconds())) {
            throw new IllegalArgumentException("The value of --seconds (" + text + ") must be above 0 and at most "
                    + Calibrator.LONGEST.toSeconds() + ". " + USAGE);
        }
        return Duration.ofMillis(Math.max(1, Math.round(1000 * seconds)));
    }

    static DetectedDevice find(String id, List<DetectedDevice> detected) {
        return detected.stream()
                .filter(d -> d.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("This machine has no device '" + id + "'. It has "
                        + detected.stream().map(DetectedDevice::id).toList()
                        + "; ./build doctor says how far they come."));
    }

    private static void run(Request request) {
        ModelStore store = ModelStore.of(request.store);
        CalibrationFile before = Files.exists(request.file)
                ? CalibrationFile.read(request.file, DeviceCatalog.packaged(), store.catalog())
                : new CalibrationFile(List.of(), List.of());
        DetectedDevice device = find(request.device, Devices.detect());
        DeviceCalibration found = Calibrator.standard()
                .budget(request.budget)
                .progress(ConsoleProgress.standard())
                .calibrate(device, store, request.models.isEmpty() ? store.ids() : request.models);
        System.out.print(found.report());
        before.with(found.file(LocalDate.now(ZoneId.systemDefault())).efficiencies())
                .write(request.file);
        System.out.println("Added to " + request.file + ".");
    }
}
