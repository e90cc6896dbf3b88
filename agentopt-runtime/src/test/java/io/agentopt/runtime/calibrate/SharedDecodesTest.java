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
import java.util.ArrayList;
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
        Demand shared = SharedDecodes.demand(alone, List.of()), decode = TransformerDemand.decode(MODEL, 100, 21, 1);
        assertThat(shared.flops()).isCloseTo(decode.flops(), within(1e-3 * decode.flops()));
        assertThat(shared.weightBytes()).isCloseTo(decode.weightBytes(), within(1e-6 * decode.weightBytes()));
        assertThat(shared.bytesRead()).isCloseTo(decode.bytesRead(), within(0.01 * decode.bytesRead()));
    }

    @Test
    void answersThatRunTogetherReadTheWeightsOnceAStep() {
        Answer one = new Answer(MODEL, 100, 21, 5, 2), other = new Answer(MODEL, 300, 21, 5, 2);
        Demand shared = SharedDecodes.demand(one, List.of(other, other));
        assertThat(shared.weightBytes())
                .isCloseTo(20 * TransformerDemand.decodeStep(MODEL, 1, 3).weightBytes(), within(1.0));
        assertThat(shared.flops())
                .isCloseTo(20 * TransformerDemand.decodeStep(MODEL, 243, 3).flops(), within(1e-3 * shared.flops()));
    }

    /**
     * Answers that come and go, their steps shared exactly as an engine with continuous batching shares them. Fitted as what they are, they
     * tell the times of the machine; taken for steps of their own they do not.
     */
    @Test
    void sharedStepsOfALoadedEngineTellTheTimesOfTheMachine() {
        List<Answer> answers = served(60);
        List<Measurement> shared = new ArrayList<>(), own = new ArrayList<>();
        for (Answer a : answers) {
            List<Answer> others = answers.stream()
                    .filter(o -> !o.equals(a) && o.start() < a.end() && o.end() > a.start())
                    .toList();
            shared.add(new Measurement(SharedDecodes.demand(a, others), a.seconds()));
            own.add(new Measurement(TransformerDemand.decode(MODEL, a.prompt(), a.output(), 1), a.seconds()));
        }
        assertThat(worst(shared)).isLessThan(0.15);
        assertThat(worst(own)).isGreaterThan(0.3);
    }

    private static double worst(List<Measurement> points) {
        DeviceSpec reached = Calibrator.atLeast(CPU, points);
        CostModel fitted = new RooflineCostModel(EfficiencyTable.generic()
                .with(
                        "cpu",
                        OperatorClass.DECODE,
                        LocalCalibration.fit(reached, points).efficiency()));
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
