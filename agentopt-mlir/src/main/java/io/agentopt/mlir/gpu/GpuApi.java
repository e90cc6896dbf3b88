package io.agentopt.mlir.gpu;

/** The two driver interfaces. Their functions have the same shapes under different names. */
public enum GpuApi {
    /** NVIDIA's driver API, in libcuda.so.1. Kernels come as PTX text. */
    CUDA("libcuda.so.1", "NVIDIA"),
    /** AMD's HIP runtime, in libamdhip64.so. Kernels come as linked code objects. */
    HIP("libamdhip64.so", "AMD");

    private final String library;
    private final String vendor;

    GpuApi(String library, String vendor) {
        this.library = library;
        this.vendor = vendor;
    }

    /** {@return the file that the system loader looks for} */
    public String library() {
        return library;
    }

    /** {@return who makes the devices} */
    public String vendor() {
        return vendor;
    }
}
