package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What ONNX Runtime calls of a custom operator: one set of functions for all operators, which the address of the structure tells apart. They live as long as
 * the environment. Nothing thrown may leave them, as that would end the process: it becomes a status with the message.
 */
@SuppressWarnings({"UnusedMethod", "UnusedVariable"
}) // the functions are found by name and take what ONNX Runtime gives
final class CustomOpCallbacks {
    /** Of the structure's members: the first without those that came later and are not set, so they are not read. */
    private static final int VERSION = 17;

    private static final int MEMBERS = 25, FAILED = 1;
    private static final int NAME = 1, PROVIDER = 2, INPUT_TYPE = 3, INPUT_COUNT = 4, OUTPUT_TYPE = 5, OUTPUT_COUNT = 6;
    private static final int DESTROY = 8, INPUT_KIND = 9, OUTPUT_KIND = 10, INPUT_MEMORY = 11;
    private static final int CREATE = 16, COMPUTE = 17, INFER_SHAPE = 18;
    private static final MemorySegment NO_MESSAGE = Arena.global().allocateFrom("A custom operator failed.");

    private final OrtApi api;
    private final MethodHandle createStatus;
    private final MethodHandle getOutput;
    private final MemorySegment[] functions = new MemorySegment[MEMBERS];
    private final Map<Long, Registered> operators = new ConcurrentHashMap<>(); // by address of their structures

    private record Registered(CustomOp op, MemorySegment name, MemorySegment provider) {}

