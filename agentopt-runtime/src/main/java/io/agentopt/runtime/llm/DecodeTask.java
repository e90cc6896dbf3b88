package io.agentopt.runtime.llm;

import io.agentopt.message.Completion.Finish;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * One answer, token by token: each step of the lane appends the last token to the KV cache and chooses the next, so that
 * several answers share the device fairly.
 */
final class DecodeTask extends EngineTask {
    private final String model;
    private final KvSlot slot;
    private final int capacity;
    private final int maxTokens;
    private final Set<Integer> stops;
    private final Sampler sampler;
    private final List<Integer> ids = new ArrayList<>();
    private int position;
    private long runNanos;
    private Finish finish = Finish.LENGTH;
    private int steps;

    DecodeTask(
            String what,
            String model,
            KvSlot slot,
            int length,
            int capacity,
            DecodeOptions options,
            Set<Integer> stops,
            CancelToken cancel,
            OrtRunOptions runOptions) {
        super(what, cancel, runOptions);
        this.model = model;
        this.slot = slot;
        this.position = length;
        this.capacity = capacity;
        this.maxTokens = options.maxTokens();
        this.stops = stops;
        this.sampler = new Sampler(options.sampling());
    }

    /** Chooses a token from the scores of the last run. {@return whether another may follow} */
    boolean choose() {
        int token = sampler.choose(slot.logits(), "The model '" + model + "', at position " + (position - 1) + ",");
        ids.add(token);
        if (stops.contains(token)) finish = Finish.STOP;
        boolean last = finish == Finish.STOP || ids.size() == maxTokens || position == capacity;
        report(token, last);
        return !last;
    }

    @Override
    boolean advance(OrtRunOptions options) {
        long start = System.nanoTime();
        slot.step(ids.getLast(), position, options);
        runNanos += System.nanoTime() - start;
        steps++;
        position++;
        return choose();
    }

    List<Integer> ids() {
        return ids;
    }

    Finish finish() {
        return finish;
    }

    double runSeconds() {
        return runNanos / 1e9;
    }

    int steps() {
        return steps;
    }
}
