package io.agentopt.runtime.observe;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Several listeners as one. */
final class Listeners implements RunListener {
    static final RunListener NONE = new Listeners(List.of());
    private static final Logger LOG = LoggerFactory.getLogger(RunListener.class);

    private final Guarded[] listeners;

    private Listeners(List<Guarded> listeners) {
        this.listeners = listeners.toArray(Guarded[]::new);
    }

    static RunListener of(Iterable<? extends RunListener> listeners) {
        List<Guarded> guarded = new ArrayList<>();
        for (RunListener l : listeners) {
            if (l.isListening()) guarded.add(new Guarded(l, new AtomicBoolean()));
        }
        return guarded.isEmpty() ? NONE : new Listeners(guarded);
    }

    @Override
    public boolean isListening() {
        return listeners.length > 0;
    }

    @Override
    public void on(RunEvent event) {
        for (Guarded g : listeners) g.tell(event);
    }

    private record Guarded(RunListener listener, AtomicBoolean complained) {
        void tell(RunEvent event) {
            try {
                listener.on(event);
            } catch (Throwable t) { // an observer must not change what it observes
                if (complained.compareAndSet(false, true)) {
                    LOG.warn(
                            "The run listener {} failed on {}; the run goes on, further failures of it are not logged.",
                            listener,
                            event,
                            t);
                }
            }
        }
    }
}
