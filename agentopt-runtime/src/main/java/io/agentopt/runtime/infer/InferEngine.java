package io.agentopt.runtime.infer;

import io.agentopt.message.Tensors;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.ort.OrtException;
import io.agentopt.runtime.backend.ort.OrtSession;
import io.agentopt.runtime.backend.ort.OrtTensor;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.backend.ort.TensorSpec;
import io.agentopt.runtime.llm.pack.ModelPackException;
import io.agentopt.runtime.llm.pack.OnnxPack;
import io.agentopt.runtime.llm.pack.PackSession;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Any ONNX file on one device: tensors in and out by the model's names. Any number of threads may call; runs are one after the other, and requests that wait
 * at the same time share one where the model allows it: where a trial at loading shows that each row of its outputs, along the first size, comes from that row
 * of its inputs alone. A request's result is then that of a run of its own but for rounding. A graph's tensors are f32, i32, i64 and i8: a model's float16 and float64 are f32 there, its bool is i8 of 0 and 1, its uint8 is i8 of the same bits, and a single number has one
 * dimension of size 1.
 */
public final class InferEngine implements AutoCloseable {
    /** Most rows of a run that several requests share. */
    public static final int DEFAULT_ROWS = 32;

    private static final Logger LOG = LoggerFactory.getLogger(InferEngine.class);

    private final OnnxPack pack;
    private final OrtSession session;
    private final Optional<String> single;
    private final InferLane lane;

    private InferEngine(OnnxPack pack, OrtSession session, InferLane.Model model, int mostRows) {
        this.pack = pack;
        this.session = session;
        single = mostRows == 1
                ? Optional.of("it was asked to")
                : RowTrial.refusal(model, session.inputs(), session.outputs());
        single.ifPresent(why -> LOG.info("The model '{}' runs requests one by one: {}.", pack.id(), why));
        lane = new InferLane(pack.id(), model, single.isPresent() ? 1 : mostRows, this::owner, this::contradiction);
    }

    /** Loads a model for up to {@value #DEFAULT_ROWS} rows of several requests in a run; see {@link #open(OnnxPack, SessionSettings, int)}. */
    public static InferEngine open(OnnxPack pack, SessionSettings settings) {
        return open(pack, settings, DEFAULT_ROWS);
    }

    /**
     * Loads a model.
     *
     * @param mostRows of a run that several requests share; 1 runs each alone
     * @throws ModelPackException if it cannot be loaded; cut short, without its weights, or not for this device
     */
    public static InferEngine open(OnnxPack pack, SessionSettings settings, int mostRows) {
        return open(pack, settings, mostRows, session -> session::run);
    }

    /** Opens an engine whose runs a test may watch. */
    static InferEngine open(
            OnnxPack pack, SessionSettings settings, int mostRows, Function<OrtSession, InferLane.Model> model) {
        if (mostRows < 1)
            throw new IllegalArgumentException(
                    "The rows (" + mostRows + ") of a run of model '" + pack.id() + "' must be at least 1.");
        OrtSession session = PackSession.open(pack.onnx(), pack.id(), settings);
        try {
            return new InferEngine(pack, session, model.apply(session), mostRows);
        } catch (RuntimeException | OutOfMemoryError e) {
            session.close();
            throw e;
        }
    }

    /** {@return why each request has a run of its own, as the end of a sentence; empty if requests may share one} */
    public Optional<String> singleBecause() {
        return single;
    }

    /** {@return requests that wait for a run} */
    int waiting() {
        return lane.waiting();
    }

    /** {@return what the model takes, by name} */
    public Map<String, TensorSpec> inputs() {
        return session.inputs();
    }

    /** {@return what the model gives, by name} */
    public Map<String, TensorSpec> outputs() {
        return session.outputs();
    }

