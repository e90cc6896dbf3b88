package io.agentopt.runtime.calibrate;

import io.agentopt.cost.Demand;
import io.agentopt.cost.TransformerDemand;
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
 * An answer says when it began and ended and not when its tokens came, so its steps are spread evenly over its time; where the batch
 * changes much in its course, that gives the slow steps of large batches a few too many.
 */
final class SharedDecodes {
    private SharedDecodes() {}

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
     */
    static Demand demand(Answer answer, List<Answer> others) {
        TreeSet<Double> cuts = new TreeSet<>(List.of(answer.start(), answer.end()));
        for (Answer other : others) {
            for (double cut : new double[] {other.start(), other.end()}) {
                if (cut > answer.start() && cut < answer.end()) cuts.add(cut);
            }
        }
        List<Double> times = new ArrayList<>(cuts);
        Demand sum = step(answer, others, times.get(0), times.get(1));
        for (int i = 1; i + 1 < times.size(); i++) sum = sum.plus(step(answer, others, times.get(i), times.get(i + 1)));
        return sum;
    }

    private static Demand step(Answer answer, List<Answer> others, double from, double to) {
        double middle = (from + to) / 2, context = answer.context(middle);
        int batch = 1;
        for (Answer other : others) {
            if (other.start() >= to || other.end() <= from) continue;
            context += other.context(middle);
            batch++;
        }
        double steps = (answer.output() - 1) * (to - from) / answer.seconds();
        return TransformerDemand.decodeStep(answer.model(), (int) Math.max(1, Math.round(context / batch)), batch)
                .times(steps);
    }
}
