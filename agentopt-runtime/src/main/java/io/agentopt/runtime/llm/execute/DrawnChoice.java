package io.agentopt.runtime.llm.execute;

import io.agentopt.kernels.SampleNext;
import io.agentopt.mlir.gpu.Argument;
import io.agentopt.mlir.gpu.Arguments;
import io.agentopt.mlir.gpu.DeviceSegment;
import io.agentopt.mlir.gpu.GpuContext;
import io.agentopt.mlir.gpu.GpuFunction;
import io.agentopt.mlir.gpu.GpuModule;
import io.agentopt.mlir.gpu.GpuStream;
import io.agentopt.mlir.gpu.LaunchShape;
import io.agentopt.mlir.gpu.PinnedMemory;
import java.util.ArrayList;
import java.util.List;

/**
 * The device's own draw of tokens, behind {@link GreedyChoice}, whose best tokens it replaces where a row has a temperature. It is the
 * twin of {@code io.agentopt.runtime.llm.sample.Sampler}.
 */
final class DrawnChoice implements AutoCloseable {
    private final GpuModule module;
    private final GpuFunction kernel;
    private final int vocab;

    DrawnChoice(GpuContext context, int vocab) {
        this.vocab = vocab;
        module = context.load(SampleNext.ptx(vocab));
        kernel = module.function(SampleNext.NAME);
    }

    /**
     * {@return a launch's arguments}
     *
     * @param covered the first rows, which the launch takes
     * @param rows of all that follows
     * @param scores float32 [rows, vocab]
     * @param next int64 [rows], as greedy choice left it
     * @param best int32 [rows] from an offset on, alike
     */
    Arguments arguments(
            int covered,
            int rows,
            DeviceSegment scores,
            DrawInputs draws,
            DeviceSegment next,
            PinnedMemory best,
            long bestAt) {
        List<Argument> all = new ArrayList<>(List.of(new Argument.Index(0), new Argument.Index(covered)));
        all.add(new Argument.Memref(scores, Float.BYTES, rows, vocab));
        all.addAll(draws.arguments());
        Argument address = new Argument.HostAddress(best, bestAt);
        all.addAll(List.of(address, address, new Argument.Index(0), new Argument.Index(rows), new Argument.Index(1)));
        all.add(new Argument.Memref(next, Long.BYTES, rows));
        return Arguments.of(all.toArray(Argument[]::new));
    }

    void launch(GpuStream stream, int covered, Arguments arguments) {
        stream.launch(kernel, new LaunchShape(covered, SampleNext.THREADS, 0), arguments);
    }

    @Override
    public void close() {
        module.close();
    }
}
