package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
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

    private static volatile @Nullable OrtEnvironment instance;

    private final OrtApi api;
    private final MemorySegment environment;
    private final MemorySegment cpuMemory;
    private final MemorySegment allocator;
    private final Map<Class<?>, AtomicInteger> live = new ConcurrentHashMap<>();
    private final Map<String, Registration> registered = new TreeMap<>();

    private final AtomicBoolean sharesArena = new AtomicBoolean(); // ONNX Runtime would replace one without a word

    private @Nullable CustomOpCallbacks callbacks;

    private record Registration(EpSpec spec, List<EpDevice> devices) {}

    private OrtEnvironment(OrtApi api) {
        this.api = api;
        Telemetry.turnOff();
        DecodeAttention.preferFlash();
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

    /**
     * {@return what tells the library that {@link #get} opens from others, found without opening it: its file or jar, with size and
     * time of change; empty where that is not known before}
     */
    public static Optional<String> identity() {
        return OrtLibrary.identity();
    }

    private static synchronized OrtEnvironment open() {
        OrtEnvironment found = instance;
        if (found == null) {
            found = WideStack.call(() -> new OrtEnvironment(OrtApi.open()));
            instance = found;
        }
        return found;
    }

    /** {@return such as {@code 1.29.0}} */
    public String version() {
        return api.version();
    }

    /** {@return which library is in use} */
    public String origin() {
        return api.origin();
    }

    /** {@return the file of the library in use; empty where the system does not tell} */
    public Optional<Path> library() {
        return api.file();
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

    /** {@return what operators of our own are called through, made at first use} */
    synchronized CustomOpCallbacks callbacks() {
        CustomOpCallbacks made = callbacks;
        if (made == null) callbacks = made = new CustomOpCallbacks(api);
        return made;
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
