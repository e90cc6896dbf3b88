package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * ONNX Runtime in this process. There is one, because the native library has one, and it lives as long as the process; it is
 * shared with ai.onnxruntime where an application uses that too.
 */
public final class OrtEnvironment {
    // Errors come back as statuses and end as exceptions, so the native log repeats them only when it is fatal.
    private static final int LOG_FATAL = 4;
    private static final int DEVICE_ALLOCATOR = 0, DEFAULT_MEMORY = 0;
    private static final long LEAST_STACK = 4 << 20, STACK_PER_CHARACTER = 512, UNKNOWN_COMMAND_LINE = 64 << 10;

    private static volatile @Nullable OrtEnvironment instance;

    private final OrtApi api;
    private final MemorySegment environment;
    private final MemorySegment cpuMemory;
    private final MemorySegment allocator;
    private final Map<Class<?>, AtomicInteger> live = new ConcurrentHashMap<>();
    private final Map<String, Registration> registered = new TreeMap<>();

    private final AtomicBoolean sharesArena = new AtomicBoolean(); // ONNX Runtime would replace one without a word

    private record Registration(EpSpec spec, List<EpDevice> devices) {}

    private OrtEnvironment(OrtApi api) {
        this.api = api;
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment out = scratch.allocate(ADDRESS);
            api.call(OrtFunction.CREATE_ENV, LOG_FATAL, scratch.allocateFrom("agentopt"), out);
            environment = out.get(ADDRESS, 0);
            api.call(OrtFunction.DISABLE_TELEMETRY, environment);
            api.call(OrtFunction.CREATE_CPU_MEMORY, DEVICE_ALLOCATOR, DEFAULT_MEMORY, out);
            cpuMemory = out.get(ADDRESS, 0);
            api.call(OrtFunction.DEFAULT_ALLOCATOR, out);
            allocator = out.get(ADDRESS, 0);
        }
    }

    /**
     * {@return the environment, opened at first use}
     *
     * @throws OrtException if no usable ONNX Runtime is found; the next call tries again
     */
    public static OrtEnvironment get() {
        OrtEnvironment found = instance;
        return found != null ? found : open();
    }

    private static synchronized OrtEnvironment open() {
        OrtEnvironment found = instance;
        if (found == null) {
            found = onALargeStack(() -> new OrtEnvironment(OrtApi.open()));
            instance = found;
        }
        return found;
    }

    // ONNX Runtime 1.29 matches the process's command line by a recursive regular expression when its environment is
    // created: some 260 bytes of stack a character, so that 4,000 characters, which a class path soon has, overflow the
    // megabyte of a Java thread and end the process without a word.
    private static OrtEnvironment onALargeStack(Callable<OrtEnvironment> opening) {
        FutureTask<OrtEnvironment> task = new FutureTask<>(opening);
        Thread thread =
                new Thread(null, task, "agentopt-onnxruntime-start", LEAST_STACK + STACK_PER_CHARACTER * commandLine());
        thread.setDaemon(true);
        thread.start();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw OrtApi.unchecked(e.getCause() == null ? e : e.getCause());
                }
            }
        } finally {
            if (interrupted) Thread.currentThread().interrupt();
        }
    }

    /** {@return characters of the process's command line, where the system tells} */
    private static long commandLine() {
        try {
            return Files.readAllBytes(Path.of("/proc/self/cmdline")).length;
        } catch (IOException | RuntimeException e) {
            return UNKNOWN_COMMAND_LINE;
        }
    }

    /** {@return such as {@code 1.29.0}} */
    public String version() {
        return api.version();
    }

    /** {@return which library is in use} */
    public String origin() {
        return api.origin();
    }

    /**
     * Registers a provider's library; one that is registered already stays.
     *
     * @return the devices that it offers here; empty if it finds none
     * @throws OrtException if the library cannot be loaded or is no provider, with the loader's text
     */
    public synchronized List<EpDevice> register(EpSpec spec) {
        Registration known = registered.get(spec.name());
        if (known != null) {
            if (known.spec().equals(spec)) return known.devices();
            throw new IllegalStateException("The provider '" + spec.name() + "' is registered as " + known.spec()
                    + " and cannot be changed to " + spec + " in this process. Use another name.");
        }
        List<MemorySegment> before = epDevices();
        try (Arena scratch = Arena.ofConfined()) {
            api.call(
                    OrtFunction.REGISTER_PROVIDER,
                    environment,
                    scratch.allocateFrom(spec.name()),
                    OrtApi.path(scratch, spec.library()));
        } catch (OrtException e) {
            throw e.during("The provider '" + spec.name() + "' (" + spec.library() + ") could not be registered");
        }
        List<EpDevice> devices = epDevices().stream()
                .filter(d -> !before.contains(d))
                .map(d -> new EpDevice(api, d, spec.options()))
                .toList();
        registered.put(spec.name(), new Registration(spec, devices));
        return devices;
    }

    @SuppressWarnings("restricted")
    private List<MemorySegment> epDevices() {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment out = scratch.allocate(ADDRESS), n = scratch.allocate(JAVA_LONG);
            api.call(OrtFunction.GET_EP_DEVICES, environment, out, n);
            long count = n.get(JAVA_LONG, 0);
            List<MemorySegment> devices = new ArrayList<>();
            if (count == 0) return devices;
            MemorySegment array = out.get(ADDRESS, 0).reinterpret(count * ADDRESS.byteSize());
            for (long i = 0; i < count; i++) devices.add(array.getAtIndex(ADDRESS, i));
            return devices;
        }
    }

    /** {@return native objects that are open now, by kind; empty when everything was closed} */
    public Map<String, Integer> liveHandles() {
        Map<String, Integer> counts = new TreeMap<>();
        live.forEach((kind, n) -> {
            if (n.get() != 0) counts.put(kind.getSimpleName(), n.get());
        });
        return counts;
    }

    void count(Class<?> kind, int change) {
        live.computeIfAbsent(kind, k -> new AtomicInteger()).addAndGet(change);
    }

    AtomicBoolean sharesArena() {
        return sharesArena;
    }

    OrtApi api() {
        return api;
    }

    MemorySegment raw() {
        return environment;
    }

    MemorySegment cpuMemory() {
        return cpuMemory;
    }

    MemorySegment allocator() {
        return allocator;
    }
}
