package io.agentopt.mlir.gpu;

/** A GPU driver refused or failed. The message holds the driver's name and text of the error, what was attempted, and the way out where there is one. */
public final class GpuException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final GpuApi api;
    private final int error;

    GpuException(GpuApi api, int error, String message) {
        super(message);
        this.api = api;
        this.error = error;
    }

    static GpuException of(DriverLibrary driver, DriverFunction function, int error, String attempted, String detail) {
        GpuApi api = driver.api();
        return new GpuException(
                api,
                error,
                function.name(api) + " failed with " + driver.describe(error) + " while " + attempted + "." + detail
                        + wayOut(error));
    }

    /** {@return whose error number it is} */
    public GpuApi api() {
        return api;
    }

    /** {@return the driver's error number} */
    public int error() {
        return error;
    }

    /** {@return whether the device does nothing more for this process: every later call fails as this one} */
    public boolean isDeviceLost() {
        return switch (error) {
            case 46, 214, 220, 700, 702, 709, 710, 714, 715, 716, 717, 718, 719 -> true;
            default -> false;
        };
    }

    // The numbers here mean the same in both drivers.
    private static String wayOut(int error) {
        return switch (error) {
            case 2 -> " Close device memory that is no longer needed, or ask for less.";
            case 101 -> " List what is there with GpuDriver.devices().";
            case 200, 209 -> " The code was made for another chip: compile it for this device.";
            case 218, 222 ->
                " The driver does not read this code: update the driver, or compile for an older PTX version.";
            case 500 -> " The module holds no kernel of this name.";
            case 700, 709, 719 -> " The device is unusable for this process from here on: start a new process.";
            case 701 -> " Use fewer threads a block.";
            default -> "";
        };
    }
}
