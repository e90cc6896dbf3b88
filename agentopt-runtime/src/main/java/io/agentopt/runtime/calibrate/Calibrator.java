package io.agentopt.runtime.calibrate;

import io.agentopt.cost.Calibration;
import io.agentopt.cost.LocalCalibration;
import io.agentopt.cost.Measurement;
import io.agentopt.cost.engine.MeasuredModel;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.Precision;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.calibrate.RunMeasurements.Work;
import io.agentopt.runtime.device.DetectedDevice;
import io.agentopt.runtime.device.spec.Description;
import io.agentopt.runtime.device.spec.DeviceDescriber;
import io.agentopt.runtime.llm.pack.ModelStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Measures what a planner needs to know of models on a device, in less than a minute, and fits the cost model to it. Immutable; each setting
 * returns another calibrator.
 *
 * <p>The time is divided among the models; of each it times the shortest and longest prompts, decode steps alone and batched over short and
 * long contexts, texts alone and in batches, then the gaps between them where the fit is worst. Some points are held out of the fit and
 * tell its error. It ends when the errors are small or the time is over.
 */
public final class Calibrator {
    /** The longest time budget, so that the whole takes less than a minute. */
    public static final Duration LONGEST = Duration.ofSeconds(55);

    private static final Duration USUAL = Duration.ofSeconds(45);
    private static final double GRACE = 2; // seconds after which a run in progress is stopped

    private final Duration budget;
    private final int threads;
    private final CalibrationProgress progress;
    private final LongSupplier nanos;
    private final Supplier<CancelToken> hardEnd;

    private Calibrator(
            Duration budget,
            int threads,
            CalibrationProgress progress,
            LongSupplier nanos,
            Supplier<CancelToken> hardEnd) {
        this.budget = budget;
        this.threads = threads;
        this.progress = progress;
        this.nanos = nanos;
        this.hardEnd = hardEnd;
    }

    private static Supplier<CancelToken> after(Duration time) {
        return () -> CancelToken.after(time.plusMillis(Math.round(1000 * GRACE)));
    }

    /** {@return this calibrator by another clock, which nothing but its budget ends} */
    Calibrator clock(LongSupplier reading) {
        return new Calibrator(budget, threads, progress, reading, CancelToken::none);
    }

    /** {@return a calibrator with a budget of 45 seconds, a thread for each processor where the device is the CPU, and no progress} */
    public static Calibrator standard() {
        return new Calibrator(
                USUAL,
                Runtime.getRuntime().availableProcessors(),
                CalibrationProgress.NONE,
                System::nanoTime,
                after(USUAL));
    }

    /**
     * {@return this calibrator with another time budget}  A run in progress at its end is stopped two seconds later. Opening a model counts,
     * but cannot be stopped.
     *
     * @throws IllegalArgumentException if it is not above 0 or above {@link #LONGEST}
     */
    public Calibrator budget(Duration time) {
        if (time.isNegative() || time.isZero() || time.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("The time budget (" + time.toMillis()
                    + " ms) of a calibration must be above 0 and at most " + LONGEST.toSeconds()
                    + " s. For more, calibrate models one after the other.");
        }
        return new Calibrator(time, threads, progress, nanos, after(time));
    }

    /** {@return this calibrator with another number of threads of each native run on the CPU} */
    public Calibrator threads(int count) {
        return new Calibrator(budget, count, progress, nanos, hardEnd);
    }

    /** {@return this calibrator with somebody who hears how far it is} */
    public Calibrator progress(CalibrationProgress hears) {
        return new Calibrator(budget, threads, hears, nanos, hardEnd);
    }

    /**
     * Calibrates a device that was detected on this machine. It is described by {@link DeviceDescriber}, which measures a GPU's copies and
     * matrix products for that within some seconds, before the time budget begins, and keeps them for {@link LocalMachine}.
     *
     * @throws IllegalArgumentException if the device is not ready, or nobody knows its peaks
     * @throws io.agentopt.runtime.llm.pack.ModelPackException if a model is not there or cannot be opened on the device
     */
    public DeviceCalibration calibrate(DetectedDevice device, ModelStore store, List<String> models) {
        progress.on(0, "measuring " + device.id(), budget.toNanos() / 1e9);
        return switch (DeviceDescriber.measuring().describe(device)) {
            case Description.Described d -> calibrate(d.spec(), device, store, models);
            case Description.Undescribed d ->
                throw new IllegalArgumentException("The device '" + device.id() + "' (" + device.name()
                        + ") cannot be calibrated, since its peak rates are unknown: " + d.reason()
                        + " Give its DeviceSpec beside it.");
        };
    }

