package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.agentopt.cost.OnnxDomains;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A loaded model. Runs may come from several threads; {@link OrtBinding} is the way to run it without copies. */
public final class OrtSession extends OrtHandle {
    private final String model;
    private final @Nullable PrepackedWeights weights;
    private final @Nullable CustomOpDomain operators;
    private final Map<String, TensorSpec> inputs;
    private final Map<String, TensorSpec> outputs;
    private final SessionNames names;

    private OrtSession(
            OrtEnvironment environment,
            MemorySegment raw,
            String model,
            @Nullable PrepackedWeights weights,
            @Nullable CustomOpDomain operators) {
        super(environment, "session of model '" + model + "'", raw);
        this.model = model;
        this.weights = weights;
        this.operators = operators;
        try {
            inputs = specs(raw, OrtFunction.INPUT_COUNT, OrtFunction.INPUT_NAME, OrtFunction.INPUT_TYPE);
            outputs = specs(raw, OrtFunction.OUTPUT_COUNT, OrtFunction.OUTPUT_NAME, OrtFunction.OUTPUT_TYPE);
            names = new SessionNames(model, inputs.keySet(), outputs.keySet());
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Loads a model file; weights in files beside it are found by ONNX Runtime. On the CUDA provider nodes of it may be joined to one of
     * this library's, unless the settings say {@link SessionSettings#asWritten}.
     *
     * @throws OrtException if the file is missing, broken or uses operators that the device lacks
     */
    public static OrtSession open(Path file, SessionSettings settings) {
        Optional<OrtSession> joined = OwnOperators.isCuda(settings.device())
                ? JoinedModel.open(file, settings, () -> OwnOperators.on(settings.device()))
                : Optional.empty();
        if (joined.isPresent()) return joined.get();
        OrtEnvironment environment = OrtEnvironment.get();
        OrtApi api = environment.api();
        Optional<OwnOperators> operators = OnnxDomains.of(file).contains(OwnOperators.DOMAIN)
                ? Optional.of(OwnOperators.on(settings.device()))
                : Optional.empty();
        return open(environment, file.toString(), settings, operators, (scratch, options, weights, out) -> {
            MemorySegment path = OrtApi.path(scratch, file);
            if (weights.address() == 0) {
                api.call(OrtFunction.CREATE_SESSION, environment.raw(), path, options, out);
            } else {
                api.invoke(OrtFunction.CREATE_SESSION_PREPACKED, environment.raw(), path, options, weights, out);
            }
        });
    }

    /** Loads a model from memory, which is copied; {@code name} is for messages. Throws as {@link #open(Path, SessionSettings)}. */
    public static OrtSession open(byte[] onnx, String name, SessionSettings settings) {
        return open(onnx, name, settings, OwnOperators.on(settings.device()));
    }

    /** As the other, with operators of our own if the model uses such; they are closed with the session. */
    static OrtSession open(byte[] onnx, String name, SessionSettings settings, OwnOperators own) {
        OrtEnvironment environment = OrtEnvironment.get();
        OrtApi api = environment.api();
        Optional<OwnOperators> operators =
                OnnxDomains.of(onnx).contains(OwnOperators.DOMAIN) ? Optional.of(own) : Optional.empty();
        return open(environment, name, settings, operators, (scratch, options, weights, out) -> {
            MemorySegment bytes = scratch.allocateFrom(JAVA_BYTE, onnx);
            if (weights.address() == 0) {
                api.check((MemorySegment) api.handle(OrtFunction.CREATE_SESSION_FROM_ARRAY)
                        .invokeExact(environment.raw(), bytes, bytes.byteSize(), options, out));
            } else {
                api.invoke(
                        OrtFunction.CREATE_SESSION_FROM_ARRAY_PREPACKED,
                        environment.raw(),
                        bytes,
                        bytes.byteSize(),
                        options,
                        weights,
                        out);
            }
        });
    }

    @FunctionalInterface
    private interface Loading {
        void into(Arena scratch, MemorySegment options, MemorySegment weights, MemorySegment out) throws Throwable;
    }

    private static OrtSession open(
            OrtEnvironment environment,
            String name,
            SessionSettings settings,
            Optional<OwnOperators> operators,
            Loading loading) {
        OrtApi api = environment.api();
        CustomOpDomain domain = // held until the session is freed
                operators.map(o -> CustomOpDomain.of(environment, o)).orElse(null);
        PrepackedWeights shared = null; // alike
        MemorySegment raw, weights = MemorySegment.NULL;
        try (Arena scratch = Arena.ofConfined()) {
            if (settings.weights().isPresent()) {
                weights = settings.weights().get().enter();
                shared = settings.weights().get();
            }
            MemorySegment out = scratch.allocate(ADDRESS);
            api.call(OrtFunction.CREATE_SESSION_OPTIONS, out);
            MemorySegment options = out.get(ADDRESS, 0);
            try {
                SessionOptions.apply(environment, scratch, options, settings);
                if (domain != null) domain.addTo(options);
                loading.into(scratch, options, weights, out);
            } finally {
                api.release(OrtFunction.RELEASE_SESSION_OPTIONS, options);
            }
            raw = out.get(ADDRESS, 0);
        } catch (Throwable t) {
            if (shared != null) shared.exit();
            if (domain != null) domain.close();
            throw t instanceof OrtException o
                    ? OwnOperators.explained(o).during("The model '" + name + "' could not be loaded")
                    : OrtApi.unchecked(t);
        }
        ReservedMemory.trim(); // loading frees about as much as it keeps
        return new OrtSession(environment, raw, name, shared, domain);
    }

    private Map<String, TensorSpec> specs(MemorySegment raw, OrtFunction count, OrtFunction name, OrtFunction type) {
        OrtApi api = environment().api();
        Map<String, TensorSpec> specs = new LinkedHashMap<>();
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment out = scratch.allocate(JAVA_LONG);
            api.call(count, raw, out);
            long n = out.get(JAVA_LONG, 0);
            for (long i = 0; i < n; i++) {
                api.call(name, raw, i, environment().allocator(), out);
                MemorySegment text = out.get(ADDRESS, 0);
                String id = OrtApi.text(text);
                api.call(OrtFunction.ALLOCATOR_FREE, environment().allocator(), text);
                api.call(type, raw, i, out);
                MemorySegment info = out.get(ADDRESS, 0);
                try {
                    specs.put(id, spec(scratch, id, info));
                } finally {
                    api.release(OrtFunction.RELEASE_TYPE, info);
                }
            }
        }
        return java.util.Collections.unmodifiableMap(specs);
    }

    private TensorSpec spec(Arena scratch, String id, MemorySegment info) {
        OrtApi api = environment().api();
        String owner = "'" + id + "' of model '" + model + "'";
        MemorySegment out = scratch.allocate(ADDRESS);
        api.call(OrtFunction.CAST_TO_TENSOR_TYPE, info, out);
        MemorySegment tensor = out.get(ADDRESS, 0);
        if (tensor.address() == 0) {
            throw new OrtException(
                    OrtException.NOT_FROM_ORT, owner + " is a sequence or map; only tensors are supported.");
        }
        MemorySegment room = TypeAndShape.room(scratch);
        TypeAndShape found = TypeAndShape.of(api, tensor, room, owner);
        long[] shape = found.shape();
        MemorySegment names = scratch.allocate(ADDRESS, Math.max(1, shape.length));
        api.call(OrtFunction.GET_SYMBOLS, tensor, names, shape.length);
        List<Long> dims = new ArrayList<>();
        List<String> symbols = new ArrayList<>();
        for (int i = 0; i < shape.length; i++) {
            dims.add(shape[i]);
            symbols.add(shape[i] >= 0 ? "" : OrtApi.text(names.getAtIndex(ADDRESS, i)));
        }
        return new TensorSpec(id, found.type(), dims, symbols);
    }

    /** {@return the model's file or name} */
    public String model() {
        return model;
    }

    /** {@return inputs by name, in the model's order} */
    public Map<String, TensorSpec> inputs() {
        return inputs;
    }

    /** {@return outputs by name, in the model's order} */
    public Map<String, TensorSpec> outputs() {
        return outputs;
    }

    /**
     * Runs the model once; ONNX Runtime allocates the results, the caller closes them.
     *
     * @param given one tensor for every input
     * @return every output by name
     * @throws IllegalArgumentException if an input is missing, unknown, or has another type or shape
     * @throws OrtException if the run fails or is terminated
     */
    public Map<String, OrtTensor> run(Map<String, OrtTensor> given, OrtRunOptions options) {
        return run(given, names.outputs(), options);
    }

    /**
     * Runs the model once for some of its outputs; as {@link #run(Map, OrtRunOptions)}.
     *
     * @param wanted names of outputs, at least one
     * @return those outputs by name
     */
    public Map<String, OrtTensor> run(Map<String, OrtTensor> given, List<String> wanted, OrtRunOptions options) {
        if (wanted.isEmpty())
            throw new IllegalArgumentException(
                    "No output of model '" + model + "' is wanted. Name at least one of " + outputs.keySet() + ".");
        for (int i = 0; i < wanted.size(); i++) require(outputs, "output", wanted.get(i));
        OrtTensor[] ordered = ordered(given);
        int entered = 0;
        MemorySegment session = enter();
        try {
            MemorySegment run = options.enter();
            try (Arena scratch = Arena.ofConfined()) {
                // What is given, and after the run room for reading what was made; then that, and its names.
                int values = ordered.length, results = wanted.size();
                int behind = (int) Math.max(values, TypeAndShape.ROOM / ADDRESS.byteSize());
                MemorySegment all = scratch.allocate(ADDRESS, behind + 2L * results);
                for (; entered < values; entered++) all.setAtIndex(ADDRESS, entered, ordered[entered].enter());
                MemorySegment made = all.asSlice(behind * ADDRESS.byteSize(), results * ADDRESS.byteSize());
                run(session, run, all, values, texts(all, behind + results, wanted), made, results, given);
                return collect(wanted, made, all);
            } finally {
                options.exit();
            }
        } finally {
            for (int i = 0; i < entered; i++) ordered[i].exit();
            exit();
        }
    }

    /** {@return what was given, in the model's order} */
    private OrtTensor[] ordered(Map<String, OrtTensor> given) {
        List<String> order = names.inputs();
        OrtTensor[] ordered = new OrtTensor[order.size()];
        for (int i = 0; i < ordered.length; i++) {
            String name = order.get(i);
            OrtTensor tensor = given.get(name);
            if (tensor == null) {
                throw new IllegalArgumentException(
                        "The input '" + name + "' of model '" + model + "' is missing. Given: " + given.keySet() + ".");
            }
            require(inputs, "input", name, tensor);
            ordered[i] = tensor;
        }
        if (given.size() > ordered.length) for (String name : given.keySet()) require(inputs, "input", name);
        return ordered;
    }

    /** {@return the names of outputs as an array of pointers, written into memory from the index if need be} */
    private MemorySegment texts(MemorySegment memory, int index, List<String> wanted) {
        if (wanted == names.outputs()) return names.outputTexts();
        for (int i = 0; i < wanted.size(); i++) memory.setAtIndex(ADDRESS, index + i, names.text(wanted.get(i)));
        return memory.asSlice(index * ADDRESS.byteSize());
    }

    private void run(
            MemorySegment session,
            MemorySegment run,
            MemorySegment values,
            long valueCount,
            MemorySegment wanted,
            MemorySegment made,
            long wantedCount,
            Map<String, OrtTensor> given) {
        OrtApi api = environment().api();
        try {
            api.check((long) api.reporting(OrtFunction.RUN)
                    .invokeExact(session, run, names.inputTexts(), values, valueCount, wanted, wantedCount, made));
        } catch (OrtException e) {
            throw e.during("The run of model '" + model + "' on " + given + " failed");
        } catch (Throwable t) {
            throw OrtApi.unchecked(t);
        }
    }

    private Map<String, OrtTensor> collect(List<String> wanted, MemorySegment made, MemorySegment room) {
        Map<String, OrtTensor> byName = LinkedHashMap.newLinkedHashMap(wanted.size());
        int done = 0;
        try {
            while (done < wanted.size()) {
                String name = wanted.get(done);
                MemorySegment value = made.getAtIndex(ADDRESS, done++);
                byName.put(name, OrtTensor.result(environment(), value, names.owner(name), room));
            }
            return byName;
        } catch (RuntimeException e) {
            byName.values().forEach(OrtTensor::close);
            for (int i = done; i < wanted.size(); i++)
                environment().api().release(OrtFunction.RELEASE_VALUE, made.getAtIndex(ADDRESS, i));
            throw e;
        }
    }

    /**
     * {@return which provider computes which nodes}
     *
     * @throws IllegalStateException if the session was not opened with {@link SessionSettings#recordingAssignment}
     */
    public GraphAssignment assignment() {
        MemorySegment raw = enter();
        try {
            return GraphAssignment.read(environment().api(), raw);
        } catch (OrtException e) {
            throw new IllegalStateException(
                    "The session of model '" + model
                            + "' did not record where its nodes went. Open it with recordingAssignment(). "
                            + e.getMessage(),
                    e);
        } finally {
            exit();
        }
    }

    /**
     * Ends the profile of {@link SessionSettings#profiling}.
     *
     * @return the file
     * @throws IllegalStateException if the session was opened without
     */
    public Path endProfile() {
        MemorySegment raw = enter();
        try (Arena scratch = Arena.ofConfined()) {
            OrtApi api = environment().api();
            MemorySegment out = scratch.allocate(ADDRESS);
            api.call(OrtFunction.END_PROFILING, raw, environment().allocator(), out);
            MemorySegment text = out.get(ADDRESS, 0);
            String file = OrtApi.text(text);
            api.call(OrtFunction.ALLOCATOR_FREE, environment().allocator(), text);
            if (file.isEmpty()) {
                throw new IllegalStateException("The session of model '" + model
                        + "' has no profile in progress. Open it with profiling(prefix), and end it once.");
            }
            return Path.of(file);
        } finally {
            exit();
        }
    }

    /** Frees a CUDA graph that runs captured, so that its number can be captured anew. */
    public void releaseGraph(int number) {
        MemorySegment raw = enter();
        try {
            environment().api().call(OrtFunction.RELEASE_CAPTURED_GRAPH, raw, number);
        } catch (OrtException e) {
            throw e.during("The graph " + number + " of model '" + model + "' could not be released");
        } finally {
            exit();
        }
    }

    /** Says clearly what ONNX Runtime would refuse later. */
    void require(Map<String, TensorSpec> specs, String side, String name, OrtTensor tensor) {
        TensorSpec spec = require(specs, side, name);
        if (!tensor.fits(spec)) {
            throw new IllegalArgumentException("The " + side + " '" + name + "' of model '" + model + "' is " + spec
                    + " but was given the " + tensor + ".");
        }
    }

    /** {@return the input or output of a name} */
    TensorSpec require(Map<String, TensorSpec> specs, String side, String name) {
        TensorSpec spec = specs.get(name);
        if (spec == null) {
            throw new IllegalArgumentException(
                    "The model '" + model + "' has no " + side + " '" + name + "'. It has " + specs.keySet() + ".");
        }
        return spec;
    }

    @Override
    void free(MemorySegment handle) {
        environment().api().release(OrtFunction.RELEASE_SESSION, handle);
        if (weights != null) weights.exit();
        if (operators != null) operators.close();
    }
}
