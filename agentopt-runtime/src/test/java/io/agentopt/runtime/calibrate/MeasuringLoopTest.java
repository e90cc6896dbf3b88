package io.agentopt.runtime.calibrate;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.cost.Demand;
import io.agentopt.cost.Measurement;
import io.agentopt.cost.OperatorClass;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.Precision;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.llm.error.LlmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MeasuringLoopTest {
    private static final DeviceSpec CPU = DeviceSpec.cpu("cpu", 2, 1e11, 8e9, 1e10);

    /** A device of known terms on a clock that only its work moves. */
    private static final class Simulated implements PointTimer {
        final List<CalibrationPoint> timed = new ArrayList<>();
        final SplittableRandom random = new SplittableRandom(5);
        final double noise;
        final double flopsPerToken;
        long nanos;
        boolean mute;
        int breaksAt = Integer.MAX_VALUE;

        Simulated(double flopsPerToken, double noise) {
            this.flopsPerToken = flopsPerToken;
            this.noise = noise;
        }

        @Override
        public List<CalibrationPoint> candidates() {
            List<CalibrationPoint> all = new ArrayList<>();
            for (int tokens = 16; tokens <= 4096; tokens *= 2)
                all.add(new CalibrationPoint(OperatorClass.PREFILL, tokens, 1));
            for (int batch = 1; batch <= 8; batch *= 2) {
                for (int context = 16; context <= 4096; context *= 4)
                    all.add(new CalibrationPoint(OperatorClass.DECODE, context, batch));
            }
            return all;
        }

        private Demand demand(CalibrationPoint p) {
            return p.work() == OperatorClass.PREFILL
                    ? new Demand(flopsPerToken * p.tokens(), 0, 0, 1e7, 1e7, 0, 4, 1, 0, 0, Precision.FP32, p.work())
                    : new Demand(
                            flopsPerToken * p.batch(),
                            100.0 * p.tokens() * p.batch(),
                            0,
                            1e7,
                            1e7,
                            0,
                            4,
                            1,
                            0,
                            0,
                            Precision.FP32,
                            p.work());
        }

        @Override
        public double effort(CalibrationPoint p) {
            return flopsPerToken * (p.work() == OperatorClass.PREFILL ? p.tokens() : p.batch() * (p.tokens() + 24.0));
        }

        @Override
        public Optional<Measurement> time(CalibrationPoint p, CancelToken cancel) {
            timed.add(p);
            if (p.tokens() >= breaksAt) throw new LlmException("The model's scores are not numbers.");
            Demand d = demand(p);
            double seconds = d.flops() / 4e10 + d.trafficBytes() / 5e9 + 3e-4;
            seconds *= 1 + noise * (random.nextDouble() - 0.5);
            nanos += (long) ((p.work() == OperatorClass.PREFILL ? seconds : effort(p) / 4e10 + 24 * seconds) * 1e9);
            cancel.throwIfCancelled("The timing");
            return mute ? Optional.empty() : Optional.of(new Measurement(d, seconds));
        }

        @Override
        public void close() {}
    }

    private static MeasuringLoop run(Simulated device, double seconds) {
        MeasuringLoop loop = new MeasuringLoop("m", CPU, device, (long) (seconds * 1e9), () -> device.nanos);
        loop.run(what -> {}, CancelToken.none());
        return loop;
    }

    @Test
    void theEndsOfEveryRangeComeFirst() {
        Simulated device = new Simulated(1e6, 0.02);
        MeasuringLoop loop = run(device, 45);
        List<CalibrationPoint> order =
                loop.points().stream().map(PointTime::point).toList();
        List<CalibrationPoint> prefill =
                order.stream().filter(p -> p.work() == OperatorClass.PREFILL).toList();
        assertThat(prefill.subList(0, 2)).extracting(CalibrationPoint::tokens).containsExactly(16, 4096);
        List<CalibrationPoint> decode =
                order.stream().filter(p -> p.work() == OperatorClass.DECODE).toList();
        assertThat(decode.subList(0, 5))
                .extracting(p -> p.tokens() + "x" + p.batch())
                .startsWith("16x1")
                .contains("4096x8", "16x8", "4096x1");
    }

    @Test
    void aPreciseFitEndsBeforeTheTimeAndSaysItsErrorOnPointsThatItDidNotSee() {
        Simulated device = new Simulated(1e6, 0.02);
        MeasuringLoop loop = run(device, 45);
        assertThat(device.nanos).isLessThan(20_000_000_000L);
        for (OperatorClass work : List.of(OperatorClass.PREFILL, OperatorClass.DECODE)) {
            List<PointTime> points =
                    loop.points().stream().filter(p -> p.point().work() == work).toList();
            assertThat(points).anyMatch(PointTime::heldOut).anyMatch(p -> !p.heldOut());
            FittedWork fit = Calibrator.fit(CPU, new RunMeasurements.Work(work, Precision.FP32), points);
            assertThat(fit.heldOutError()).isPresent();
            assertThat(fit.heldOutError().getAsDouble()).isLessThan(0.1);
            assertThat(fit.crossValidatedError().getAsDouble()).isLessThanOrEqualTo(0.05);
            assertThat(fit.calibration().used())
                    .isEqualTo((int) points.stream().filter(p -> !p.heldOut()).count());
        }
        assertThat(loop.unmeasured()).isNotEmpty().allMatch(line -> line.contains("errors were small"));
    }

    @Test
    void aSlowDevicesLongPointsAreLeftOutAndTheTimeIsKept() {
        Simulated device = new Simulated(1e9, 0.02); // 25 ms a token: the longest prompt would take 100 s
        MeasuringLoop loop = run(device, 45);
        assertThat(device.nanos).isLessThanOrEqualTo(47_000_000_000L);
        assertThat(loop.points())
                .extracting(p -> p.point().work())
                .contains(OperatorClass.PREFILL, OperatorClass.DECODE);
        assertThat(loop.points()).noneMatch(p -> p.point().tokens() == 4096);
        assertThat(loop.unmeasured()).anyMatch(line -> line.contains("prefill at 4096 tokens: longer than"));
    }

    @Test
    void aNoisyMachinesPointsAreTimedAgainAndTheLoopEnds() {
        Simulated device = new Simulated(1e4, 2);
        MeasuringLoop loop = run(device, 45);
        assertThat(loop.points()).anyMatch(p -> p.runs() > 5);
        assertThat(device.timed.size()).isLessThan(5 * 3 * device.candidates().size() + 20);
    }

    @Test
    void pointsThatTellNothingAreDroppedWithTheReason() {
        Simulated device = new Simulated(1e6, 0);
        device.mute = true;
        MeasuringLoop loop = run(device, 45);
        assertThat(loop.points()).isEmpty();
        assertThat(loop.unmeasured()).hasSize(device.candidates().size()).allMatch(l -> l.endsWith("gave no times"));
    }

    @Test
    void aModelThatFailsOnSomePointsIsMeasuredOnTheOthers() {
        Simulated device = new Simulated(1e6, 0.02);
        device.breaksAt = 1000;
        MeasuringLoop loop = run(device, 45);
        assertThat(loop.points()).isNotEmpty().allMatch(p -> p.point().tokens() < 1000);
        assertThat(loop.unmeasured()).contains("m, prefill at 4096 tokens: The model's scores are not numbers.");
        device.breaksAt = 1;
        assertThat(run(device, 45).points()).isEmpty();
    }

    @Test
    void whatWasTimedBeforeACancellationCounts() {
        Simulated device = new Simulated(1e6, 0.5);
        CancelToken cancel = CancelToken.create();
        MeasuringLoop loop = new MeasuringLoop("m", CPU, device, 45_000_000_000L, () -> device.nanos);
        loop.run(
                what -> {
                    if (device.timed.size() > 30) cancel.cancel("enough");
                },
                cancel);
        assertThat(loop.points()).isNotEmpty();
        assertThat(device.timed).hasSizeLessThan(50);
    }
}
