package io.agentopt.kernel;

import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kernels, each made once for each specification. A compiler works on one daemon thread in the background; a kernel runs its Java reference until its code
 * is there, and for good where there is no compiler. Usable by several threads.
 */
public final class Kernels implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Kernels.class);

    private final Map<String, KernelDefinition> definitions;
    private final Supplier<KernelCompiler> opener;
    private final Map<KernelSpec, Entry> kernels = new ConcurrentHashMap<>();
    private final ExecutorService background = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("agentopt-kernel-compiler").factory());
    private final AtomicReference<Opened> opened = new AtomicReference<>(new Opened.NotYet());

    /** The compiler, which is opened by the background thread when it is first needed. */
    private sealed interface Opened {
        record NotYet() implements Opened {}

        record Ready(KernelCompiler compiler) implements Opened {}

        record Failed(IllegalStateException reason) implements Opened {}
    }

    private record Entry(Kernel kernel, Future<?> compilation) {}

    private Kernels(Collection<KernelDefinition> definitions, Supplier<KernelCompiler> opener) {
        this.definitions =
                definitions.stream().collect(Collectors.toUnmodifiableMap(KernelDefinition::name, Function.identity()));
        this.opener = opener;
    }

    /**
     * {@return kernels that a compiler compiles}
     *
     * @param opener makes the compiler, in the background when the first kernel is asked for; an {@link IllegalStateException} says why there is none. The
     *     compiler is closed with these kernels.
     */
    public static Kernels compiledBy(Supplier<KernelCompiler> opener, Collection<KernelDefinition> definitions) {
        return new Kernels(definitions, opener);
    }

    /** {@return kernels that run their Java references} */
    public static Kernels references(Collection<KernelDefinition> definitions) {
        return new Kernels(definitions, () -> {
            throw new IllegalStateException("These kernels are the Java references.");
        });
    }

    /**
     * {@return the kernel, which runs at once: by its reference until it is compiled}
     *
     * @throws IllegalArgumentException when there is no such kernel or a parameter is missing, unknown or out of range
     * @throws IllegalStateException when these kernels are closed
     */
    public Kernel of(KernelSpec spec) {
        return entry(spec).kernel();
    }

    /**
     * {@return the kernel, compiled}
     *
     * @throws IllegalArgumentException as {@link #of}
     * @throws IllegalStateException with the reason as its cause, when there is no compiler or it failed; or when these kernels are closed
     */
    public Kernel compiled(KernelSpec spec) {
        Entry entry = entry(spec);
        try {
            entry.compilation().get();
        } catch (ExecutionException failed) {
            Throwable cause = Objects.requireNonNullElse(failed.getCause(), failed);
            throw new IllegalStateException("Kernel '" + spec + "' cannot be compiled. " + cause.getMessage(), cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("The wait for kernel '" + spec + "' was interrupted.", e);
        }
        return entry.kernel();
    }

    private Entry entry(KernelSpec spec) {
        if (background.isShutdown()) throw closed(spec, null);
        return kernels.computeIfAbsent(spec, s -> {
            KernelDefinition definition = definitions.get(s.name());
            if (definition == null) {
                throw new IllegalArgumentException("There is no kernel '" + s.name() + "'. There are "
                        + definitions.keySet().stream().sorted().toList() + ".");
            }
            definition.check(s);
            Kernel kernel = new Kernel(definition, s);
            try {
                return new Entry(kernel, background.submit(() -> compile(definition, kernel)));
            } catch (RejectedExecutionException e) {
                throw closed(s, e);
            }
        });
    }

    private static IllegalStateException closed(KernelSpec spec, @Nullable Throwable cause) {
        return new IllegalStateException("Kernel '" + spec + "' was asked for after its kernels were closed.", cause);
    }

    private void compile(KernelDefinition definition, Kernel kernel) {
        KernelCompiler compiler = compiler();
        try {
            kernel.useCompiled(compiler.compile(definition, kernel.spec()));
        } catch (RuntimeException failed) {
            LOG.warn(
                    "Kernel '{}' stays with its Java reference, which is slower: it cannot be compiled.",
                    kernel.spec(),
                    failed);
            throw failed;
        }
    }

    /** On the background thread alone. */
    private KernelCompiler compiler() {
        if (opened.get() instanceof Opened.NotYet) {
            try {
                opened.set(new Opened.Ready(opener.get()));
            } catch (IllegalStateException reason) {
                LOG.info("Kernels run in plain Java. {}", reason.getMessage());
                opened.set(new Opened.Failed(reason));
            }
        }
        return switch (opened.get()) {
            case Opened.Ready(KernelCompiler compiler) -> compiler;
            case Opened.Failed(IllegalStateException reason) -> throw reason;
            case Opened.NotYet _ -> throw new IllegalStateException("The compiler was not opened.");
        };
    }

    /**
     * Ends compilation and frees compiled code; kernels that are still held go on with their references.
     *
     * @throws IllegalStateException when a kernel is running on another thread
     */
    @Override
    public void close() {
        background.close();
        kernels.values().forEach(e -> e.kernel().useReference());
        if (opened.get() instanceof Opened.Ready(KernelCompiler compiler)) compiler.close();
    }
}
