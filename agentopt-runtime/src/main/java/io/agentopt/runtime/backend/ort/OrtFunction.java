package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;

/**
 * The functions of ONNX Runtime's C interface that are used here: name, place in the table of function pointers, types.
 *
 * <p>The table only grows at its end, so a place is stable once released; a test compares them with the published order.
 * Types are one letter each: p pointer, i int, l long (size_t, int64_t), v nothing. The result is p where the
 * function reports a status.
 */
enum OrtFunction {
    CREATE_STATUS("CreateStatus", 0, 'p', "ip"),
    GET_ERROR_CODE("GetErrorCode", 1, 'i', "p"),
    GET_ERROR_MESSAGE("GetErrorMessage", 2, 'p', "p"),
    CREATE_ENV("CreateEnv", 3, 'p', "ipp"),
    DISABLE_TELEMETRY("DisableTelemetryEvents", 6, 'p', "p"),
    CREATE_SESSION("CreateSession", 7, 'p', "pppp"),
    CREATE_SESSION_FROM_ARRAY("CreateSessionFromArray", 8, 'p', "pplpp"),
    RUN("Run", 9, 'p', "pppplplp"),
    CREATE_SESSION_OPTIONS("CreateSessionOptions", 10, 'p', "p"),
    ENABLE_PROFILING("EnableProfiling", 14, 'p', "pp"),
    DISABLE_MEMORY_PATTERN("DisableMemPattern", 17, 'p', "p"),
    DISABLE_CPU_ARENA("DisableCpuMemArena", 19, 'p', "p"),
    SET_OPTIMIZATION("SetSessionGraphOptimizationLevel", 23, 'p', "pi"),
    SET_INTRA_OP_THREADS("SetIntraOpNumThreads", 24, 'p', "pi"),
    SET_INTER_OP_THREADS("SetInterOpNumThreads", 25, 'p', "pi"),
    INPUT_COUNT("SessionGetInputCount", 30, 'p', "pp"),
    OUTPUT_COUNT("SessionGetOutputCount", 31, 'p', "pp"),
    INPUT_TYPE("SessionGetInputTypeInfo", 33, 'p', "plp"),
    OUTPUT_TYPE("SessionGetOutputTypeInfo", 34, 'p', "plp"),
    INPUT_NAME("SessionGetInputName", 36, 'p', "plpp"),
    OUTPUT_NAME("SessionGetOutputName", 37, 'p', "plpp"),
    CREATE_DOMAIN("CreateCustomOpDomain", 26, 'p', "pp"),
    DOMAIN_ADD("CustomOpDomain_Add", 27, 'p', "pp"),
    ADD_DOMAIN("AddCustomOpDomain", 28, 'p', "pp"),
    CREATE_RUN_OPTIONS("CreateRunOptions", 39, 'p', "p"),
    SET_TERMINATE("RunOptionsSetTerminate", 46, 'p', "p"),
    UNSET_TERMINATE("RunOptionsUnsetTerminate", 47, 'p', "p"),
    CREATE_TENSOR_IN("CreateTensorAsOrtValue", 48, 'p', "pplip"),
    CREATE_TENSOR("CreateTensorWithDataAsOrtValue", 49, 'p', "pplplip"),
    IS_TENSOR("IsTensor", 50, 'p', "pp"),
    GET_DATA("GetTensorMutableData", 51, 'p', "pp"),
    CAST_TO_TENSOR_TYPE("CastTypeInfoToTensorInfo", 55, 'p', "pp"),
    CREATE_TYPE_AND_SHAPE("CreateTensorTypeAndShapeInfo", 57, 'p', "p"),
    SET_ELEMENT_TYPE("SetTensorElementType", 58, 'p', "pi"),
    SET_DIMENSIONS("SetDimensions", 59, 'p', "ppl"),
    GET_ELEMENT_TYPE("GetTensorElementType", 60, 'p', "pp"),
    GET_RANK("GetDimensionsCount", 61, 'p', "pp"),
    GET_DIMENSIONS("GetDimensions", 62, 'p', "ppl"),
    GET_SYMBOLS("GetSymbolicDimensions", 63, 'p', "ppl"),
    GET_TYPE_AND_SHAPE("GetTensorTypeAndShape", 65, 'p', "pp"),
    CREATE_MEMORY_NAMED("CreateMemoryInfo", 68, 'p', "piiip"),
    CREATE_CPU_MEMORY("CreateCpuMemoryInfo", 69, 'p', "iip"),
    MEMORY_NAME("MemoryInfoGetName", 71, 'p', "pp"),
    MEMORY_ID("MemoryInfoGetId", 72, 'p', "pp"),
    ALLOCATOR_FREE("AllocatorFree", 76, 'p', "pp"),
    DEFAULT_ALLOCATOR("GetAllocatorWithDefaultOptions", 78, 'p', "p"),
    CONTEXT_INPUT("KernelContext_GetInput", 90, 'p', "plp"),
    CONTEXT_OUTPUT("KernelContext_GetOutput", 91, 'p', "plplp"),
    RELEASE_STATUS("ReleaseStatus", 93, 'v', "p"),
    RELEASE_MEMORY("ReleaseMemoryInfo", 94, 'v', "p"),
    RELEASE_SESSION("ReleaseSession", 95, 'v', "p"),
    RELEASE_VALUE("ReleaseValue", 96, 'v', "p"),
    RELEASE_RUN_OPTIONS("ReleaseRunOptions", 97, 'v', "p"),
    RELEASE_TYPE("ReleaseTypeInfo", 98, 'v', "p"),
    RELEASE_TYPE_AND_SHAPE("ReleaseTensorTypeAndShapeInfo", 99, 'v', "p"),
    RELEASE_SESSION_OPTIONS("ReleaseSessionOptions", 100, 'v', "p"),
    RELEASE_DOMAIN("ReleaseCustomOpDomain", 101, 'v', "p"),
    END_PROFILING("SessionEndProfiling", 110, 'p', "ppp"),
    AVAILABLE_PROVIDERS("GetAvailableProviders", 125, 'p', "pp"),
    RELEASE_AVAILABLE_PROVIDERS("ReleaseAvailableProviders", 126, 'p', "pi"),
    ADD_SESSION_CONFIG("AddSessionConfigEntry", 130, 'p', "ppp"),
    CREATE_ALLOCATOR("CreateAllocator", 131, 'p', "ppp"),
    RELEASE_ALLOCATOR("ReleaseAllocator", 132, 'v', "p"),
    RUN_WITH_BINDING("RunWithBinding", 133, 'p', "ppp"),
    CREATE_BINDING("CreateIoBinding", 134, 'p', "pp"),
    RELEASE_BINDING("ReleaseIoBinding", 135, 'v', "p"),
    BIND_INPUT("BindInput", 136, 'p', "ppp"),
    BIND_OUTPUT("BindOutput", 137, 'p', "ppp"),
    BIND_OUTPUT_TO_MEMORY("BindOutputToDevice", 138, 'p', "ppp"),
    BOUND_OUTPUT_NAMES("GetBoundOutputNames", 139, 'p', "ppppp"),
    BOUND_OUTPUT_VALUES("GetBoundOutputValues", 140, 'p', "pppp"),
    REGISTER_ARENA("CreateAndRegisterAllocator", 144, 'p', "ppp"),
    ADD_INITIALIZER("AddInitializer", 150, 'p', "ppp"),
    RELEASE_ARENA_SETTINGS("ReleaseArenaCfg", 157, 'v', "p"),
    CREATE_ARENA_SETTINGS("CreateArenaCfgV2", 164, 'p', "pplp"),
    ADD_RUN_CONFIG("AddRunConfigEntry", 165, 'p', "ppp"),
    CREATE_PREPACKED("CreatePrepackedWeightsContainer", 166, 'p', "p"),
    RELEASE_PREPACKED("ReleasePrepackedWeightsContainer", 167, 'v', "p"),
    CREATE_SESSION_PREPACKED("CreateSessionWithPrepackedWeightsContainer", 168, 'p', "ppppp"),
    CREATE_SESSION_FROM_ARRAY_PREPACKED("CreateSessionFromArrayWithPrepackedWeightsContainer", 169, 'p', "pplppp"),
    UNREGISTER_ARENA("UnregisterAllocator", 177, 'p', "pp"),
    CONTEXT_STREAM("KernelContext_GetGPUComputeStream", 193, 'p', "pp"),
    TENSOR_MEMORY("GetTensorMemoryInfo", 194, 'p', "pp"),
    SYNCHRONIZE_INPUTS("SynchronizeBoundInputs", 202, 'p', "p"),
    SYNCHRONIZE_OUTPUTS("SynchronizeBoundOutputs", 203, 'p', "p"),
    APPEND_PROVIDER_BY_NAME("SessionOptionsAppendExecutionProvider", 216, 'p', "ppppl"),
    MEMORY_DEVICE_TYPE("MemoryInfoGetDeviceType", 225, 'v', "pp"),
    INFERENCE_INPUT("ShapeInferContext_GetInputTypeShape", 268, 'p', "plp"),
    INFERENCE_OUTPUT("ShapeInferContext_SetOutputTypeShape", 270, 'p', "plp"),
    SET_SYMBOLS("SetSymbolicDimensions", 271, 'p', "ppl"),
    CREATE_PAIRS("CreateKeyValuePairs", 295, 'v', "p"),
    ADD_PAIR("AddKeyValuePair", 296, 'v', "ppp"),
    GET_PAIR("GetKeyValue", 297, 'p', "pp"),
    GET_PAIRS("GetKeyValuePairs", 298, 'v', "pppp"),
    RELEASE_PAIRS("ReleaseKeyValuePairs", 300, 'v', "p"),
    REGISTER_PROVIDER("RegisterExecutionProviderLibrary", 301, 'p', "ppp"),
    GET_EP_DEVICES("GetEpDevices", 303, 'p', "ppp"),
    APPEND_PROVIDER("SessionOptionsAppendExecutionProvider_V2", 304, 'p', "ppplppl"),
    HARDWARE_TYPE("HardwareDevice_Type", 307, 'i', "p"),
    HARDWARE_VENDOR_ID("HardwareDevice_VendorId", 308, 'i', "p"),
    HARDWARE_DEVICE_ID("HardwareDevice_DeviceId", 310, 'i', "p"),
    EP_NAME("EpDevice_EpName", 312, 'p', "p"),
    EP_VENDOR("EpDevice_EpVendor", 313, 'p', "p"),
    EP_METADATA("EpDevice_EpMetadata", 314, 'p', "p"),
    EP_HARDWARE("EpDevice_Device", 316, 'p', "p"),
    ALLOCATOR_STATS("AllocatorGetStats", 319, 'p', "pp"),
    MEMORY_USE("MemoryInfoGetDeviceMemType", 321, 'i', "p"),
    MEMORY_VENDOR("MemoryInfoGetVendorId", 322, 'i', "p"),
    EP_MEMORY("EpDevice_MemoryInfo", 374, 'p', "pi"),
    SHARED_ALLOCATOR("GetSharedAllocator", 376, 'p', "ppp"),
    CREATE_STREAM("CreateSyncStreamForEpDevice", 383, 'p', "ppp"),
    STREAM_HANDLE("SyncStream_GetHandle", 384, 'p', "p"),
    RELEASE_STREAM("ReleaseSyncStream", 385, 'v', "p"),
    COPY_TENSORS("CopyTensors", 386, 'p', "ppppl"),
    GRAPH_ASSIGNMENT("Session_GetEpGraphAssignmentInfo", 407, 'p', "ppp"),
    ASSIGNED_PROVIDER("EpAssignedSubgraph_GetEpName", 408, 'p', "pp"),
    ASSIGNED_NODES("EpAssignedSubgraph_GetNodes", 409, 'p', "ppp"),
    ASSIGNED_NAME("EpAssignedNode_GetName", 410, 'p', "pp"),
    ASSIGNED_DOMAIN("EpAssignedNode_GetDomain", 411, 'p', "pp"),
    ASSIGNED_OPERATOR("EpAssignedNode_GetOperatorType", 412, 'p', "pp"),
    SET_RUN_STREAM("RunOptionsSetSyncStream", 413, 'v', "pp"),
    ENABLE_RUN_PROFILING("RunOptionsEnableProfiling", 415, 'p', "pp"),
    DISABLE_RUN_PROFILING("RunOptionsDisableProfiling", 416, 'p', "p"),
    RELEASE_CAPTURED_GRAPH("SessionReleaseCapturedGraph", 421, 'p', "pi");

