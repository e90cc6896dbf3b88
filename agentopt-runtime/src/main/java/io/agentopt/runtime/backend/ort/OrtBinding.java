package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

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

    /** A name in native memory, and the tensor or memory that it holds. */
    private record Slot(MemorySegment name, OrtHandle held) {}

    private OrtBinding(OrtSession session, MemorySegment raw) {
        super(session.environment(), "binding of model '" + session.model() + "'", raw);
        this.session = session;
        run = environment().api().reporting(OrtFunction.RUN_WITH_BINDING);
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

    /**
     * Binds an output whose shape only the run knows: each run makes its result in that memory. {@link #outputs} has them.
     *
     * @throws IllegalArgumentException if the model has no such output
     */
    public void bindOutput(String name, OrtMemory memory) {
        session.require(session.outputs(), "output", name);
        bind(OrtFunction.BIND_OUTPUT_TO_MEMORY, name, memory);
    }

    /** {@return what the outputs hold after a run, by name; the caller closes these tensors, bound ones stay open} */
    public Map<String, OrtTensor> outputs() {
        MemorySegment raw = enter();
        try {
            return BoundOutputs.read(environment(), session.model(), raw);
        } finally {
            exit();
        }
    }

    /** Waits until the device has what inputs were bound to. */
    public void synchronizeInputs() {
        synchronize(OrtFunction.SYNCHRONIZE_INPUTS);
    }

    /** Waits until the device has written the outputs. */
    public void synchronizeOutputs() {
        synchronize(OrtFunction.SYNCHRONIZE_OUTPUTS);
    }

    private void synchronize(OrtFunction f) {
        MemorySegment raw = enter();
        try {
            environment().api().call(f, raw);
        } finally {
            exit();
        }
    }

    private void bind(OrtFunction f, String name, OrtHandle tensor) {
        MemorySegment raw = enter();
        try {
            MemorySegment value = tensor.enter(); // held until replaced or freed
            try {
                synchronized (bound) {
                    String key = (f == OrtFunction.BIND_INPUT ? "input " : "output ") + name;
                    Slot old = bound.get(key);
                    MemorySegment text = old != null ? old.name() : names.allocateFrom(name);
                    environment().api().call(f, raw, text, value);
                    bound.put(key, new Slot(text, tensor));
                    if (old != null) old.held().exit();
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
            environment().api().check((long) run.invokeExact(model, with, raw));
        } catch (OrtException e) {
            throw e.during("The run of model '" + session.model() + "' on " + what() + " failed");
        } catch (Throwable t) {
            throw OrtApi.unchecked(t);
        } finally {
            options.exit();
        }
    }

    private String what() {
        synchronized (bound) {
            return bound.entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .map(e -> e.getKey() + " = " + e.getValue().held())
                    .collect(Collectors.joining(", ", "{", "}"));
        }
    }

    @Override
    void free(MemorySegment handle) {
        environment().api().release(OrtFunction.RELEASE_BINDING, handle);
        synchronized (bound) {
            bound.values().forEach(s -> s.held().exit());
            bound.clear();
        }
        names.close();
        session.exit();
    }
}