    /**
     * Calibrates a device of known peaks.
     *
     * @param spec the device as the planner is to know it
     * @param device where the models run
     * @param models ids of models in the store, of any {@link CalibratedKind}
     * @throws IllegalArgumentException if the device is not ready, or no model is named
     * @throws io.agentopt.runtime.llm.pack.ModelPackException if a model is not there or cannot be opened on the device
     */
    public DeviceCalibration calibrate(DeviceSpec spec, DetectedDevice device, ModelStore store, List<String> models) {
        if (!device.isReady()) {
            throw new IllegalArgumentException(
                    "The device '" + device.id() + "' cannot be calibrated, since it is not ready: " + device.reason()
                            + " ./build doctor lists the devices of this machine.");
        }
        if (models.isEmpty()) {
            throw new IllegalArgumentException("No model to calibrate device '" + device.id()
                    + "' with is named. The store has " + store.ids() + ".");
        }
        SessionSettings cpu = SessionSettings.cpu(threads);
        SessionSettings session = device.provider().map(cpu::on).orElse(cpu);
        long start = nanos.getAsLong(), end = start + budget.toNanos();
        CancelToken cancel = hardEnd.get();
        List<PointTime> points = new ArrayList<>();
        List<String> unmeasured = new ArrayList<>();
        for (int i = 0; i < models.size(); i++) {
            long now = nanos.getAsLong(), share = share(store, models.subList(i, models.size()), end - now);
            tell(start, "opening " + models.get(i));
            try (PointTimer timer = CalibratedKind.open(store, models.get(i), session)) {
                MeasuringLoop loop = new MeasuringLoop(models.get(i), spec, timer, now + share, nanos);
                loop.run(what -> tell(start, what), cancel);
                points.addAll(loop.points());
                unmeasured.addAll(loop.unmeasured());
            }
        }
        tell(start, "fitting");
        DeviceCalibration done = fitted(spec, points, unmeasured, start);
        progress.on(1, "done", 0);
        return done;
    }

    /** {@return the first model's share of the time that is left for all: by their kinds of work} */
    private static long share(ModelStore store, List<String> left, long nanos) {
        int all = left.stream()
                .mapToInt(id -> CalibratedKind.of(store, id).works())
                .sum();
        return Math.max(0, nanos) * CalibratedKind.of(store, left.getFirst()).works() / all;
    }

    private void tell(long start, String what) {
        double over = (nanos.getAsLong() - start) / 1e9, all = budget.toNanos() / 1e9;
        progress.on(Math.min(0.99, over / all), what, Math.max(0, all - over));
    }

    DeviceCalibration fitted(DeviceSpec spec, List<PointTime> points, List<String> unmeasured, long start) {
        DeviceSpec reached = FitErrors.reached(spec, points);
        Map<Work, List<PointTime>> works = new TreeMap<>();
        for (PointTime p : points) {
            Work work = new Work(
                    p.measurement().demand().operatorClass(),
                    p.measurement().demand().precision());
            works.computeIfAbsent(work, k -> new ArrayList<>()).add(p);
        }
        List<FittedWork> fits = new ArrayList<>();
        List<String> open = new ArrayList<>(unmeasured);
        works.forEach((work, times) -> {
            try {
                fits.add(fit(reached, work, times));
                List<MeasuredModel> models = models(times);
                if (models.size() > 1) for (MeasuredModel m : models) fits.add(fit(reached, work, times, m));
            } catch (IllegalArgumentException e) {
                open.add(work.operatorClass() + " in " + work.precision().id() + ": " + e.getMessage());
            }
        });
        return new DeviceCalibration(reached, fits, points, open, (nanos.getAsLong() - start) / 1e9);
    }

    /** {@return the models that were timed, each once} */
    static List<MeasuredModel> models(List<PointTime> times) {
        return times.stream()
                .map(p ->
                        new MeasuredModel(p.modelId(), p.measurement().demand().residentBytes()))
                .distinct()
                .toList();
    }

    /** One set of terms for models of different shapes is off by what their shapes do to a machine: each has terms of its own as well. */
    private static FittedWork fit(DeviceSpec reached, Work work, List<PointTime> times, MeasuredModel model) {
        List<PointTime> own =
                times.stream().filter(p -> p.modelId().equals(model.id())).toList();
        FittedWork all = fit(reached, work, own);
        return new FittedWork(
                work.operatorClass(),
                work.precision(),
                all.calibration(),
                all.crossValidatedError(),
                all.heldOutError(),
                Optional.of(model));
    }

    static FittedWork fit(DeviceSpec reached, Work work, List<PointTime> times) {
        List<Measurement> fitted = times.stream()
                .filter(p -> !p.heldOut())
                .map(PointTime::measurement)
                .toList();
        Calibration fit = LocalCalibration.fit(reached, fitted);
        FitErrors errors = FitErrors.of(reached, times);
        return new FittedWork(
                work.operatorClass(),
                work.precision(),
                fit,
                Double.isFinite(errors.crossValidated())
                        ? OptionalDouble.of(errors.crossValidated())
                        : OptionalDouble.empty(),
                errors.heldOut(),
                Optional.empty());
    }

    /**
     * {@return the device with peaks no lower than what the measurements reached}  The peaks of the local machine are estimates: a model whose
     * weights stay in a cache reads faster than a stream from memory.
     */
    static DeviceSpec atLeast(DeviceSpec device, List<Measurement> measurements) {
        double bandwidth = device.memoryBytesPerSecond();
        Map<Precision, Double> flops = new EnumMap<>(device.densePeakFlops());
        for (Measurement m : measurements) {
            bandwidth = Math.max(bandwidth, m.demand().trafficBytes() / m.seconds());
            double reached = m.demand().flops() / m.seconds();
            Precision counted =
                    flops.containsKey(m.demand().precision()) ? m.demand().precision() : Precision.FP32;
            flops.merge(counted, reached, Math::max);
        }
        return device.withPeaks(flops, bandwidth);
    }
}
