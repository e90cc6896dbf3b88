package io.agentopt.simulate;

import io.agentopt.simulate.server.LlmRequest;
import io.agentopt.simulate.server.Refusal;
import io.agentopt.simulate.server.RequestTimes;
import io.agentopt.simulate.server.ServerListener;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Writes down how requests end. Hand it to a server as the listener of each. Not thread-safe. */
public final class RequestLog implements ServerListener {
    /**
     * A request that got all its tokens.
     *
     * @param request what was asked for
     * @param times when what happened
     */
    public record Entry(LlmRequest request, RequestTimes times) {}

    private final List<Entry> entries = new ArrayList<>();
    private final Map<Refusal, Integer> refusals = new EnumMap<>(Refusal.class);

    @Override
    public void finished(LlmRequest request, RequestTimes times) {
        entries.add(new Entry(request, times));
    }

    @Override
    public void refused(LlmRequest request, Refusal why, double seconds) {
        refusals.merge(why, 1, Integer::sum);
    }

    /** {@return the requests with all their tokens, in the order of their ends} */
    public List<Entry> entries() {
        return List.copyOf(entries);
    }

    /** {@return how many ended otherwise, by reason} */
    public Map<Refusal, Integer> refusals() {
        return Map.copyOf(refusals);
    }
}
