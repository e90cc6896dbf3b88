package io.agentopt.kernel;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The kernels of a process, each made once for each specification. */
public final class Kernels {
    private final Map<String, KernelDefinition> definitions;
    private final Map<KernelSpec, Kernel> kernels = new ConcurrentHashMap<>();

    private Kernels(Collection<KernelDefinition> definitions) {
        this.definitions =
                definitions.stream().collect(Collectors.toUnmodifiableMap(KernelDefinition::name, Function.identity()));
    }

    /** {@return kernels that run their Java references} */
    public static Kernels references(Collection<KernelDefinition> definitions) {
        return new Kernels(definitions);
    }

    /**
     * {@return the kernel, ready to run}
     *
     * @throws IllegalArgumentException when there is no such kernel or a parameter is missing, unknown or out of range
     */
    public Kernel of(KernelSpec spec) {
        return kernels.computeIfAbsent(spec, s -> {
            KernelDefinition definition = definitions.get(s.name());
            if (definition == null)
                throw new IllegalArgumentException("There is no kernel '" + s.name() + "'. There are "
                        + definitions.keySet().stream().sorted().toList() + ".");
            definition.check(s);
            return new Kernel(definition, s);
        });
    }
}
