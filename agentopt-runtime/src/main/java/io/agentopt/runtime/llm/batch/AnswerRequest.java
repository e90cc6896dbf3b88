package io.agentopt.runtime.llm.batch;

import io.agentopt.message.Completion.Finish;
import io.agentopt.runtime.llm.execute.Draw;
import java.util.ArrayList;
import java.util.List;

/** An answer in progress. Only the device's thread touches it. */
final class AnswerRequest {
    final Sequence sequence;
    final AnswerSpec spec;
    final Exchange exchange;
    private final String model;
    private final int capacity;
    private final List<Integer> ids = new ArrayList<>();
    private Finish finish = Finish.LENGTH;
    private long firstNanos;
    private long endNanos;
    private long runNanos;
    private int steps;

    AnswerRequest(Sequence sequence, AnswerSpec spec, Exchange exchange, String model, int capacity) {
        this.sequence = sequence;
        this.spec = spec;
        this.exchange = exchange;
        this.model = model;
        this.capacity = capacity;
    }

    /** {@return the token that the next step appends} */
    int last() {
        return ids.getLast();
    }

    /** {@return how a device may choose the token behind the next step} */
    Draw draw() {
        return spec.chooser().draw().orElse(Draw.HIGHEST);
    }

    /** {@return whether, after the next step, the token that the device chooses follows and a step with it, unless it is a stop} */
    boolean goesOnWithDrawn() {
        return spec.chooser().draw().isPresent() && ids.size() + 1 < spec.maxTokens() && sequence.held() + 1 < capacity;
    }

    /** Counts a step in which the last token was appended. */
    void stepped(long nanos) {
        sequence.append(last());
        runNanos += nanos;
        steps++;
    }

    /** {@return who gave the scores, for messages} */
    String owner() {
        return "The model '" + model + "', at position " + (sequence.held() - 1) + ",";
    }

    /** Takes the next token. {@return whether another may follow} */
    boolean take(int token) {
        endNanos = System.nanoTime();
        if (ids.isEmpty()) firstNanos = endNanos;
        ids.add(token);
        if (spec.stops().contains(token) || spec.chooser().isFinished()) finish = Finish.STOP;
        boolean end = finish == Finish.STOP || ids.size() == spec.maxTokens() || sequence.held() == capacity;
        exchange.token(token, end);
        return !end;
    }

    Answer answer() {
        return new Answer(List.copyOf(ids), finish, firstNanos, endNanos, runNanos / 1e9, steps);
    }
}
