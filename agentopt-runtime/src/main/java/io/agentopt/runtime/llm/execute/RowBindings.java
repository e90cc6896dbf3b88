package io.agentopt.runtime.llm.execute;

import io.agentopt.runtime.backend.ort.OrtBinding;
import io.agentopt.runtime.backend.ort.OrtSession;
import java.util.LinkedHashMap;
import java.util.Map;

/** Bindings of neighbouring rows as past and present at once. Those used last are kept, because a binding of many layers costs a run's start. */
final class RowBindings implements AutoCloseable {
    private static final int KEPT = 64;

    private final OrtSession session;
    private final DecoderNames.CacheView caches;
    private final DecoderNames names;
    private final Map<Range, OrtBinding> kept = new LinkedHashMap<>(KEPT, 0.75f, true);

    private record Range(int first, int count) {}

    RowBindings(OrtSession session, DecoderNames.CacheView caches, DecoderNames names) {
        this.session = session;
        this.caches = caches;
        this.names = names;
    }

    /** {@return the binding of rows {@code first} to {@code first + count - 1}; its caches are bound, nothing else} */
    OrtBinding rows(int first, int count) {
        Range range = new Range(first, count);
        OrtBinding found = kept.get(range);
        if (found != null) return found;
        if (kept.size() >= KEPT) {
            Range oldest = kept.keySet().iterator().next();
            OrtBinding old = kept.remove(oldest);
            if (old != null) old.close();
        }
        OrtBinding made = names.bind(session, caches, first, count);
        kept.put(range, made);
        return made;
    }

    @Override
    public void close() {
        kept.values().forEach(OrtBinding::close);
        kept.clear();
    }
}
