package io.agentopt.runtime.dispatch;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.ElementType;
import io.agentopt.kernel.Kernel;
import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.Kernels;
import io.agentopt.kernel.Operand;
import io.agentopt.kernel.Operand.Access;
import io.agentopt.kernels.KernelCatalog;
import io.agentopt.message.Audio;
import io.agentopt.message.Embedding;
import io.agentopt.message.Tensor;
import io.agentopt.message.Tensors;
import io.agentopt.program.Step;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A kernel of the catalog as a step: tensors of the heap are copied into native memory, the kernel runs on the calling thread, and what it wrote is copied
 * out. An operand that it reads and writes is an input and an output. The sizes of outputs follow from the inputs and the specification.
 */
public final class KernelAction implements StepRunner.Action {
    private final String path;
    private final Kernel kernel;
    private final List<Operand> operands;
    private final List<Operand> inputs;
    private final List<Operand> outputs;

    private KernelAction(String path, Kernel kernel, List<Operand> operands) {
        this.path = path;
        this.kernel = kernel;
        this.operands = operands;
        this.inputs = operands.stream().filter(o -> o.access() != Access.WRITE).toList();
        this.outputs = operands.stream().filter(Operand::isWritten).toList();
    }

    /**
     * Binds a step.
     *
     * @throws IllegalArgumentException if there is no such kernel, its parameters do not fit, it takes another number of inputs, holds elements that tensors
     *     of graphs do not have, or the size of an output does not follow from its inputs
     */
    public static KernelAction of(Step.Kernel step, Kernels kernels) {
        KernelSpec spec;
        KernelDefinition definition;
        Kernel kernel;
        try {
            spec = KernelSpec.parse(step.kernel());
            kernel = kernels.of(spec);
            definition = KernelCatalog.all().stream()
                    .filter(d -> d.name().equals(spec.name()))
                    .findFirst()
                    .orElseThrow(
                            () -> new IllegalArgumentException("The catalog has no kernel '" + spec.name() + "'."));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("Node '" + step.path() + "' (kernel): " + e.getMessage(), e);
        }
        KernelAction action = new KernelAction(step.path(), kernel, definition.operands(spec));
        action.check(step.operands().size());
        return action;
    }

    /** {@return whether it gives {@link Tensors} and not a {@link Tensor}} */
    public boolean severalOutputs() {
        return outputs.size() > 1;
    }

    private void check(int given) {
        if (given != inputs.size()) {
            throw refused("takes " + inputs.size() + " inputs " + inputs + ", and the node gives it " + given
                    + ". Connect as many ports.");
        }
        Set<String> fixed = new HashSet<>(kernel.spec().parameters().keySet());
        inputs.forEach(in -> fixed.addAll(in.dimensions()));
        for (Operand o : operands) {
            if (o.type() == ElementType.F16)
                throw refused("has the operand " + o + ", and tensors of graphs hold f32, i32, i64 or i8. Specialise it"
                        + " for one of these.");
            for (String dimension : o.dimensions()) {
                if (!fixed.contains(dimension) && !Character.isDigit(dimension.charAt(0)))
                    throw refused("has the output " + o + ", whose size " + dimension
                            + " does not follow from its inputs. Call it from a function.");
            }
        }
    }

    @Override
    public Object run(List<Object> values, StepContext context) {
        Map<String, Long> sizes = new HashMap<>();
        kernel.spec().parameters().forEach((name, value) -> {
            if (value.matches("[0-9]{1,18}")) sizes.put(name, Long.valueOf(value));
        });
        Tensor[] given = new Tensor[inputs.size()];
        for (int i = 0; i < given.length; i++) given[i] = input(inputs.get(i), values.get(i), sizes);
        try (Arena arena = Arena.ofConfined()) {
            Buffer[] buffers = new Buffer[operands.size()];
            int next = 0;
            for (int i = 0; i < buffers.length; i++) {
                Operand o = operands.get(i);
                buffers[i] = o.access() == Access.WRITE ? output(arena, o, sizes) : copyIn(arena, given[next++]);
            }
            kernel.run(buffers);
            Map<String, Tensor> results = new LinkedHashMap<>();
            for (int i = 0; i < buffers.length; i++)
                if (operands.get(i).isWritten()) results.put(operands.get(i).name(), copyOut(buffers[i]));
            return severalOutputs()
                    ? new Tensors(results)
                    : results.values().iterator().next();
        }
    }

