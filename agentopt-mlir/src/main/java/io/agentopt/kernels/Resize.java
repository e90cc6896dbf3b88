package io.agentopt.kernels;

import static io.agentopt.kernel.ElementType.F32;
import static io.agentopt.kernel.ElementType.I32;
import static io.agentopt.kernel.ElementType.I8;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.Operand;
import io.agentopt.kernel.Parameter;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * {@code resize{channels=3}}: an image of unsigned bytes {@code [height, width, channels]}, resized and normalised to floats
 * {@code [channels, rows, columns]}. Which pixels make up an output, and with which weights, comes from {@link ResizeTaps} (antialiased or not); the value
 * {@code v} of channel {@code c} becomes {@code scale[c] * v + bias[c]}. Nothing is rounded to bytes on the way, as image processors on 8-bit images
 * do between and after the two directions: theirs differ by up to one level of 255.
 */
public final class Resize implements KernelDefinition {
    /** A line of floats is held on the stack of the thread that runs. */
    private static final long MOST_VALUES_A_LINE = 32_768;

    /** Columns that a block of a GPU computes at most at a time, each by a thread. */
    private static final int GPU_THREADS = 128;

    /** Values of a line that a block of a GPU holds: 16 KB. */
    private static final int GPU_ROOM = 4096;

    @Override
    public String name() {
        return "resize";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Parameter.whole("channels", 1, 4));
    }

    @Override
    public List<Operand> operands(KernelSpec spec) {
        return List.of(
                Operand.in("first_row", I32, "rows"),
                Operand.in("row_weights", F32, "rows", "row_taps"),
                Operand.in("first_column", I32, "columns"),
                Operand.in("column_weights", F32, "columns", "column_taps"),
                Operand.in("scale", F32, "channels"),
                Operand.in("bias", F32, "channels"),
                Operand.in("image", I8, "height", "width", "channels"),
                Operand.out("out", F32, "channels", "rows", "columns"));
    }

    @Override
    public Optional<String> gpuSource(KernelSpec spec, int wave) {
        Map<String, String> values = new TreeMap<>(spec.parameters());
        values.put("threads", Integer.toString(GPU_THREADS));
        values.put("room", Integer.toString(GPU_ROOM));
        StraightLine store = new StraightLine("c");
        for (int c = 0; c < spec.integer("channels"); c++) {
            String value = store.value("vector.extract %moved[" + c + "] : f32 from !pixel");
            String at = store.value("arith.constant " + c + " : index");
            store.effect("memref.store " + value + ", %out[" + at + ", %y, %x] : !out");
        }
        values.put("store_channels", store.lines().strip());
        return Optional.of(expand("resize_gpu.mlir", spec, values));
    }

    @Override
    public void checkValues(KernelSpec spec, Buffer... buffers) {
        Buffer image = buffers[6];
        if (image.dimension(1) * image.dimension(2) > MOST_VALUES_A_LINE) {
            throw new IllegalArgumentException(
                    "The 'image' of kernel '" + spec + "' has lines of " + image.dimension(1) + " pixels; it takes "
                            + MOST_VALUES_A_LINE / image.dimension(2) + ". Cut the image, or halve it first.");
        }
        checkWindows(spec, "first_row", buffers[0], buffers[1], image.dimension(0));
        checkWindows(spec, "first_column", buffers[2], buffers[3], image.dimension(1));
    }

    private static void checkWindows(KernelSpec spec, String what, Buffer first, Buffer weights, long pixels) {
        long taps = weights.dimension(1);
        if (taps > pixels) {
            throw new IllegalArgumentException("The 'image' of kernel '" + spec + "' has " + pixels
                    + " pixels in the direction of '" + what + "', and the weights reach over " + taps
                    + ". Take the taps for this image's size.");
        }
        IndexCheck.from0To(pixels - taps, spec, what, first, first.elements());
    }

    @Override
    public void run(KernelSpec spec, long begin, long end, Buffer... buffers) {
        Buffer image = buffers[6];
        double[] line = new double[(int) (image.dimension(1) * image.dimension(2))];
        for (long y = begin; y < end; y++) {
            sumRows(y, line, buffers[0], buffers[1], image);
            sumColumns(y, line, buffers);
        }
    }

    private static void sumRows(long y, double[] line, Buffer first, Buffer weights, Buffer image) {
        MemorySegment bytes = image.segment();
        long taps = weights.dimension(1);
        Arrays.fill(line, 0);
        for (long t = 0; t < taps; t++) {
            double weight = weights.getFloat(y * taps + t);
            long at = (first.getInteger(y) + t) * line.length;
            for (int x = 0; x < line.length; x++) line[x] += weight * (bytes.get(ValueLayout.JAVA_BYTE, at + x) & 0xff);
        }
    }

    private static void sumColumns(long y, double[] line, Buffer... buffers) {
        Buffer weights = buffers[3];
        Buffer out = buffers[7];
        int channels = (int) out.dimension(0);
        int taps = (int) weights.dimension(1);
        long columns = out.dimension(2);
        for (long x = 0; x < columns; x++) {
            int left = (int) buffers[2].getInteger(x);
            for (int c = 0; c < channels; c++) {
                double value = 0;
                for (int t = 0; t < taps; t++)
                    value += weights.getFloat(x * taps + t) * line[(left + t) * channels + c];
                float moved = (float) (buffers[4].getFloat(c) * value + buffers[5].getFloat(c));
                out.setFloat((c * out.dimension(1) + y) * columns + x, moved);
            }
        }
    }
}