    CustomOpCallbacks(OrtApi api) {
        this.api = api;
        Arrays.fill(functions, MemorySegment.NULL);
        createStatus = api.handle(OrtFunction.CREATE_STATUS);
        getOutput = api.handle(OrtFunction.CONTEXT_OUTPUT);
        FunctionDescriptor text = FunctionDescriptor.of(ADDRESS, ADDRESS);
        FunctionDescriptor count = FunctionDescriptor.of(JAVA_LONG, ADDRESS);
        FunctionDescriptor property = FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG);
        FunctionDescriptor status = FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS);
        functions[NAME] = stub("name", text);
        functions[PROVIDER] = stub("provider", text);
        functions[INPUT_COUNT] = stub("inputCount", count);
        functions[OUTPUT_COUNT] = stub("outputCount", count);
        functions[INPUT_TYPE] = functions[OUTPUT_TYPE] = stub("type", property);
        functions[INPUT_KIND] = functions[OUTPUT_KIND] = functions[INPUT_MEMORY] = stub("ordinary", property);
        functions[CREATE] = stub("create", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS));
        functions[COMPUTE] = stub("compute", status);
        functions[DESTROY] = stub("destroy", FunctionDescriptor.ofVoid(ADDRESS));
        functions[INFER_SHAPE] = stub("inferShape", status);
    }

    @SuppressWarnings("restricted")
    private MemorySegment stub(String method, FunctionDescriptor descriptor) {
        try {
            MethodHandle target = MethodHandles.lookup().bind(this, method, descriptor.toMethodType());
            return Linker.nativeLinker().upcallStub(target, descriptor, Arena.global());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** {@return the structure of an operator, which is called until {@link #forget}} */
    MemorySegment register(CustomOp op, Arena arena) {
        MemorySegment structure = arena.allocate(MemoryLayout.sequenceLayout(1 + MEMBERS, ADDRESS));
        structure.set(JAVA_INT, 0, VERSION);
        for (int i = 0; i < MEMBERS; i++) structure.setAtIndex(ADDRESS, 1 + i, functions[i]);
        MemorySegment name = arena.allocateFrom(op.name()), provider = arena.allocateFrom(op.provider());
        operators.put(structure.address(), new Registered(op, name, provider));
        return structure;
    }

    void forget(MemorySegment structure) {
        operators.remove(structure.address());
    }

    private Registered registered(MemorySegment structure) {
        return Objects.requireNonNull(operators.get(structure.address()), "a custom operator that was released");
    }

    private MemorySegment name(MemorySegment structure) {
        return registered(structure).name();
    }

    private MemorySegment provider(MemorySegment structure) {
        return registered(structure).provider();
    }

    private long inputCount(MemorySegment structure) {
        return registered(structure).op().inputs();
    }

    private long outputCount(MemorySegment structure) {
        return 1;
    }

    private int type(MemorySegment structure, long index) {
        return registered(structure).op().type().onnx();
    }

    /** Inputs and outputs are there, not optional, and in the provider's own memory. */
    private int ordinary(MemorySegment structure, long index) {
        return 0;
    }

    @SuppressWarnings("restricted")
    private MemorySegment create(MemorySegment structure, MemorySegment table, MemorySegment info, MemorySegment out) {
        try {
            registered(structure).op().prepare();
            out.reinterpret(ADDRESS.byteSize()).set(ADDRESS, 0, structure); // nodes have no state of their own
            return MemorySegment.NULL;
        } catch (Throwable t) {
            return status(t);
        }
    }

    private void destroy(MemorySegment kernel) {}

    private MemorySegment compute(MemorySegment kernel, MemorySegment context) {
        try (Arena scratch = Arena.ofConfined()) {
            CustomOp op = registered(kernel).op();
            MemorySegment out = scratch.allocate(ADDRESS);
            List<CustomOp.Operand> inputs = new ArrayList<>();
            for (int i = 0; i < op.inputs(); i++) {
                api.call(OrtFunction.CONTEXT_INPUT, context, (long) i, out);
                inputs.add(operand(scratch, out.get(ADDRESS, 0)));
            }
            long[] shape = op.shape(inputs.stream().map(CustomOp.Operand::shape).toList());
            api.check((MemorySegment) getOutput.invokeExact(
                    context, 0L, scratch.allocateFrom(JAVA_LONG, shape), (long) shape.length, out));
            MemorySegment result = out.get(ADDRESS, 0);
            api.call(OrtFunction.GET_DATA, result, out);
            CustomOp.Operand output = new CustomOp.Operand(out.get(ADDRESS, 0).address(), shape);
            api.call(OrtFunction.CONTEXT_STREAM, context, out);
            op.compute(inputs, output, out.get(ADDRESS, 0).address());
            return MemorySegment.NULL;
        } catch (Throwable t) {
            return status(t);
        }
    }

    private CustomOp.Operand operand(Arena scratch, MemorySegment value) {
        MemorySegment out = scratch.allocate(ADDRESS);
        api.call(OrtFunction.GET_TYPE_AND_SHAPE, value, out);
        MemorySegment info = out.get(ADDRESS, 0);
        try {
            long[] shape = TypeAndShape.of(api, info, TypeAndShape.room(scratch), "The operand")
                    .shape();
            api.call(OrtFunction.GET_DATA, value, out);
            return new CustomOp.Operand(out.get(ADDRESS, 0).address(), shape);
        } finally {
            api.release(OrtFunction.RELEASE_TYPE_AND_SHAPE, info);
        }
    }

    /** Tells the output's shape where the inputs tell theirs; nobody reads the status, so a failure means that it is not known. */
    private MemorySegment inferShape(MemorySegment structure, MemorySegment context) {
        try (Arena scratch = Arena.ofConfined()) {
            CustomOpShape.infer(api, scratch, context, registered(structure).op());
        } catch (Throwable unknown) {
            // the run says what is wrong with the inputs
        }
        return MemorySegment.NULL;
    }

    private MemorySegment status(Throwable t) {
        try (Arena scratch = Arena.ofConfined()) {
            String message = t.getMessage() == null ? t.toString() : t.getMessage();
            return (MemorySegment) createStatus.invokeExact(FAILED, scratch.allocateFrom(message));
        } catch (Throwable again) {
            return withoutMessage();
        }
    }

    private MemorySegment withoutMessage() {
        try {
            return (MemorySegment) createStatus.invokeExact(FAILED, NO_MESSAGE);
        } catch (Throwable hopeless) {
            return MemorySegment.NULL;
        }
    }
}
