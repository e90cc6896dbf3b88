package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.HashMap;
import java.util.Map;

/**
 * Tensors bound to the inputs and outputs of a session, run as often as wanted: results land in the bound tensors, nothing is
 * copied. One tensor may be input and output at once, which is how a KV cache is updated in place.
 *
 * <p>Not for use by two threads at once, except {@link #close()}. Bound tensors stay alive while bound.
 */
public final class OrtBinding extends OrtHandle {
    private final OrtSession session;
    private final MethodHandle run;
    private final Arena names = Arena.ofShared();
    private final Map<String, Slot> bound = new HashMap<>(); // guarded by itself

    /** A name in native memory and the tensor that it holds. */
    private record Slot(MemorySegment name, OrtTensor tensor) {}

    private OrtBinding(OrtSession session, MemorySegment raw) {
        super(session.environment(), "binding of model '" + session.model() + "'", raw);
        this.session = session;
        run = environment().api().handle(OrtFunction.RUN_WITH_BINDING);
    }

    public static OrtBinding of(OrtSession session) {
        MemorySegment raw = session.enter(); // held until the binding is freed
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment out = scratch.allocate(ADDRESS);
            session.environment().api().call(OrtFunction.CREATE_BINDING, raw, out);
            return new OrtBinding(session, out.get(ADDRESS, 0));
        } catch (RuntimeException e) {
            session.exit();
            throw e;
        }
    }

    /**
     * Binds an input, in place of what was bound before.
     *
     * @throws IllegalArgumentException if the model has no such input, or one of another type or shape
     */
    public void bindInput(String name, OrtTensor tensor) {
        session.require(session.inputs(), "input", name, tensor);
        bind(OrtFunction.BIND_INPUT, name, tensor);
    }

    /** Binds an output; as {@link #bindInput}. A run whose result has another shape than the tensor fails. */
    public void bindOutput(String name, OrtTensor tensor) {
        session.require(session.outputs(), "output", name, tensor);
        bind(OrtFunction.BIND_OUTPUT, name, tensor);
    }

    private void bind(OrtFunction f, String name, OrtTensor tensor) {
        MemorySegment raw = enter();
        try {
            MemorySegment value = tensor.enter(); // held until replaced or freed
            try {
                synchronized (bound) {
                    String key = f.cName() + name;
                    Slot old = bound.get(key);
                    MemorySegment text = old != null ? old.name() : names.allocateFrom(name);
                    environment().api().call(f, raw, text, value);
                    bound.put(key, new Slot(text, tensor));
                    if (old != null) old.tensor().exit();
                }
            } catch (RuntimeException e) {
                tensor.exit();
                throw e;
            }
        } finally {
            exit();
        }
    }

    /**
     * Runs the model on what is bound. Every output must be bound.
     *
     * @throws OrtException if the run fails or is terminated
     */
    public void run(OrtRunOptions options) {
        MemorySegment raw = enter();
        try {
            MemorySegment model = session.enter();
            try {
                run(model, options, raw);
            } finally {
                session.exit();
            }
        } finally {
            exit();
        }
    }

    private void run(MemorySegment model, OrtRunOptions options, MemorySegment raw) {
        MemorySegment with = options.enter();
        try {
            environment().api().check((MemorySegment) run.invokeExact(model, with, raw));
        } catch (OrtException e) {
            throw e.during("The run of model '" + session.model() + "' failed");
        } catch (Throwable t) {
            throw OrtApi.unchecked(t);
        } finally {
            options.exit();
        }
    }

    @Override
    void free(MemorySegment handle) {
        environment().api().release(OrtFunction.RELEASE_BINDING, handle);
        synchronized (bound) {
            bound.values().forEach(s -> s.tensor().exit());
            bound.clear();
        }
        names.close();
        session.exit();
    }
}
