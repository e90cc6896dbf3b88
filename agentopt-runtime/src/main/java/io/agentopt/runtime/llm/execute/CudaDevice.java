package io.agentopt.runtime.llm.execute;

import io.agentopt.mlir.gpu.GpuApi;
import io.agentopt.mlir.gpu.GpuContext;
import io.agentopt.mlir.gpu.GpuDriver;
import io.agentopt.mlir.gpu.GpuException;
import io.agentopt.mlir.gpu.GpuStream;
import io.agentopt.mlir.gpu.Lent;
import io.agentopt.runtime.backend.ort.EpDevice;
import io.agentopt.runtime.backend.ort.OrtException;
import io.agentopt.runtime.backend.ort.OrtMemory;
import io.agentopt.runtime.backend.ort.SessionDevice;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.device.GpuDrivers;
import io.agentopt.runtime.llm.error.DeviceLostException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A GPU, as the driver and as ONNX Runtime know it, with the streams on which a model runs: one for steps, and one of
 * lower priority for what runs beside them.
 */
final class CudaDevice implements AutoCloseable {
    private static final String PROVIDER = "CUDAExecutionProvider";
    private static final int FIRST = Integer.MIN_VALUE, LAST = 0; // priorities, which the driver limits to those it has

    private final GpuContext context;
    private final GpuStream stream;
    private final GpuStream background;
    private final Lent queue;
    private final Lent backgroundQueue;
    private final OrtMemory memory;
    private final Optional<EpDevice> provider;
    private volatile @Nullable GpuException lost;

    /** @param provider empty to run on the CPU with a driver whose memory is the host's */
    CudaDevice(GpuDriver driver, int number, Optional<EpDevice> provider) {
        this.provider = provider;
        context = driver.context(number);
        try {
            stream = context.stream(FIRST);
            background = context.stream(LAST);
            memory = provider.isPresent() ? OrtMemory.of(provider.get()) : OrtMemory.named("Cpu", 0);
            queue = stream.lend();
            backgroundQueue = background.lend();
        } catch (RuntimeException | Error e) {
            context.close(); // with what is open in it
            throw e;
        }
    }

    /** {@return whether sessions there run on an NVIDIA GPU} */
    static boolean is(SessionDevice device) {
        return device.provider().equals(PROVIDER);
    }

    /**
     * {@return the GPU of a provider's device}
     *
     * @throws OrtException if the driver does not open
     */
    static CudaDevice of(EpDevice device) {
        return of(device, GpuApi.CUDA, device.number());
    }

    /**
     * {@return the GPU of a provider's device, by the driver of who makes it}
     *
     * @param number as that driver counts
     * @throws OrtException if the driver does not open
     */
    static CudaDevice of(EpDevice device, GpuApi api, int number) {
        return switch (GpuDrivers.open(api)) {
            case GpuDriver.Opened opened -> new CudaDevice(opened.driver(), number, Optional.of(device));
            case GpuDriver.Absent absent ->
                throw new OrtException(
                        OrtException.NOT_FROM_ORT, "The device " + device + " cannot be used: " + absent.reason());
        };
    }

    GpuContext context() {
        return context;
    }

    GpuStream stream() {
        return stream;
    }

    /** {@return the stream of lower priority} */
    GpuStream background() {
        return background;
    }

    OrtMemory memory() {
        return memory;
    }

    /** {@return settings whose sessions run here, on the first stream, and capture what is run with a graph's number} */
    SessionSettings on(SessionSettings settings) {
        return on(settings, queue, Map.of("enable_cuda_graph", "1"));
    }

    /** {@return settings whose sessions run here, on the stream of lower priority} */
    SessionSettings inBackground(SessionSettings settings) {
        return on(settings, backgroundQueue, Map.of());
    }

    private SessionSettings on(SessionSettings settings, Lent stream, Map<String, String> further) {
        if (provider.isEmpty()) return settings;
        Map<String, String> options = new HashMap<>(further);
        options.put("user_compute_stream", Long.toString(stream.address()));
        options.put("arena_extend_strategy", "kSameAsRequested");
        return settings.on(provider.get().with(options));
    }

    /** @throws DeviceLostException if a run has found it lost */
    void check(DecoderModel model) {
        GpuException reason = lost;
        if (reason != null) throw lost(model, reason);
    }

    /**
     * {@return what a failed run is to its requests: the device's loss, or a failed run as ONNX Runtime tells of one} ONNX Runtime
     * has no code for a loss, so the driver is asked.
     */
    RuntimeException failure(DecoderModel model, RuntimeException failed) {
        if (failed instanceof GpuException gpu && gpu.isDeviceLost()) lost = gpu;
        else if (failed instanceof GpuException || failed instanceof OrtException) probe();
        GpuException reason = lost;
        if (reason != null) return lost(model, reason);
        if (!(failed instanceof GpuException)) return failed;
        return new OrtException(
                OrtException.NOT_FROM_ORT,
                "The run of model '" + model.pack().id() + "' on " + this + " failed: " + failed.getMessage());
    }

    private void probe() {
        try {
            context.synchronize();
        } catch (GpuException e) {
            if (e.isDeviceLost()) lost = e;
        }
    }

    private DeviceLostException lost(DecoderModel model, GpuException reason) {
        return new DeviceLostException(model.pack().id(), toString(), String.valueOf(reason.getMessage()));
    }

    @Override
    public void close() {
        queue.close();
        backgroundQueue.close();
        memory.close();
        context.close();
    }

    @Override
    public String toString() {
        return context.device().toString();
    }
}
