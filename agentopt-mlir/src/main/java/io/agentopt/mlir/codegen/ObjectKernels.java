package io.agentopt.mlir.codegen;

import io.agentopt.kernel.KernelCompiler;
import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.RowFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Kernels that were compiled elsewhere, in a process without the code generation library: their objects are linked in Java ({@link KernelObject}). It compiles
 * nothing.
 */
public final class ObjectKernels implements KernelCompiler {
    private final Map<KernelSpec, CpuCode> objects;
    private final List<LoadedObject> loaded = new ArrayList<>();

    /** @param objects which run on this processor, as {@link #runsHere} says, and are of this release: how operands cross is no part of an object */
    public ObjectKernels(Map<KernelSpec, CpuCode> objects) {
        this.objects = Map.copyOf(objects);
    }

    /**
     * {@return whether this machine's processor is known to have what code needs} False too where the code does not say all that it needs, which those say that
     * were compiled for the machine they were compiled on.
     *
     * @param features as {@link CpuTarget#needs} gives them
     */
    public static boolean runsHere(String features) {
        return List.of(features.split(",", -1)).contains("+64bit")
                && ProcessorFeatures.here().lacks(features).isEmpty()
                && System.getProperty("os.name").equals("Linux")
                && System.getProperty("os.arch").equals("amd64");
    }

    @Override
    public synchronized RowFunction compile(KernelDefinition definition, KernelSpec spec) {
        CpuCode object = objects.get(spec);
        if (object == null)
            throw new IllegalStateException("Kernel '" + spec + "' was not compiled before: there are "
                    + objects.keySet().stream()
                            .map(KernelSpec::toString)
                            .sorted()
                            .toList()
                    + ". Compile it into the plan, or put the code generation library on the class path.");
        LoadedObject code = LoadedObject.linkedInJava(object, CpuRowFunction.entryOf(definition));
        loaded.add(code);
        return CpuRowFunction.of(code, definition, spec);
    }

    @Override
    public synchronized void close() {
        loaded.forEach(LoadedObject::close);
        loaded.clear();
    }
}
