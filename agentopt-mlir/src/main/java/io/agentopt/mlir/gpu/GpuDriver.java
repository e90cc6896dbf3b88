package io.agentopt.mlir.gpu;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A GPU driver that is there and started. It stays open for the life of the process. */
public final class GpuDriver {
    private static final int NO_DEVICE = 100; // CUDA_ERROR_NO_DEVICE and hipErrorNoDevice
    private static final int NAME_BYTES = 256;

    private final DriverLibrary library;

    private GpuDriver(DriverLibrary library) {
        this.library = library;
    }

    /** What came of opening a driver. */
    public sealed interface Outcome permits Opened, Absent {}

    /** The driver works. */
    public record Opened(GpuDriver driver) implements Outcome {}

    /** There is no driver, or it did not start; the reason says which. */
    public record Absent(String reason) implements Outcome {}

    /** {@return the driver of this machine, found where the system loader looks} */
    @SuppressWarnings("restricted")
    public static Outcome open(GpuApi api) {
        try {
            return started(api, SymbolLookup.libraryLookup(api.library(), Arena.global()));
        } catch (IllegalArgumentException e) {
            return new Absent("There is no " + api.vendor() + " driver: " + e.getMessage() + ".");
        }
    }

    /** {@return the driver in a file} */
    @SuppressWarnings("restricted")
    public static Outcome open(GpuApi api, Path file) {
        try {
            return started(api, SymbolLookup.libraryLookup(file, Arena.global()));
        } catch (IllegalArgumentException e) {
            return new Absent(
                    "The " + api.vendor() + " driver '" + file + "' cannot be loaded: " + e.getMessage() + ".");
        }
    }

    private static Outcome started(GpuApi api, SymbolLookup symbols) {
        DriverLibrary library = new DriverLibrary(api, symbols);
        if (!library.has(DriverFunction.INIT)) {
            return new Absent("The library is no " + api.vendor() + " driver: it has no function "
                    + DriverFunction.INIT.name(api) + ".");
        }
        int error = library.call(DriverFunction.INIT, 0);
        // No device is an answer of a working driver: the list is empty.
        if (error != 0 && error != NO_DEVICE) {
            return new Absent("The " + api.vendor() + " driver failed to start: " + library.describe(error) + ".");
        }
        return new Opened(new GpuDriver(library));
    }

    /** {@return which interface it is} */
    public GpuApi api() {
        return library.api();
    }

    /**
     * {@return its devices, in the driver's order}
     *
     * @throws GpuException when the driver fails to list them
     */
    public List<GpuDevice> devices() {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment number = scratch.allocate(JAVA_INT);
            int error = library.call(DriverFunction.DEVICE_COUNT, number.address());
            if (error == NO_DEVICE) return List.of();
            check(DriverFunction.DEVICE_COUNT, error, "counting devices");
            int count = number.get(JAVA_INT, 0);
            List<GpuDevice> devices = new ArrayList<>();
            for (int i = 0; i < count; i++) devices.add(device(i, scratch));
            return List.copyOf(devices);
        }
    }

    /**
     * {@return a context on a device, to be closed by the caller}
     *
     * @param number of the device
     * @throws IllegalArgumentException when there is no such device
     * @throws GpuException when the driver refuses
     */
    public GpuContext context(int number) {
        List<GpuDevice> devices = devices();
        if (number < 0 || number >= devices.size()) {
            throw new IllegalArgumentException("There is no device " + number + ": the " + api().vendor()
                    + " driver lists " + (devices.isEmpty() ? "none." : devices + "."));
        }
        return GpuContext.on(library, devices.get(number));
    }

    private GpuDevice device(int number, Arena scratch) {
        MemorySegment device = scratch.allocate(JAVA_INT), bytes = scratch.allocate(JAVA_LONG);
        MemorySegment name = scratch.allocate(NAME_BYTES);
        String attempted = "reading about device " + number;
        check(DriverFunction.DEVICE, library.call(DriverFunction.DEVICE, device.address(), number), attempted);
        int handle = device.get(JAVA_INT, 0);
        check(
                DriverFunction.DEVICE_NAME,
                library.call(DriverFunction.DEVICE_NAME, name.address(), NAME_BYTES - 1, handle),
                attempted);
        check(
                DriverFunction.DEVICE_MEMORY,
                library.call(DriverFunction.DEVICE_MEMORY, bytes.address(), handle),
                attempted);
        String architecture = Architecture.of(library, handle, number);
        return new GpuDevice(
                api(),
                number,
                name.getString(0),
                bytes.get(JAVA_LONG, 0),
                architecture,
                DeviceAttributes.of(library, handle));
    }

    private void check(DriverFunction function, int error, String attempted) {
        if (error != 0) throw GpuException.of(library, function, error, attempted, "");
    }
}
