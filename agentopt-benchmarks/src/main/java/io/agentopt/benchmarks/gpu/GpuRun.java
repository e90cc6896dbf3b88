package io.agentopt.benchmarks.gpu;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.ElementType;
import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernel.Operand;
import io.agentopt.mlir.codegen.GpuCode;
import io.agentopt.mlir.gpu.DeviceBuffer;
import io.agentopt.mlir.gpu.DeviceMemory;
import io.agentopt.mlir.gpu.GpuContext;
import io.agentopt.mlir.gpu.GpuEvent;
import io.agentopt.mlir.gpu.GpuKernel;
import io.agentopt.mlir.gpu.GpuStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** One case on a device: its buffers there and here, its times, its errors. */
final class GpuRun implements AutoCloseable {
    private static final int ROUNDS = 9;
    private static final long SAMPLED_ROWS = 64;
    private static final long PATTERN_ELEMENTS = 1 << 20;

    private final GpuContext context;
    private final GpuStream stream;
    private final GpuCase measured;
    private final KernelDefinition definition;
    private final Arena arena = Arena.ofShared();
    private final List<Buffer> host = new ArrayList<>();
    private final List<DeviceBuffer> buffers = new ArrayList<>();
    private final List<DeviceMemory> device = new ArrayList<>();
    private final long rows;

    GpuRun(GpuContext context, GpuStream stream, GpuCase measured, KernelDefinition definition) {
        this.context = context;
        this.stream = stream;
        this.measured = measured;
        this.definition = definition;
        SplittableRandom random = new SplittableRandom(20);
        for (Operand operand : definition.operands(measured.spec())) {
            long[] shape = operand.dimensions().stream().mapToLong(this::size).toArray();
            Buffer buffer = Buffer.allocate(arena, operand.type(), shape);
            fill(operand, buffer, random);
            host.add(buffer);
            DeviceMemory memory = context.allocate(Math.max(16, buffer.segment().byteSize()));
            memory.slice(0, buffer.segment().byteSize()).copyFrom(buffer.segment());
            device.add(memory);
            buffers.add(new DeviceBuffer(memory.slice(0, buffer.segment().byteSize()), operand.type(), shape));
        }
        rows = size(definition.rows(measured.spec()));
    }

    /** What came out: bytes a second of the kernel and of a copy, the largest relative error, registers a thread, time to load. */
    record Result(double bytesPerSecond, double copyBytesPerSecond, double error, int registers, double loadSeconds) {}

    Result run(GpuCode code) {
        long start = System.nanoTime();
        try (GpuKernel kernel = GpuKernel.load(definition, measured.spec(), code, context)) {
            double loadSeconds = (System.nanoTime() - start) / 1e9;
            return run(kernel, loadSeconds);
        }
    }

    private Result run(GpuKernel kernel, double loadSeconds) {
        zeroOutputs();
        GpuKernel.Bound bound = kernel.bind(buffers.toArray(DeviceBuffer[]::new));
        bound.launch(stream);
        stream.synchronize();
        double error = error();
        int repetitions = Math.clamp((20L << 30) / measured.movedBytes(), 3, 50);
        double[] ours = new double[ROUNDS], copy = new double[ROUNDS];
        try (DeviceMemory from = context.allocate(measured.movedBytes() / 2);
                DeviceMemory to = context.allocate(measured.movedBytes() / 2)) {
            stream.fill(from.slice(0, from.bytes() / 4 * 4), 0x3f9d70a4);
            for (int round = 0; round < ROUNDS; round++) {
                copy[round] = seconds(repetitions, () -> stream.copy(to.all(), from.all()));
                ours[round] = seconds(repetitions, () -> bound.launch(stream));
            }
        }
        return new Result(
                measured.movedBytes() / median(ours),
                measured.movedBytes() / median(copy),
                error,
                kernel.function().registers(),
                loadSeconds);
    }

    // What an earlier schedule wrote must not pass for this one's.
    private void zeroOutputs() {
        List<Operand> operands = definition.operands(measured.spec());
        for (int i = 0; i < host.size(); i++) {
            if (operands.get(i).access() == Operand.Access.WRITE)
                stream.fill(device.get(i).slice(0, device.get(i).bytes() / 4 * 4), 0);
        }
    }

