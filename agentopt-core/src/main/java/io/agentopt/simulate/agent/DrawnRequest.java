package io.agentopt.simulate.agent;

import io.agentopt.plan.granular.OperatorId;
import io.agentopt.plan.queueing.Moments;
import java.util.Map;
import java.util.Objects;

/** One request whose stages take times drawn from their own distributions. */
final class DrawnRequest {
    private final Draws draws;
    private final PlanLayout layout;
    private final Map<OperatorId, Moments> moments;
    private double firstToken;

    DrawnRequest(Draws draws, PlanLayout layout, Map<OperatorId, Moments> moments) {
        this.draws = draws;
        this.layout = layout;
        this.moments = moments;
    }

    /** {@return when the last language model began to answer, s; 0 without one} */
    double firstToken() {
        return firstToken;
    }

    /** {@return when a region that begins at a time has ended, s} */
    double end(Script script, double start) {
        double[] ends = new double[script.steps().size()];
        double last = start;
        for (int i = 0; i < ends.length; i++) {
            Script.Step step = script.steps().get(i);
            double begin = start;
            for (int before : step.after()) begin = Math.max(begin, ends[before]);
            ends[i] = end(step, begin);
            last = Math.max(last, ends[i]);
        }
        return last;
    }

    private double end(Script.Step step, double begin) {
        return switch (step) {
            case Script.Call c -> call(c.path(), begin);
            case Script.Loop l -> {
                double at = begin;
                for (int i = draws.runs(l.runs()); i > 0; i--) at = end(l.body(), at);
                yield at;
            }
            case Script.When w -> end(draws.happens(w.probability()) ? w.then() : w.otherwise(), begin);
            case Script.Each e -> {
                double last = begin;
                for (int i = draws.count(e.expected()); i > 0; i--) last = Math.max(last, end(e.body(), begin));
                yield last;
            }
            case Script.Nested n -> end(n.body(), begin);
        };
    }

    private double call(String path, double begin) {
        Stage stage = Objects.requireNonNull(layout.stages().get(path));
        double arrived = begin + stage.inputSeconds();
        return switch (stage) {
            case Stage.Delay d -> arrived + draws.time(d.seconds(), d.cv2());
            case Stage.Queued q -> arrived + drawn(OperatorId.whole(path));
            case Stage.Language l -> {
                double first = arrived + drawn(OperatorId.prefill(path));
                firstToken = Math.max(firstToken, first);
                yield first + drawn(OperatorId.decode(path));
            }
        };
    }

    private double drawn(OperatorId id) {
        Moments m = Objects.requireNonNull(moments.get(id));
        return draws.time(m.mean(), m.cv2());
    }
}
