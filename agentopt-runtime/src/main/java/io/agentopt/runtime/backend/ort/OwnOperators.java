package io.agentopt.runtime.backend.ort;

import io.agentopt.mlir.gpu.GpuApi;
import io.agentopt.mlir.gpu.GpuContext;
import io.agentopt.mlir.gpu.GpuDriver;
import io.agentopt.mlir.gpu.SwiGluKernel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The operators of the domain {@code agentopt}, as one session has them, and what their code on its GPU takes. */
final class OwnOperators implements AutoCloseable {
    static final String DOMAIN = "agentopt";
    static final String CUDA = "CUDAExecutionProvider";
    private static final String CPU = "CPUExecutionProvider";
    private static final List<ElementType> TYPES = List.of(ElementType.FLOAT32, ElementType.FLOAT16);
    private static final Pattern UNKNOWN = Pattern.compile(DOMAIN + ":(\\w+)\\(-?\\d+\\) is not a registered");

    private final Optional<Supplier<GpuContext>> gpu;
    private @Nullable GpuContext context;
    private @Nullable SwiGluKernel kernel;

    private OwnOperators(Optional<Supplier<GpuContext>> gpu) {
        this.gpu = gpu;
    }

    /** {@return those of a session on a device; without one, on the CPU} */
    static OwnOperators on(Optional<SessionDevice> device) {
        return isCuda(device) && device.get() instanceof EpDevice ep
                ? onCuda(() -> context(ep))
                : new OwnOperators(Optional.empty());
    }

    /** {@return whether sessions there run on the CUDA provider} */
    static boolean isCuda(Optional<SessionDevice> device) {
        return device.isPresent()
                && device.get() instanceof EpDevice ep
                && ep.provider().equals(CUDA);
    }

    /**
     * {@return those of a session of the CUDA provider}
     *
     * @param opening opens its device when the first node is made
     */
    static OwnOperators onCuda(Supplier<GpuContext> opening) {
        return new OwnOperators(Optional.of(opening));
    }

    private static GpuContext context(EpDevice device) {
        return switch (GpuDriver.open(GpuApi.CUDA)) {
            case GpuDriver.Opened opened -> opened.driver().context(device.number());
            case GpuDriver.Absent absent ->
                throw new OrtException(
                        OrtException.NOT_FROM_ORT,
                        "The operators of the domain " + DOMAIN + " cannot be used on " + device + ": "
                                + absent.reason());
        };
    }

    /** {@return every operator for every provider and type} */
    List<CustomOp> all() {
        List<CustomOp> all = new ArrayList<>();
        for (GatedActivation operator : GatedActivation.values()) {
            for (ElementType type : TYPES) {
                all.add(new GatedActivation.Operator(operator, type, CPU, Optional.empty()));
                if (gpu.isPresent())
                    all.add(new GatedActivation.Operator(operator, type, CUDA, Optional.of(this::kernel)));
            }
        }
        return all;
    }

    private synchronized SwiGluKernel kernel() {
        SwiGluKernel found = kernel;
        if (found == null) {
            if (context == null) context = gpu.orElseThrow().get();
            kernel = found = new SwiGluKernel(context);
        }
        return found;
    }

    /** {@return a failed load as it is, or said plainly if the model uses an operator of the domain that is not there} */
    static OrtException explained(OrtException failed) {
        Matcher unknown = UNKNOWN.matcher(failed.getMessage());
        if (!unknown.find()) return failed;
        List<String> known = Arrays.stream(GatedActivation.values())
                .map(GatedActivation::operatorName)
                .toList();
        return new OrtException(
                failed.code(),
                "it uses the operator '" + unknown.group(1) + "' of the domain " + DOMAIN + ", which has " + known
                        + ". Use one of those, or a newer version of this library. ONNX Runtime says: "
                        + failed.getMessage());
    }

    @Override
    public synchronized void close() {
        if (context != null) context.close(); // with the kernel
    }
}
