package io.agentopt.runtime.calibrate;

import io.agentopt.cost.CostModel;
import io.agentopt.cost.Demand;
import io.agentopt.cost.Estimate;
import io.agentopt.cost.TransformerDemand;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.ModelSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * The work of the steps of an answer that others of the same model shared. A step gives each of them a token and reads the weights once, so
 * the answer's time is that of its steps at their batch, neither of steps of its own nor a share of the time:
 *
 * <pre>
 * demand = sum over stretches with the same answers of (steps in the stretch) * decodeStep(mean context, answers there)
 * </pre>
 *
 * An answer says when it began and ended and not when its tokens came. How many of its steps fell into a stretch follows from how long a
 * step of its batch and context takes there, by what is known of the device ({@link StepSeconds}): stretch / step, scaled so that they add
 * up. Where nothing is known yet they are spread evenly, which gives the slow steps of large batches too many; a fit to that, asked for the
 * times of steps, spreads them better, and so on ({@link Refit}).
 */
final class SharedDecodes {
    private SharedDecodes() {}

    /** How long a decode step takes; only ratios count. */
    interface StepSeconds {
        /** Knows nothing: every step takes the same. */
        StepSeconds EVEN = (model, context, batch) -> 1;

        double of(ModelSpec model, int context, int batch);

        /** {@return times by a cost model; the same for all steps where it knows none} */
        static StepSeconds by(CostModel cost, DeviceSpec device) {
            return (model, context, batch) -> switch (cost.decodeStep(model, device, 1, context, batch)) {
                case Estimate.Known k -> k.seconds();
                case Estimate.Unknown _, Estimate.Infeasible _ -> 1;
            };
        }
    }

    /**
     * An answer in decode.
     *
     * @param prompt tokens of its prompt
     * @param output tokens generated, the first of which is the prefill's, at least 2
     * @param start s, on the clock of the others
     * @param seconds of its decode, above 0
     */
    record Answer(ModelSpec model, int prompt, int output, double start, double seconds) {
        double end() {
            return start + seconds;
        }

        /** Tokens that it attends to at a time. */
        double context(double time) {
            return prompt + 1 + (output - 2) * Math.clamp((time - start) / seconds, 0, 1);
        }
    }

    /**
     * {@return the work of an answer's steps}
     *
     * @param others answers of the same model that overlap it on its device
     * @param seconds of steps, by which they are spread
     */
    static Demand demand(Answer answer, List<Answer> others, StepSeconds seconds) {
        TreeSet<Double> cuts = new TreeSet<>(List.of(answer.start(), answer.end()));
        for (Answer other : others) {
            for (double cut : new double[] {other.start(), other.end()}) {
                if (cut > answer.start() && cut < answer.end()) cuts.add(cut);
            }
        }
        List<Double> times = new ArrayList<>(cuts);
        List<Stretch> stretches = new ArrayList<>();
        double all = 0;
        for (int i = 0; i + 1 < times.size(); i++) {
            Stretch stretch = stretch(answer, others, times.get(i), times.get(i + 1), seconds);
            stretches.add(stretch);
            all += stretch.weight();
        }
        double steps = (answer.output() - 1) / all;
        Demand sum = stretches.getFirst().demand(answer.model(), steps);
        for (Stretch s : stretches.subList(1, stretches.size())) sum = sum.plus(s.demand(answer.model(), steps));
        return sum;
    }

    /**
     * A time in which the same answers were there.
     *
     * @param weight steps in it, in a unit that all stretches share
     */
    private record Stretch(int context, int batch, double weight) {
        Demand demand(ModelSpec model, double steps) {
            return TransformerDemand.decodeStep(model, context, batch).times(steps * weight);
        }
    }

    private static Stretch stretch(Answer answer, List<Answer> others, double from, double to, StepSeconds seconds) {
        double middle = (from + to) / 2, sum = answer.context(middle);
        int batch = 1;
        for (Answer other : others) {
            if (other.start() >= to || other.end() <= from) continue;
            sum += other.context(middle);
            batch++;
        }
        int context = (int) Math.max(1, Math.round(sum / batch));
        return new Stretch(context, batch, (to - from) / seconds.of(answer.model(), context, batch));
    }
}