    private Tensor input(Operand operand, Object value, Map<String, Long> sizes) {
        Tensor tensor = tensor(value)
                .orElseThrow(() -> refused("takes a tensor, an embedding or sound as " + operand + ", and was given a "
                        + value.getClass().getName() + "."));
        int[] shape = tensor.shape();
        if (!elementType(tensor.type()).equals(operand.type()) || shape.length != operand.rank())
            throw refused("takes " + operand + ", and was given " + tensor + ".");
        for (int i = 0; i < shape.length; i++) {
            Long earlier = sizes.putIfAbsent(operand.dimensions().get(i), (long) shape[i]);
            if (earlier != null && earlier != shape[i])
                throw refused("takes " + operand + ", where "
                        + operand.dimensions().get(i) + " is " + earlier + ", and was given " + tensor + ".");
        }
        return tensor;
    }

    /** {@return a value as numbers; empty if it is none} */
    public static Optional<Tensor> tensor(Object value) {
        return switch (value) {
            case Tensor t -> Optional.of(t);
            case Embedding e -> Optional.of(Tensor.of(e.values()));
            case Audio a -> Optional.of(Tensor.of(a.samples()));
            default -> Optional.empty();
        };
    }

    private Buffer output(Arena arena, Operand o, Map<String, Long> sizes) {
        List<Long> shape = new ArrayList<>();
        double elements = 1;
        for (String dimension : o.dimensions()) {
            Long size = sizes.get(dimension);
            shape.add(size == null ? Long.parseLong(dimension) : size);
            elements *= shape.getLast();
        }
        if (elements * o.type().bytes() > Integer.MAX_VALUE)
            throw refused(
                    "would give " + o + " of sizes " + shape + ", more than a tensor holds. Give it smaller inputs.");
        return Buffer.allocate(
                arena, o.type(), shape.stream().mapToLong(Long::longValue).toArray());
    }

    private static Buffer copyIn(Arena arena, Tensor tensor) {
        long[] shape = Arrays.stream(tensor.shape()).asLongStream().toArray();
        Buffer buffer = Buffer.allocate(arena, elementType(tensor.type()), shape);
        MemorySegment to = buffer.segment();
        int n = tensor.elements();
        switch (tensor.type()) {
            case F32 -> MemorySegment.copy(tensor.floats(), 0, to, JAVA_FLOAT, 0, n);
            case I32 -> MemorySegment.copy(tensor.ints(), 0, to, JAVA_INT, 0, n);
            case I64 -> MemorySegment.copy(tensor.longs(), 0, to, JAVA_LONG, 0, n);
            case I8 -> MemorySegment.copy(tensor.bytes(), 0, to, JAVA_BYTE, 0, n);
        }
        return buffer;
    }

    private Tensor copyOut(Buffer buffer) {
        int[] shape = Arrays.stream(buffer.shape()).mapToInt(Math::toIntExact).toArray();
        MemorySegment from = buffer.segment();
        return switch (buffer.type()) {
            case F32 -> Tensor.of(from.toArray(JAVA_FLOAT), shape);
            case I32 -> Tensor.of(from.toArray(JAVA_INT), shape);
            case I64 -> Tensor.of(from.toArray(JAVA_LONG), shape);
            case I8 -> Tensor.of(from.toArray(JAVA_BYTE), shape);
            case F16 -> throw refused("has an output of f16.");
        };
    }

    private static ElementType elementType(Tensor.Type type) {
        return switch (type) {
            case F32 -> ElementType.F32;
            case I32 -> ElementType.I32;
            case I64 -> ElementType.I64;
            case I8 -> ElementType.I8;
        };
    }

    private IllegalArgumentException refused(String why) {
        return new IllegalArgumentException("The kernel '" + kernel.spec() + "' of node '" + path + "' " + why);
    }
}
