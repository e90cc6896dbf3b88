package io.agentopt.runtime.calibrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.cost.Confidence;
import io.agentopt.cost.CostModel;
import io.agentopt.cost.Demand;
import io.agentopt.cost.DeviceEfficiency;
import io.agentopt.cost.EfficiencyTable;
import io.agentopt.cost.Estimate;
import io.agentopt.cost.LocalCalibration;
import io.agentopt.cost.Measurement;
import io.agentopt.cost.OperatorClass;
import io.agentopt.cost.RooflineCostModel;
import io.agentopt.cost.TransformerDemand;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.ModelCatalog;
import io.agentopt.model.ModelSpec;
import io.agentopt.runtime.calibrate.SharedDecodes.Answer;
import io.agentopt.runtime.calibrate.SharedDecodes.StepSeconds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SharedDecodesTest {
    private static final ModelSpec MODEL = ModelCatalog.packaged().find("llama-3.1-8b-instruct");
    private static final DeviceSpec CPU = DeviceSpec.cpu("cpu", 32, 5e12, 256e9, 1.75e11);
    private static final CostModel TRUTH = new RooflineCostModel(EfficiencyTable.generic()
            .with("cpu", OperatorClass.DECODE, new DeviceEfficiency(0.02, 0.7, 5e-3, 1e-4, 2, Confidence.MEASURED, 0)));

    private static double step(int context, int batch) {
        return ((Estimate.Known) TRUTH.decodeStep(MODEL, CPU, 1, context, batch)).seconds();
    }

    @Test
    void anAnswerAloneIsItsDecode() {
        Answer alone = new Answer(MODEL, 100, 21, 5, 2);
        Demand shared = SharedDecodes.demand(alone, List.of(), StepSeconds.EVEN),
                decode = TransformerDemand.decode(MODEL, 100, 21, 1);
        assertThat(shared.flops()).isCloseTo(decode.flops(), within(1e-3 * decode.flops()));
        assertThat(shared.weightBytes()).isCloseTo(decode.weightBytes(), within(1e-6 * decode.weightBytes()));
        assertThat(shared.bytesRead()).isCloseTo(decode.bytesRead(), within(0.01 * decode.bytesRead()));
    }

    @Test
    void answersThatRunTogetherReadTheWeightsOnceAStep() {
        Answer one = new Answer(MODEL, 100, 21, 5, 2), other = new Answer(MODEL, 300, 21, 5, 2);
        Demand shared = SharedDecodes.demand(one, List.of(other, other), StepSeconds.EVEN);
        assertThat(shared.weightBytes())
                .isCloseTo(20 * TransformerDemand.decodeStep(MODEL, 1, 3).weightBytes(), within(1.0));
        assertThat(shared.flops())
                .isCloseTo(20 * TransformerDemand.decodeStep(MODEL, 243, 3).flops(), within(1e-3 * shared.flops()));
    }

    /**
     * Answers that come and go, their steps shared exactly as an engine with continuous batching shares them. Fitted as what they are, they
     * tell the times of the machine; taken for steps of their own they do not. Spread by the fit of the round before, they tell more.
     */
    @Test
    void sharedStepsOfALoadedEngineTellTheTimesOfTheMachine() {
        List<Answer> answers = served(60);
        List<Measurement> own = answers.stream()
                .map(a -> new Measurement(TransformerDemand.decode(MODEL, a.prompt(), a.output(), 1), a.seconds()))
                .toList();
        StepSeconds seconds = StepSeconds.EVEN;
        double[] worst = new double[4];
        for (int round = 0; round < worst.length; round++) {
            List<Measurement> shared = shared(answers, seconds);
            worst[round] = worst(shared);
            seconds = StepSeconds.by(fitted(shared), Calibrator.atLeast(CPU, shared));
        }
        assertThat(worst(own)).isGreaterThan(0.3);
        assertThat(worst[0]).isLessThan(0.15);
        assertThat(worst[3])
                .as("spread by the fit, of %s", Arrays.toString(worst))
                .isLessThan(0.03);
    }

    /** By the true times of steps the numbers of steps are right but for where in a stretch they fall. */
    @Test
    void stepsAreSpreadByHowLongTheyTake() {
        Answer half = new Answer(MODEL, 100, 31, 0, 3), other = new Answer(MODEL, 100, 50, 2, 5);
        Demand spread = SharedDecodes.demand(half, List.of(other), (model, context, batch) -> batch == 1 ? 1 : 2);
        // 2 s of single steps and 1 s of double ones, which are half as many a second: 24 and 6 of 30
        double single = TransformerDemand.decodeStep(MODEL, 100, 1).flops(), pair = 2 * single;
        assertThat(spread.flops()).isCloseTo(24 * single + 6 * pair, within(0.01 * spread.flops()));
        assertThat(spread.weightBytes())
                .isCloseTo(30 * TransformerDemand.decodeStep(MODEL, 1, 1).weightBytes(), within(1e3));
    }

    private static List<Measurement> shared(List<Answer> answers, StepSeconds seconds) {
        List<Measurement> shared = new ArrayList<>();
        for (Answer a : answers) {
            List<Answer> others = answers.stream()
                    .filter(o -> !o.equals(a) && o.start() < a.end() && o.end() > a.start())
                    .toList();
            shared.add(new Measurement(SharedDecodes.demand(a, others, seconds), a.seconds()));
        }
        return shared;
    }

    private static CostModel fitted(List<Measurement> points) {
        DeviceSpec reached = Calibrator.atLeast(CPU, points);
        return new RooflineCostModel(EfficiencyTable.generic()
                .with(
                        "cpu",
                        OperatorClass.DECODE,
                        LocalCalibration.fit(reached, points).efficiency()));
    }

    private static double worst(List<Measurement> points) {
        DeviceSpec reached = Calibrator.atLeast(CPU, points);
        CostModel fitted = fitted(points);
        double worst = 0;
        for (int batch : new int[] {1, 2, 4}) {
            double predicted = ((Estimate.Known) fitted.decodeStep(MODEL, reached, 1, 400, batch)).seconds();
            worst = Math.max(worst, Math.abs(predicted / step(400, batch) - 1));
        }
        return worst;
    }

    /** Requests arrive at random, at most eight at a time. */
    private static List<Answer> served(int count) {
        SplittableRandom random = new SplittableRandom(3);
        List<int[]> live = new ArrayList<>(); // index, prompt, output, tokens so far
        double[] start = new double[count];
        List<Answer> done = new ArrayList<>();
        double now = 0, next = 0;
        int begun = 0;
        while (done.size() < count) {
            if (begun < count && (live.isEmpty() || (now >= next && live.size() < 8))) {
                now = Math.max(now, next);
                start[begun] = now;
                live.add(new int[] {begun++, 50 + random.nextInt(700), 20 + random.nextInt(80), 1});
                next = now - 3 * Math.log(1 - random.nextDouble());
                continue;
            }
            double context = live.stream().mapToInt(a -> a[1] + a[3]).average().orElse(1);
            now += step((int) Math.round(context), live.size());
            for (int[] a : List.copyOf(live)) {
                if (++a[3] < a[2]) continue;
                live.remove(a);
                done.add(new Answer(MODEL, a[1], a[2], start[a[0]], now - start[a[0]]));
            }
        }
        return done;
    }
}
