package io.agentopt.benchmarks.gpu;

import io.agentopt.kernel.Buffer;
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
    private static final double ROUND_SECONDS = 0.01;
    private static final int MOST_LAUNCHES = 200;
    private static final long SAMPLED_ROWS = 64;
    private static final long SAMPLED_ELEMENTS = 1 << 22;

    private final GpuContext context;
    private final GpuStream stream;
    private final GpuCase measured;
    private final KernelDefinition definition;
    private final Arena arena = Arena.ofShared();
    private final List<Buffer> host = new ArrayList<>();
    private final List<DeviceBuffer> buffers = new ArrayList<>();
    private final List<DeviceMemory> device = new ArrayList<>();
    private final List<Operand> operands;
    private final long rows;

    GpuRun(GpuContext context, GpuStream stream, GpuCase measured, KernelDefinition definition) {
        this.context = context;
        this.stream = stream;
        this.measured = measured;
        this.definition = definition;
        SplittableRandom random = new SplittableRandom(20);
        operands = definition.operands(measured.spec());
        for (Operand operand : operands) {
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
        int repetitions = (int) Math.clamp(ROUND_SECONDS / seconds(1, () -> bound.launch(stream)), 1, MOST_LAUNCHES);
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
        long largest = host.stream().mapToLong(Buffer::elements).max().orElse(1);
        long sample = Math.clamp(SAMPLED_ELEMENTS / Math.ceilDiv(largest, rows), 1, Math.min(rows, SAMPLED_ROWS));
        for (long begin : new long[] {0, (rows - sample) / 2, rows - sample}) {
            definition.run(measured.spec(), begin, begin + sample, host.toArray(Buffer[]::new));
            for (int i = 0; i < host.size(); i++) {
                if (isOfRows(i)) worst = Math.max(worst, error(i, begin, begin + sample, rows));
            }
        }
        boolean whole = false;
        for (int i = 0; i < host.size(); i++) whole |= operands.get(i).isWritten() && !isOfRows(i);
        if (!whole) return worst;
        definition.run(measured.spec(), 0, rows, host.toArray(Buffer[]::new));
        for (int i = 0; i < host.size(); i++) {
            if (!operands.get(i).isWritten() || isOfRows(i)) continue;
            long lines = host.get(i).dimension(0), some = Math.min(lines, SAMPLED_ROWS);
            for (long begin : new long[] {0, (lines - some) / 2, lines - some})
                worst = Math.max(worst, error(i, begin, begin + some, lines));
        }
        return worst;
    }

    /** Whether it is written, and its outermost dimension is the one that the kernel's work is split by. */
    private boolean isOfRows(int operand) {
        Operand one = operands.get(operand);
        return one.isWritten() && one.dimensions().getFirst().equals(definition.rows(measured.spec()));
    }

    private double error(int operand, long begin, long end, long lines) {
        Buffer all = host.get(operand);
        long width = all.elements() / lines, lineBytes = width * all.type().bytes();
        try (Arena scratch = Arena.ofConfined()) {
            Buffer actual = Buffer.allocate(scratch, all.type(), end - begin, width);
            device.get(operand)
                    .slice(begin * lineBytes, actual.segment().byteSize())
                    .copyTo(actual.segment());
            MemorySegment part =
                    all.segment().asSlice(begin * lineBytes, actual.segment().byteSize());
            Buffer expected = new Buffer(part, all.type(), end - begin, width);
            double worst = 0;
            for (long line = 0; line < end - begin; line++) {
                worst = Math.max(
                        worst,
                        Fill.isReal(all.type())
                                ? error(expected, actual, line, width)
                                : different(expected, actual, line, width));
            }
            return worst;
        }
    }

    /** The share of a line's whole numbers that are others than expected. */
    private static double different(Buffer expected, Buffer actual, long line, long width) {
        long count = 0;
        for (long c = line * width; c < (line + 1) * width; c++)
            if (expected.getInteger(c) != actual.getInteger(c)) count++;
        return (double) count / width;
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
                : java.util.Objects.requireNonNull(measured.sizes().get(dimension), dimension);
    }

    private void fill(Operand operand, Buffer buffer, SplittableRandom random) {
        if (operand.access() == Operand.Access.WRITE) return;
        Fill usual = Fill.isReal(operand.type()) ? new Fill.Reals(-1, 1) : new Fill.Constant(0);
        measured.fills().getOrDefault(operand.name(), usual).into(buffer, random);
    }

    @Override
    public void close() {
        for (DeviceMemory memory : device) memory.close();
        arena.close();
    }
}
