package io.agentopt.mlir.gpu;

import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.Operand;
import io.agentopt.kernel.OperandShapes;
import io.agentopt.mlir.codegen.GpuCode;
import io.agentopt.mlir.codegen.GpuKernelCompiler;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A kernel over rows, loaded on a device. Usable by several threads. */
public final class GpuKernel implements AutoCloseable {
    private final KernelSpec spec;
    private final OperandShapes shapes;
    private final GpuCode code;
    private final GpuModule module;
    private final GpuFunction function;

    private GpuKernel(
            KernelDefinition definition, KernelSpec spec, GpuCode code, GpuModule module, GpuFunction function) {
        this.spec = spec;
        this.shapes = new OperandShapes(definition, spec);
        this.code = code;
        this.module = module;
        this.function = function;
    }

    /**
     * {@return the kernel, from the cache or the compiler}
     *
     * @param compiler for the device's chip, or for an older one of NVIDIA's
     * @throws IllegalArgumentException when a parameter is missing, unknown or out of range
     * @throws io.agentopt.mlir.ir.MlirException when the kernel cannot be lowered for a GPU
     * @throws IllegalStateException when the code generation library is unavailable
     * @throws GpuException when the driver does not take the code
     */
    public static GpuKernel compile(
            KernelDefinition definition, KernelSpec spec, GpuKernelCompiler compiler, GpuContext context) {
        return load(definition, spec, compiler.code(definition, spec), context);
    }

    /**
     * {@return the kernel, of code compiled before; needs no code generation library}
     *
     * @throws IllegalArgumentException when a parameter is missing, unknown or out of range, or the code is for another vendor's GPUs
     * @throws GpuException when the driver does not take the code, or the code has no such kernel
     */
    public static GpuKernel load(KernelDefinition definition, KernelSpec spec, GpuCode code, GpuContext context) {
        definition.check(spec);
        GpuModule module = context.load(code);
        try {
            return new GpuKernel(definition, spec, code, module, module.function("agentopt_" + definition.name()));
        } catch (RuntimeException e) {
            module.close();
            throw e;
        }
    }

    /** {@return which kernel} */
    public KernelSpec spec() {
        return spec;
    }

    /** {@return the function that it is on the device} */
    public GpuFunction function() {
        return function;
    }

    /**
     * Starts the kernel on all rows. It has read and written its buffers once the stream has been waited for.
     *
     * <p>Types and shapes are checked, values are not: they are in the device's memory. Kernels keep indices in range, so a wrong one reads or writes
     * another place of the same buffer (of an empty one: no place, which the driver reports); a table that names a page twice leaves a mixture of both
     * contents in it. Callers that have the values on the host check them with {@link KernelDefinition#checkValues} before they upload them.
     *
     * @throws IllegalArgumentException when number, types or shapes of the buffers do not fit, one is written and overlaps another, or one belongs to
     *     another context
     * @throws IllegalStateException when a memory, the stream or this kernel is closed
     * @throws GpuException when the driver refuses the launch
     */
    public void launch(GpuStream stream, DeviceBuffer... buffers) {
        bind(buffers).launch(stream);
    }

    /** {@return a launch on these buffers, checked and laid out once for any number of times; throws as {@link #launch}} */
    public Bound bind(DeviceBuffer... buffers) {
        long rows = shapes.rows(Arrays.asList(buffers));
        List<Operand> operands = shapes.operands();
        for (int i = 0; i < buffers.length; i++) {
            if (operands.get(i).isWritten()) checkAlone(i, buffers);
        }
        List<Argument> arguments = new ArrayList<>(List.of(new Argument.Index(0), new Argument.Index(rows)));
        for (DeviceBuffer buffer : buffers) arguments.add(buffer.argument());
        return new Bound(rows, Arguments.of(arguments.toArray(Argument[]::new)));
    }

    /** A kernel with its buffers. */
    public final class Bound {
        private final long rows;
        private final Arguments arguments;

        private Bound(long rows, Arguments arguments) {
            this.rows = rows;
            this.arguments = arguments;
        }

        /** Starts it; throws as {@link GpuKernel#launch}. */
        public void launch(GpuStream stream) {
            if (rows == 0) return;
            stream.launch(function, new LaunchShape(code.blocks(rows), code.threads(), 0), arguments);
        }
    }

    private void checkAlone(int written, DeviceBuffer... buffers) {
        for (int i = 0; i < buffers.length; i++) {
            if (i != written && buffers[written].overlaps(buffers[i])) throw shapes.overlap(written, i);
        }
    }

    /** Unloads the code. */
    @Override
    public void close() {
        module.close();
    }

    @Override
    public String toString() {
        return "Kernel " + spec + " on " + module.context().device();
    }
}
