package io.agentopt.benchmarks.llm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.agentopt.runtime.backend.ort.OrtEnvironment;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * Decode steps by ONNX Runtime's C interface and nothing else: everything is bound once, a step sets one token and calls
 * RunWithBinding. No program around the model can be faster than this.
 */
final class CApiDecode implements AutoCloseable {
    // Places in the table of function pointers of the C interface; it only grows at its end.
    private static final int GET_ERROR_MESSAGE = 2,
            CREATE_ENV = 3,
            CREATE_SESSION = 7,
            CREATE_SESSION_OPTIONS = 10,
            DISABLE_MEMORY_PATTERN = 17,
            INTRA_OP_THREADS = 24,
            CREATE_RUN_OPTIONS = 39,
            CREATE_TENSOR = 49,
            CPU_MEMORY = 69,
            RELEASE_SESSION = 95,
            ADD_SESSION_CONFIG = 130,
            RUN_WITH_BINDING = 133,
            CREATE_BINDING = 134,
            BIND_INPUT = 136,
            BIND_OUTPUT = 137;
    private static final int API_VERSION = 23, FLOAT = 1, INT64 = 7;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment api;
    private final MemorySegment session;
    private final MemorySegment binding;
    private final MemorySegment options;
    private final MemorySegment memory;
    private final MemorySegment ids;
    private final MethodHandle run;

    /** @param held positions that the cache holds before each step: every step appends at the same place */
    @SuppressWarnings("restricted")
    CApiDecode(Path onnx, DecoderShape shape, int held, int threads) throws Throwable {
        SymbolLookup library =
                SymbolLookup.libraryLookup(Path.of(OrtEnvironment.get().origin()), arena);
        MemorySegment base = ((MemorySegment) Linker.nativeLinker()
                        .downcallHandle(library.findOrThrow("OrtGetApiBase"), FunctionDescriptor.of(ADDRESS))
                        .invokeExact())
                .reinterpret(16);
        MethodHandle getApi =
                Linker.nativeLinker().downcallHandle(base.get(ADDRESS, 0), FunctionDescriptor.of(ADDRESS, JAVA_INT));
        api = ((MemorySegment) getApi.invokeExact(API_VERSION)).reinterpret(300 * ADDRESS.byteSize());
        MemorySegment env = made(CREATE_ENV, 4, arena.allocateFrom("bench"));
        MemorySegment settings = made(CREATE_SESSION_OPTIONS);
        call(INTRA_OP_THREADS, settings, threads);
        call(DISABLE_MEMORY_PATTERN, settings);
        call(
                ADD_SESSION_CONFIG,
                settings,
                arena.allocateFrom("session.intra_op.allow_spinning"),
                arena.allocateFrom("0"));
        session = made(CREATE_SESSION, env, arena.allocateFrom(onnx.toString()), settings);
        memory = made(CPU_MEMORY, 0, 0);
        options = made(CREATE_RUN_OPTIONS);
        binding = made(CREATE_BINDING, session);
        ids = arena.allocate(JAVA_LONG);
        bind(BIND_INPUT, "input_ids", tensor(ids, INT64, 1, 1));
        MemorySegment mask = arena.allocate(JAVA_LONG, held + 1L);
        for (int i = 0; i <= held; i++) mask.setAtIndex(JAVA_LONG, i, 1);
        bind(BIND_INPUT, "attention_mask", tensor(mask, INT64, 1, held + 1));
        MemorySegment logits = arena.allocate(4L * shape.vocab(), 64);
        bind(BIND_OUTPUT, "logits", tensor(logits, FLOAT, 1, 1, shape.vocab()));
        long bytes = 4L * shape.kvHeads() * shape.context() * shape.headDim();
        for (int layer = 0; layer < shape.layers(); layer++) {
            for (String kind : new String[] {"key", "value"}) {
                MemorySegment kv =
                        tensor(arena.allocate(bytes, 64), FLOAT, 1, shape.kvHeads(), shape.context(), shape.headDim());
                bind(BIND_INPUT, RandomDecoder.past(layer, kind), kv);
                bind(BIND_OUTPUT, RandomDecoder.present(layer, kind), kv);
            }
        }
        run = function(RUN_WITH_BINDING, FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, ADDRESS));
    }

    /** Runs one step. */
    void step(int token) {
        ids.set(JAVA_LONG, 0, token);
        try {
            check((MemorySegment) run.invokeExact(session, options, binding));
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    private void bind(int function, String name, MemorySegment tensor) throws Throwable {
        call(function, binding, arena.allocateFrom(name), tensor);
    }

    private MemorySegment tensor(MemorySegment data, int type, long... dims) throws Throwable {
        return made(
                CREATE_TENSOR,
                memory,
                data,
                data.byteSize(),
                arena.allocateFrom(JAVA_LONG, dims),
                (long) dims.length,
                type);
    }

    /** Calls a function whose last parameter receives a pointer. */
    private MemorySegment made(int index, Object... arguments) throws Throwable {
        MemorySegment out = arena.allocate(ADDRESS);
        Object[] all = java.util.Arrays.copyOf(arguments, arguments.length + 1);
        all[arguments.length] = out;
        call(index, all);
        return out.get(ADDRESS, 0);
    }

    private void call(int index, Object... arguments) throws Throwable {
        MemoryLayout[] types = new MemoryLayout[arguments.length];
        for (int i = 0; i < types.length; i++) {
            types[i] = switch (arguments[i]) {
                case Integer _ -> JAVA_INT;
                case Long _ -> JAVA_LONG;
                default -> ADDRESS;
            };
        }
        check((MemorySegment)
                function(index, FunctionDescriptor.of(ADDRESS, types)).invokeWithArguments(arguments));
    }

    @SuppressWarnings("restricted")
    private MethodHandle function(int index, FunctionDescriptor type) {
        return Linker.nativeLinker().downcallHandle(api.getAtIndex(ADDRESS, index), type);
    }

    @SuppressWarnings("restricted")
    private void check(MemorySegment status) throws Throwable {
        if (status.address() == 0) return;
        MemorySegment text = (MemorySegment) function(GET_ERROR_MESSAGE, FunctionDescriptor.of(ADDRESS, ADDRESS))
                .invokeExact(status);
        throw new IllegalStateException(text.reinterpret(4096).getString(0));
    }

    @Override
    public void close() {
        try {
            function(RELEASE_SESSION, FunctionDescriptor.ofVoid(ADDRESS)).invokeExact(session);
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
        arena.close();
    }
}