    private double seconds(int repetitions, Runnable work) {
        try (GpuEvent before = context.event();
                GpuEvent after = context.event()) {
            work.run();
            stream.record(before);
            for (int i = 0; i < repetitions; i++) work.run();
            stream.record(after);
            after.synchronize();
            return after.secondsSince(before) / repetitions;
        }
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** {@return what errors are relative to: the range of scores is -1 to 1, and most random ones are near 0, so theirs are absolute} */
    String errorUnit() {
        return measured.scores() ? "absolute" : "relative";
    }

    /** The largest error of the first, middle and last rows: absolute for scores, else relative to the larger of the value and the mean of its row. */
    private double error() {
        double worst = 0;
        long sample = Math.min(rows, SAMPLED_ROWS);
        List<Operand> operands = definition.operands(measured.spec());
        for (long begin : new long[] {0, (rows - sample) / 2, rows - sample}) {
            definition.run(measured.spec(), begin, begin + sample, host.toArray(Buffer[]::new));
            for (int i = 0; i < host.size(); i++) {
                if (operands.get(i).isWritten()) worst = Math.max(worst, error(i, begin, begin + sample));
            }
        }
        return worst;
    }

    private double error(int operand, long begin, long end) {
        Buffer all = host.get(operand);
        long width = all.elements() / rows, rowBytes = width * all.type().bytes();
        try (Arena scratch = Arena.ofConfined()) {
            Buffer actual = Buffer.allocate(scratch, all.type(), end - begin, width);
            device.get(operand)
                    .slice(begin * rowBytes, actual.segment().byteSize())
                    .copyTo(actual.segment());
            MemorySegment rows =
                    all.segment().asSlice(begin * rowBytes, actual.segment().byteSize());
            Buffer expected = new Buffer(rows, all.type(), end - begin, width);
            double worst = 0;
            for (long row = 0; row < end - begin; row++) worst = Math.max(worst, error(expected, actual, row, width));
            return worst;
        }
    }

    private double error(Buffer expected, Buffer actual, long row, long width) {
        double mean = 0, worst = 0;
        for (long c = 0; c < width; c++) mean += Math.abs(expected.getFloat(row * width + c)) / width;
        for (long c = 0; c < width; c++) {
            double e = expected.getFloat(row * width + c), a = actual.getFloat(row * width + c);
            double scale = measured.scores() ? 1 : Math.max(Math.abs(e), Math.max(mean, Float.MIN_NORMAL));
            double error = Math.abs(a - e) / scale;
            if (!(error <= worst)) worst = Double.isNaN(error) ? Double.POSITIVE_INFINITY : error;
        }
        return worst;
    }

    private long size(String dimension) {
        String parameter = measured.spec().parameters().get(dimension);
        if (parameter != null) return Long.parseLong(parameter);
        return Character.isDigit(dimension.charAt(0))
                ? Long.parseLong(dimension)
                : java.util.Objects.requireNonNull(measured.sizes().get(dimension));
    }

    private void fill(Operand operand, Buffer buffer, SplittableRandom random) {
        if (operand.access() == Operand.Access.WRITE) return;
        long below = measured.integers().getOrDefault(operand.name(), 0L);
        long constant = measured.constants().getOrDefault(operand.name(), 0L);
        boolean real = operand.type() == ElementType.F32 || operand.type() == ElementType.F16;
        // A pattern of a million numbers, repeated: drawing them all would take longer than the measurement.
        long pattern = real ? Math.min(buffer.elements(), PATTERN_ELEMENTS + 1) : buffer.elements();
        for (long i = 0; i < pattern; i++) {
            if (real) buffer.setFloat(i, (float) (random.nextDouble() * 2 - 1));
            else buffer.setInteger(i, below > 0 ? random.nextLong(below) : constant);
        }
        MemorySegment all = buffer.segment();
        long done = pattern * operand.type().bytes();
        while (done < all.byteSize()) {
            long length = Math.min(done, all.byteSize() - done);
            MemorySegment.copy(all, 0, all, done, length);
            done += length;
        }
    }

    @Override
    public void close() {
        for (DeviceMemory memory : device) memory.close();
        arena.close();
    }
}
