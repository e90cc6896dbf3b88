package io.agentopt.mlir.gpu;

/** What the launchers call, under both names, with the number of arguments. */
enum DriverFunction {
    INIT("cuInit", "hipInit", 1),
    DEVICE_COUNT("cuDeviceGetCount", "hipGetDeviceCount", 1),
    DEVICE("cuDeviceGet", "hipDeviceGet", 2),
    DEVICE_NAME("cuDeviceGetName", "hipDeviceGetName", 3),
    DEVICE_MEMORY("cuDeviceTotalMem_v2", "hipDeviceTotalMem", 2),
    /** A number for each question in CUDA; a structure of everything in HIP. */
    DEVICE_PROPERTIES("cuDeviceGetAttribute", "hipGetDevicePropertiesR0600", 3, 2),
    DEVICE_BUS("cuDeviceGetPCIBusId", "hipDeviceGetPCIBusId", 3),
    RETAIN_CONTEXT("cuDevicePrimaryCtxRetain", "hipDevicePrimaryCtxRetain", 2),
    RELEASE_CONTEXT("cuDevicePrimaryCtxRelease_v2", "hipDevicePrimaryCtxRelease", 1),
    /** Takes a context in CUDA, a device number in HIP (whose contexts are deprecated). */
    MAKE_CURRENT("cuCtxSetCurrent", "hipSetDevice", 1),
    SYNCHRONIZE("cuCtxSynchronize", "hipDeviceSynchronize", 0),
    MEMORY_INFO("cuMemGetInfo_v2", "hipMemGetInfo", 2),
    ALLOCATE("cuMemAlloc_v2", "hipMalloc", 2),
    FREE("cuMemFree_v2", "hipFree", 1),
    ALLOCATE_PINNED("cuMemHostAlloc", "hipHostMalloc", 3),
    FREE_PINNED("cuMemFreeHost", "hipHostFree", 1),
    UPLOAD("cuMemcpyHtoD_v2", "hipMemcpyHtoD", 3),
    DOWNLOAD("cuMemcpyDtoH_v2", "hipMemcpyDtoH", 3),
    UPLOAD_ASYNC("cuMemcpyHtoDAsync_v2", "hipMemcpyHtoDAsync", 4),
    DOWNLOAD_ASYNC("cuMemcpyDtoHAsync_v2", "hipMemcpyDtoHAsync", 4),
    COPY_ASYNC("cuMemcpyDtoDAsync_v2", "hipMemcpyDtoDAsync", 4),
    FILL_ASYNC("cuMemsetD32Async", "hipMemsetD32Async", 4),
    /** A structure and a stream in CUDA; two addresses with pitches, width, height, kind and stream in HIP. */
    COPY_ROWS_ASYNC("cuMemcpy2DAsync_v2", "hipMemcpy2DAsync", 2, 8),
    /** A structure and a stream in CUDA; HIP's structure differs and is not used. */
    COPY_BOXES_ASYNC("cuMemcpy3DAsync_v2", "hipDrvMemcpy3DAsync", 2),
    /** Devices by number in both. */
    CAN_REACH_PEER("cuDeviceCanAccessPeer", "hipDeviceCanAccessPeer", 3),
    /** Takes the peer's context in CUDA, its number in HIP; so do both ends of the copy. */
    REACH_PEER("cuCtxEnablePeerAccess", "hipDeviceEnablePeerAccess", 2),
    COPY_PEER_ASYNC("cuMemcpyPeerAsync", "hipMemcpyPeerAsync", 6),
    STREAM_CREATE("cuStreamCreateWithPriority", "hipStreamCreateWithPriority", 3),
    STREAM_DESTROY("cuStreamDestroy_v2", "hipStreamDestroy", 1),
    STREAM_SYNCHRONIZE("cuStreamSynchronize", "hipStreamSynchronize", 1),
    STREAM_WAIT("cuStreamWaitEvent", "hipStreamWaitEvent", 3),
    EVENT_CREATE("cuEventCreate", "hipEventCreateWithFlags", 2),
    EVENT_DESTROY("cuEventDestroy_v2", "hipEventDestroy", 1),
    EVENT_RECORD("cuEventRecord", "hipEventRecord", 2),
    EVENT_SYNCHRONIZE("cuEventSynchronize", "hipEventSynchronize", 1),
    EVENT_ELAPSED("cuEventElapsedTime", "hipEventElapsedTime", 3),
    MODULE_LOAD("cuModuleLoadDataEx", "hipModuleLoadDataEx", 5),
    MODULE_UNLOAD("cuModuleUnload", "hipModuleUnload", 1),
    MODULE_FUNCTION("cuModuleGetFunction", "hipModuleGetFunction", 3),
    FUNCTION_ATTRIBUTE("cuFuncGetAttribute", "hipFuncGetAttribute", 3),
    LAUNCH("cuLaunchKernel", "hipModuleLaunchKernel", 11);

    private final String cuda;
    private final String hip;
    private final int cudaArguments;
    private final int hipArguments;

    DriverFunction(String cuda, String hip, int arguments) {
        this(cuda, hip, arguments, arguments);
    }

    DriverFunction(String cuda, String hip, int cudaArguments, int hipArguments) {
        this.cuda = cuda;
        this.hip = hip;
        this.cudaArguments = cudaArguments;
        this.hipArguments = hipArguments;
    }

    String name(GpuApi api) {
        return switch (api) {
            case CUDA -> cuda;
            case HIP -> hip;
        };
    }

    int arguments(GpuApi api) {
        return switch (api) {
            case CUDA -> cudaArguments;
            case HIP -> hipArguments;
        };
    }
}
