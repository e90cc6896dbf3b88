package io.agentopt.runtime.observe;

import java.util.ArrayList;
import java.util.List;

/** Keeps the events of runs, to look at or to export. It grows with what happens; give it to one run or to a few. */
public final class RunTrace implements RunListener {
    private final List<RunEvent> events = new ArrayList<>();

    /** An empty trace. */
    public RunTrace() {}

    @Override
    public synchronized void on(RunEvent event) {
        events.add(event);
    }

    /** {@return what happened so far, in the order in which it was heard} */
    public synchronized List<RunEvent> events() {
        return List.copyOf(events);
    }

    /** {@return the events of one run} */
    public List<RunEvent> events(long run) {
        return events().stream().filter(e -> e.run() == run).toList();
    }

    /** {@return the steps that finished, in order of their end} */
    public List<RunEvent.StepFinished> steps() {
        return events().stream()
                .filter(RunEvent.StepFinished.class::isInstance)
                .map(RunEvent.StepFinished.class::cast)
                .toList();
    }

    /** {@return these events in the JSON form that chrome://tracing and Perfetto read: a process for each run, a row for each thread} */
    public String toChromeTrace() {
        return ChromeTrace.of(events());
    }
}
