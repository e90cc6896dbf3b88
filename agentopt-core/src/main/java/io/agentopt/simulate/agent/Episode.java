package io.agentopt.simulate.agent;

import io.agentopt.plan.granular.OperatorId;
import io.agentopt.simulate.event.EventQueue;
import io.agentopt.simulate.server.LlmRequest;
import io.agentopt.simulate.server.Refusal;
import io.agentopt.simulate.server.RequestTimes;
import io.agentopt.simulate.server.ServerListener;

/** One request on its way through an agent. */
final class Episode {
    private final Machines machines;
    private final EventQueue queue;
    private final Draws draws;
    private final SimulationOptions options;
    private final Observations seen;
    private final double arrival;
    private double firstToken = -1;
    private boolean refused;

    Episode(Machines machines, Draws draws, SimulationOptions options, Observations seen, double arrival) {
        this.machines = machines;
        this.queue = machines.queue();
        this.draws = draws;
        this.options = options;
        this.seen = seen;
        this.arrival = arrival;
    }

    void begin(Script script) {
        run(script, () -> seen.request(queue.now() - arrival, firstToken < 0 ? -1 : firstToken - arrival));
    }

    private void run(Script script, Runnable ended) {
        if (script.steps().isEmpty()) ended.run();
        else new RegionRun(script, ended).begin();
    }

    /** A region under way: steps begin when those before them have ended. */
    private final class RegionRun {
        private final Script script;
        private final Runnable ended;
        private final int[] missing;
        private int left;

        RegionRun(Script script, Runnable ended) {
            this.script = script;
            this.ended = ended;
            this.left = script.steps().size();
            this.missing = new int[left];
            for (int i = 0; i < left; i++)
                missing[i] = script.steps().get(i).after().size();
        }

        void begin() {
            int steps = missing.length;
            boolean[] ready = new boolean[steps];
            for (int i = 0; i < steps; i++) ready[i] = missing[i] == 0;
            for (int i = 0; i < steps; i++) if (ready[i]) step(i);
        }

        private void step(int i) {
            Runnable done = () -> done(i);
            switch (script.steps().get(i)) {
                case Script.Call c -> call(c.path(), done);
                case Script.Loop l -> repeat(l.body(), draws.runs(l.runs()), done);
                case Script.When w -> run(draws.happens(w.probability()) ? w.then() : w.otherwise(), done);
                case Script.Each e -> sideBySide(e.body(), draws.count(e.expected()), done);
                case Script.Nested n -> run(n.body(), done);
            }
        }

        private void done(int i) {
            left--;
            for (int j = i + 1; j < missing.length; j++) {
                if (script.steps().get(j).after().contains(i) && --missing[j] == 0) step(j);
            }
            if (left == 0) ended.run();
        }
    }

    private void repeat(Script body, int times, Runnable ended) {
        if (times == 0) ended.run();
        else run(body, () -> repeat(body, times - 1, ended));
    }

    private void sideBySide(Script body, int items, Runnable ended) {
        if (items == 0) {
            ended.run();
            return;
        }
        int[] left = {items};
        for (int i = 0; i < items; i++) {
            run(body, () -> {
                if (--left[0] == 0) ended.run();
            });
        }
    }

    private void call(String path, Runnable done) {
        Stage stage = machines.layout().stages().get(path);
        if (stage == null)
            throw new IllegalStateException("The plan has no operator '" + path + "'. Plan the graph again.");
        if (stage.inputSeconds() > 0) queue.after(stage.inputSeconds(), (now, tag) -> serve(path, stage, done), 0);
        else serve(path, stage, done);
    }

    private void serve(String path, Stage stage, Runnable done) {
        double began = queue.now();
        switch (stage) {
            case Stage.Delay d ->
                queue.after(
                        draws.time(d.seconds(), d.cv2()),
                        (now, tag) -> {
                            seen.operator(OperatorId.whole(path), now - began, 0);
                            done.run();
                        },
                        0);
            case Stage.Queued q -> {
                double speed = machines.layout().stations().get(q.station()).speed();
                double service = draws.time(q.seconds() / speed, q.cv2());
                machines.station(q.station())
                        .submit(
                                service,
                                (now, tag) -> {
                                    seen.operator(OperatorId.whole(path), now - began, now - began - service);
                                    done.run();
                                },
                                0);
            }
            case Stage.Language l -> new Completion(path, l, done).begin();
        }
    }

    /** One call of a language model: prompt, hand-over where it decodes elsewhere, tokens. */
    private final class Completion implements ServerListener {
        private final String path;
        private final Stage.Language stage;
        private final Runnable done;
        private final int prompt;
        private final int output;
        private final double began;
        private double promptRead;
        private boolean decoding;

        Completion(String path, Stage.Language stage, Runnable done) {
            this.path = path;
            this.stage = stage;
            this.done = done;
            int longest = machines.layout().pools().get(stage.prefill()).model().maxContext();
            int most =
                    Math.max(1, (int) Math.min(longest - 1.0, 8 * stage.call().expectedPromptTokens()));
            this.prompt = draws.tokens(
                    Math.min(stage.call().expectedPromptTokens(), most),
                    options.variation().promptCv2(),
                    most);
            this.output = draws.tokens(
                    stage.call().expectedOutputTokens(),
                    options.variation().outputCv2(),
                    stage.call().maxTokens());
            this.began = queue.now();
            this.decoding = stage.together();
        }

        void begin() {
            machines.leastBusy(stage.prefill()).submit(new LlmRequest(0, prompt, output), this);
        }

        @Override
        public void firstToken(LlmRequest request, double seconds) {
            if (promptRead > 0) return;
            promptRead = seconds;
            firstToken = seconds;
        }

        @Override
        public void finished(LlmRequest request, RequestTimes times) {
            if (!decoding && output > 1) {
                decoding = true;
                seen.operator(OperatorId.prefill(path), promptRead - began, times.queueWait());
                double handOver = stage.kvSeconds() + stage.kvSecondsPerToken() * prompt;
                queue.after(
                        handOver,
                        (now, tag) ->
                                machines.leastBusy(stage.decode()).submit(new LlmRequest(0, prompt, output), this),
                        0);
                return;
            }
            boolean apart = !stage.together() && output > 1;
            if (!apart) seen.operator(OperatorId.prefill(path), promptRead - began, times.queueWait());
            seen.operator(OperatorId.decode(path), times.finished() - promptRead, apart ? times.queueWait() : 0);
            done.run();
        }

        @Override
        public void refused(LlmRequest request, Refusal why, double seconds) {
            if (refused) return;
            refused = true;
            seen.refuse();
        }
    }
}
