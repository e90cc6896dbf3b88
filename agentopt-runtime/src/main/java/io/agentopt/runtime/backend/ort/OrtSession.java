package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A loaded model. Runs may come from several threads; {@link OrtBinding} is the way to run it without copies. */
public final class OrtSession extends OrtHandle {
    private final String model;
    private final Map<String, TensorSpec> inputs;
    private final Map<String, TensorSpec> outputs;

    private OrtSession(OrtEnvironment environment, MemorySegment raw, String model) {
        super(environment, "session of model '" + model + "'", raw);
        this.model = model;
        try {
            inputs = specs(raw, OrtFunction.INPUT_COUNT, OrtFunction.INPUT_NAME, OrtFunction.INPUT_TYPE);
            outputs = specs(raw, OrtFunction.OUTPUT_COUNT, OrtFunction.OUTPUT_NAME, OrtFunction.OUTPUT_TYPE);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Loads a model file; weights in files beside it are found by ONNX Runtime.
     *
     * @throws OrtException if the file is missing, broken or uses operators that the device lacks
     */
    public static OrtSession open(Path file, SessionSettings settings) {
        OrtEnvironment environment = OrtEnvironment.get();
        return open(
                environment,
                file.toString(),
                settings,
                (scratch, options, out) -> environment
                        .api()
                        .call(OrtFunction.CREATE_SESSION, environment.raw(), OrtApi.path(scratch, file), options, out));
    }

    /** Loads a model from memory, which is copied; {@code name} is for messages. Throws as {@link #open(Path, SessionSettings)}. */
    public static OrtSession open(byte[] onnx, String name, SessionSettings settings) {
        OrtEnvironment environment = OrtEnvironment.get();
        return open(environment, name, settings, (scratch, options, out) -> {
            MemorySegment bytes = scratch.allocateFrom(JAVA_BYTE, onnx);
            environment.api().check((MemorySegment) environment
                    .api()
                    .handle(OrtFunction.CREATE_SESSION_FROM_ARRAY)
                    .invokeExact(environment.raw(), bytes, bytes.byteSize(), options, out));
        });
    }

    @FunctionalInterface
    private interface Loading {
        void into(Arena scratch, MemorySegment options, MemorySegment out) throws Throwable;
    }

    private static OrtSession open(OrtEnvironment environment, String name, SessionSettings settings, Loading loading) {
        OrtApi api = environment.api();
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment out = scratch.allocate(ADDRESS);
            api.call(OrtFunction.CREATE_SESSION_OPTIONS, out);
            MemorySegment options = out.get(ADDRESS, 0);
            try {
                apply(environment, scratch, options, settings);
                loading.into(scratch, options, out);
            } finally {
                api.release(OrtFunction.RELEASE_SESSION_OPTIONS, options);
            }
            return new OrtSession(environment, out.get(ADDRESS, 0), name);
        } catch (OrtException e) {
            throw e.during("The model '" + name + "' could not be loaded");
        } catch (Throwable t) {
            throw OrtApi.unchecked(t);
        }
    }

    private static void apply(
            OrtEnvironment environment, Arena scratch, MemorySegment options, SessionSettings settings)
            throws Throwable {
        OrtApi api = environment.api();
        api.call(OrtFunction.SET_INTRA_OP_THREADS, options, settings.threads());
        api.call(OrtFunction.SET_INTER_OP_THREADS, options, 1);
        api.call(OrtFunction.SET_OPTIMIZATION, options, settings.optimization().level());
        api.call(OrtFunction.DISABLE_MEMORY_PATTERN, options); // shapes vary from run to run
        if (!settings.arena()) api.call(OrtFunction.DISABLE_CPU_ARENA, options);
        Map<String, String> config = new LinkedHashMap<>();
        config.put("session.intra_op.allow_spinning", settings.spinning() ? "1" : "0");
        config.putAll(settings.config());
        for (var e : config.entrySet()) {
            api.call(
                    OrtFunction.ADD_SESSION_CONFIG,
                    options,
                    scratch.allocateFrom(e.getKey()),
                    scratch.allocateFrom(e.getValue()));
        }
        if (settings.device().isEmpty()) return;
        EpDevice device = settings.device().get();
        List<String> keys = new ArrayList<>(device.options().keySet());
        MemorySegment devices = scratch.allocateFrom(ADDRESS, device.raw());
        api.check((MemorySegment) api.handle(OrtFunction.APPEND_PROVIDER)
                .invokeExact(
                        options,
                        environment.raw(),
                        devices,
                        1L,
                        texts(scratch, keys),
                        texts(scratch, keys.stream().map(device.options()::get).toList()),
                        (long) keys.size()));
    }

    private static MemorySegment texts(Arena scratch, List<String> values) {
        MemorySegment array = scratch.allocate(ADDRESS, Math.max(1, values.size()));
        for (int i = 0; i < values.size(); i++) array.setAtIndex(ADDRESS, i, scratch.allocateFrom(values.get(i)));
        return array;
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
        long[] shape = OrtTensor.shape(api, scratch, tensor);
        MemorySegment names = scratch.allocate(ADDRESS, Math.max(1, shape.length));
        api.call(OrtFunction.GET_SYMBOLS, tensor, names, shape.length);
        List<Long> dims = new ArrayList<>();
        List<String> symbols = new ArrayList<>();
        for (int i = 0; i < shape.length; i++) {
            dims.add(shape[i]);
            symbols.add(shape[i] >= 0 ? "" : OrtApi.text(names.getAtIndex(ADDRESS, i)));
        }
        return new TensorSpec(id, OrtTensor.elementType(api, scratch, tensor, owner), dims, symbols);
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
        for (String name : inputs.keySet()) {
            if (!given.containsKey(name)) {
                throw new IllegalArgumentException(
                        "The input '" + name + "' of model '" + model + "' is missing. Given: " + given.keySet() + ".");
            }
        }
        List<OrtTensor> entered = new ArrayList<>();
        MemorySegment session = enter();
        try {
            MemorySegment run = options.enter();
            try (Arena scratch = Arena.ofConfined()) {
                MemorySegment values = scratch.allocate(ADDRESS, Math.max(1, given.size()));
                for (var e : given.entrySet()) {
                    require(inputs, "input", e.getKey(), e.getValue());
                    values.setAtIndex(ADDRESS, entered.size(), e.getValue().enter());
                    entered.add(e.getValue());
                }
                return collect(scratch, session, run, List.copyOf(given.keySet()), values);
            } finally {
                options.exit();
            }
        } finally {
            entered.forEach(OrtTensor::exit);
            exit();
        }
    }

    private Map<String, OrtTensor> collect(
            Arena scratch, MemorySegment session, MemorySegment run, List<String> names, MemorySegment values) {
        List<String> wanted = List.copyOf(outputs.keySet());
        MemorySegment results = scratch.allocate(ADDRESS, wanted.size());
        OrtApi api = environment().api();
        try {
            api.check((MemorySegment) api.handle(OrtFunction.RUN)
                    .invokeExact(
                            session,
                            run,
                            texts(scratch, names),
                            values,
                            (long) names.size(),
                            texts(scratch, wanted),
                            (long) wanted.size(),
                            results));
        } catch (OrtException e) {
            throw e.during("The run of model '" + model + "' failed");
        } catch (Throwable t) {
            throw OrtApi.unchecked(t);
        }
        Map<String, OrtTensor> byName = new LinkedHashMap<>();
        int done = 0;
        try {
            for (String w : wanted)
                byName.put(
                        w,
                        OrtTensor.result(
                                environment(),
                                results.getAtIndex(ADDRESS, done++),
                                "'" + w + "' of model '" + model + "'"));
            return byName;
        } catch (RuntimeException e) {
            byName.values().forEach(OrtTensor::close);
            for (int i = done; i < wanted.size(); i++)
                api.release(OrtFunction.RELEASE_VALUE, results.getAtIndex(ADDRESS, i));
            throw e;
        }
    }

    /** Says clearly what ONNX Runtime would refuse later. */
    void require(Map<String, TensorSpec> specs, String side, String name, OrtTensor tensor) {
        TensorSpec spec = specs.get(name);
        if (spec == null) {
            throw new IllegalArgumentException(
                    "The model '" + model + "' has no " + side + " '" + name + "'. It has " + specs.keySet() + ".");
        }
        if (!tensor.fits(spec)) {
            throw new IllegalArgumentException("The " + side + " '" + name + "' of model '" + model + "' is " + spec
                    + " but was given the " + tensor + ".");
        }
    }

    @Override
    void free(MemorySegment handle) {
        environment().api().release(OrtFunction.RELEASE_SESSION, handle);
    }
}