    /**
     * Requires that inputs are all of the model's, that it has the outputs, and that a graph has tensors for them.
     *
     * @throws IllegalArgumentException naming what is missing, unknown or of a type that graphs do not have
     */
    public void require(List<String> givenInputs, List<String> wantedOutputs) {
        for (String name : givenInputs) known(inputs(), "input", name);
        for (String name : inputs().keySet()) {
            if (givenInputs.contains(name)) continue;
            throw new IllegalArgumentException("The input '" + name + "' (" + inputs().get(name) + ") of model '"
                    + pack.id() + "' is not given. Given are " + givenInputs + ", and it takes "
                    + inputs().keySet() + ".");
        }
        if (wantedOutputs.isEmpty())
            throw new IllegalArgumentException("No output of model '" + pack.id() + "' is wanted. Name at least one of "
                    + outputs().keySet() + ".");
        for (String name : wantedOutputs) known(outputs(), "output", name);
    }

    private void known(Map<String, TensorSpec> specs, String side, String name) {
        TensorSpec spec = specs.get(name);
        if (spec == null)
            throw new IllegalArgumentException("The model '" + pack.id() + "' (" + pack.onnx() + ") has no " + side
                    + " '" + name + "'. It has " + specs.keySet() + ".");
        if (TensorFormat.of(spec.type()).isEmpty())
            throw new IllegalArgumentException("The " + side + " '" + name + "' of model '" + pack.id() + "' is " + spec
                    + ", and graphs have no tensors of that type. Export it as float32, int32, int64 or int8.");
    }

    /**
     * Runs the model, once or by a run that others share.
     *
     * @param given one tensor for every input
     * @param wanted names of outputs, at least one; others are not computed where the model lets them be
     * @return those outputs, in that order
     * @throws IllegalArgumentException if a tensor is missing, unknown, or of another type or shape; the message names it, what it is and must be
     * @throws OrtException if the run fails, such as for sizes that do not fit each other
     * @throws io.agentopt.runtime.backend.CancelledException if cancelled
     * @throws IllegalStateException if this is closed
     */
    public Tensors infer(Tensors given, List<String> wanted, CancelToken cancel) {
        require(List.copyOf(given.byName().keySet()), wanted);
        String what = "The run of model '" + pack.id() + "'";
        cancel.throwIfCancelled(what);
        Map<String, OrtTensor> inputs = new LinkedHashMap<>();
        try {
            given.byName()
                    .forEach((name, tensor) -> inputs.put(
                            name,
                            TensorFormat.input(
                                    owner("input", name), tensor, Objects.requireNonNull(inputs().get(name)))));
            return lane.run(what, inputs, wanted, cancel);
        } finally {
            inputs.values().forEach(OrtTensor::close);
        }
    }

    private String owner(String side, String name) {
        return "The " + side + " '" + name + "' of model '" + pack.id() + "'";
    }

    /** Two sizes that the model calls by one name and that differ. Files name sizes carelessly, so it is no reason to refuse a run, but it explains one that failed. */
    private Optional<String> contradiction(Map<String, OrtTensor> given) {
        Map<String, String> owners = new HashMap<>();
        Map<String, Long> sizes = new HashMap<>();
        for (var e : given.entrySet()) {
            TensorSpec spec = Objects.requireNonNull(inputs().get(e.getKey()));
            long[] shape = e.getValue().shape();
            for (int i = 0; i < shape.length; i++) {
                String symbol = spec.symbols().get(i);
                if (symbol.isEmpty()) continue;
                Long before = sizes.putIfAbsent(symbol, shape[i]);
                String owner = owners.putIfAbsent(symbol, e.getKey());
                if (before != null && before != shape[i])
                    return Optional.of("The size '" + symbol + "' of model '" + pack.id() + "' is " + before
                            + " in its input '" + owner + "' and " + shape[i] + " in '" + e.getKey() + "'");
            }
        }
        return Optional.empty();
    }

    /** Frees the model after the run in progress; runs that still wait fail with an {@link IllegalStateException}. */
    @Override
    public void close() {
        lane.close();
        session.close();
    }

    @Override
    public String toString() {
        return "InferEngine[" + pack.id() + "]";
    }
}