    /** The version of the header that the places were read from: the newest interface asked for. */
    static final int HEADER = 28;

    /** The oldest version that registers providers by library. */
    static final int OLDEST = 22;

    private final String cName;
    private final int index;
    private final char result;
    private final String parameters;

    OrtFunction(String cName, int index, char result, String parameters) {
        this.cName = cName;
        this.index = index;
        this.result = result;
        this.parameters = parameters;
    }

    String cName() {
        return cName;
    }

    int index() {
        return index;
    }

    /** {@return the oldest version of the interface that has this function} */
    int since() {
        int version = OLDEST;
        while (entries(version) <= index) version++;
        return version;
    }

    /**
     * {@return how many functions the table has at least in a version of the interface}  Between releases whose end is not known to
     * the function, the last known one counts.
     */
    static int entries(int version) {
        if (version >= HEADER) return 424;
        if (version >= 24) return 414;
        return version == 23 ? 390 : 318;
    }

    FunctionDescriptor descriptor() {
        MemoryLayout[] layouts =
                parameters.chars().mapToObj(c -> layout((char) c)).toArray(MemoryLayout[]::new);
        return result == 'v' ? FunctionDescriptor.ofVoid(layouts) : FunctionDescriptor.of(layout(result), layouts);
    }

    private static MemoryLayout layout(char letter) {
        return switch (letter) {
            case 'p' -> ADDRESS;
            case 'i' -> JAVA_INT;
            case 'l' -> JAVA_LONG;
            default -> throw new IllegalArgumentException("The type letter '" + letter + "' is unknown.");
        };
    }
}
