package io.agentopt.runtime.device;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.ArrayList;
import java.util.List;

/** Asks a GPU driver what it has. */
final class GpuDriver {
    private static final int NO_DEVICE = 100; // CUDA_ERROR_NO_DEVICE and hipErrorNoDevice
    private static final int NAME_BYTES = 256;

    /** What the driver says. */
    sealed interface Answer permits Found, Stopped {}

    record Found(List<Gpu> gpus) implements Answer {}

    record Stopped(Rung rung, String reason) implements Answer {}

    record Gpu(int number, String name, long memoryBytes) {}

    private final GpuFamily family;

    GpuDriver(GpuFamily family) {
        this.family = family;
    }

    Answer ask() {
        return switch (Loader.open(family.driverLibrary())) {
            case Loader.Failed f -> new Stopped(f.rung(), "The " + family.vendor() + " driver: " + f.reason());
            case Loader.Open o -> list(o.symbols());
        };
    }

    private Answer list(SymbolLookup driver) {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment number = scratch.allocate(JAVA_INT),
                    bytes = scratch.allocate(JAVA_LONG),
                    text = scratch.allocate(NAME_BYTES);
            int error = call(driver, family.prefix() + "Init", 0);
            if (error == 0) error = call(driver, count(), number);
            int gpus = number.get(JAVA_INT, 0);
            if (error == NO_DEVICE || (error == 0 && gpus == 0)) {
                return new Stopped(Rung.NO_DEVICE, "The " + family.vendor() + " driver finds no device.");
            }
            if (error != 0)
                return new Stopped(
                        Rung.INIT_FAILED, "The " + family.vendor() + " driver failed to start: error " + error + ".");
            List<Gpu> found = new ArrayList<>();
            for (int i = 0; i < gpus; i++) {
                if (call(driver, family.prefix() + "DeviceGet", number, i) != 0) continue;
                int device = number.get(JAVA_INT, 0);
                text.fill((byte) 0);
                bytes.set(JAVA_LONG, 0, 0);
                call(driver, family.prefix() + "DeviceGetName", text, NAME_BYTES, device);
                call(driver, family.totalMemory(), bytes, device);
                found.add(new Gpu(i, text.getString(0), bytes.get(JAVA_LONG, 0)));
            }
            return new Found(found);
        }
    }

    private String count() {
        return family.prefix().equals("cu") ? "cuDeviceGetCount" : family.prefix() + "GetDeviceCount";
    }

    @SuppressWarnings("restricted")
    private static int call(SymbolLookup driver, String function, Object... arguments) {
        MemorySegment symbol = driver.find(function)
                .orElseThrow(() -> new IllegalStateException("The driver has no function " + function + "."));
        MemoryLayout[] layouts = new MemoryLayout[arguments.length];
        for (int i = 0; i < layouts.length; i++) layouts[i] = arguments[i] instanceof Integer ? JAVA_INT : ADDRESS;
        try {
            return (int) Linker.nativeLinker()
                    .downcallHandle(symbol, FunctionDescriptor.of(JAVA_INT, layouts))
                    .invokeWithArguments(arguments);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }
}
