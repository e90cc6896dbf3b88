package io.agentopt.runtime.llm.execute;

import io.agentopt.mlir.codegen.GpuCode;
import io.agentopt.mlir.gpu.Argument;
import io.agentopt.mlir.gpu.Arguments;
import io.agentopt.mlir.gpu.DeviceSegment;
import io.agentopt.mlir.gpu.GpuContext;
import io.agentopt.mlir.gpu.GpuDevice;
import io.agentopt.mlir.gpu.GpuFunction;
import io.agentopt.mlir.gpu.GpuModule;
import io.agentopt.mlir.gpu.GpuStream;
import io.agentopt.mlir.gpu.LaunchShape;
import io.agentopt.mlir.gpu.PinnedMemory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * The device's own choice of the most likely tokens, so that only ids travel to the host. The kernel is what {@code greedy.mlir},
 * beside it, was lowered to: PTX, and a sealed code object for each of AMD's chips ({@code scripts/greedy-code-objects.sh}). It
 * is the twin of {@link HighestScore}.
 */
final class GreedyChoice implements AutoCloseable {
    private static final String CODE = "greedy.ptx", KERNEL = "agentopt_greedy";
    private static final int THREADS = 1024;

    private final GpuModule module;
    private final GpuFunction kernel;
    private final int vocab;

    GreedyChoice(GpuContext context, int vocab) {
        this.vocab = vocab;
        module = switch (context.device().api()) {
            case CUDA -> context.load(new String(resource(CODE), StandardCharsets.UTF_8));
            case HIP -> {
                String code = codeObject(context.device());
                yield context.load(GpuCode.ofBytes(resource(code), code));
            }
        };
        kernel = module.function(KERNEL);
    }

    /** {@return whether a device can run it: NVIDIA's all, AMD's for whose chip there is a code object} */
    static boolean hasCode(GpuDevice device) {
        return switch (device.api()) {
            case CUDA -> true;
            case HIP -> GreedyChoice.class.getResource(codeObject(device)) != null;
        };
    }

    private static String codeObject(GpuDevice device) {
        return "greedy." + device.architecture() + ".amdgpu";
    }

    private static byte[] resource(String name) {
        try (InputStream in = GreedyChoice.class.getResourceAsStream(name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("The kernel " + name + " cannot be read from the jar.", e);
        }
    }

    /**
     * {@return a launch's arguments}
     *
     * @param scores float32 [rows, vocab]
     * @param next int64 [rows], set to the ids
     * @param held int32 [rows], each increased by 1
     * @param best int32 [rows] from an offset on, set to the ids, or -1 where scores are no numbers: written across the bus, which
     *     takes less than a copy behind the kernel
     */
    Arguments arguments(DeviceSegment scores, DeviceSegment next, DeviceSegment held, PinnedMemory best, long bestAt) {
        return Arguments.of(
                new Argument.Address(scores),
                new Argument.Int32(vocab),
                new Argument.Address(next),
                new Argument.Address(held),
                new Argument.HostAddress(best, bestAt));
    }

    void launch(GpuStream stream, int rows, Arguments arguments) {
        stream.launch(kernel, new LaunchShape(rows, THREADS, 0), arguments);
    }

    @Override
    public void close() {
        module.close();
    }
}
