package io.agentopt.kernels;

import static io.agentopt.kernel.ElementType.F32;
import static io.agentopt.kernel.ElementType.I32;
import static io.agentopt.kernel.ElementType.I8;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.Operand;
import io.agentopt.kernel.Parameter;
import java.util.List;

/**
 * {@code resize{channels=3}}: an image of unsigned bytes {@code [height, width, channels]}, resized and normalised to floats
 * {@code [channels, rows, columns]}. Which pixels make up an output, and with which weights, comes from {@link ResizeTaps} (antialiased or not); the value
 * {@code v} of channel {@code c} becomes {@code scale[c] * v + bias[c]}. Nothing is rounded to bytes on the way, as image processors on 8-bit images
 * do between and after the two directions: theirs differ by up to one level of 255.
 */
public final class Resize implements KernelDefinition {
    /** A line of floats is held on the stack of the thread that runs. */
    private static final long MOST_VALUES_A_LINE = 32_768;

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
    public void checkValues(KernelSpec spec, Buffer... buffers) {
        Buffer image = buffers[6];
        if (image.dimension(1) * image.dimension(2) > MOST_VALUES_A_LINE) {
            throw new IllegalArgumentException("The 'image' of kernel '" + spec + "' has lines of " + image.dimension(1)
                    + " pixels; it takes " + MOST_VALUES_A_LINE / image.dimension(2) + ". Cut the image, or halve it first.");
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
        Buffer out = buffers[7];
        long channels = out.dimension(0);
        long rows = out.dimension(1);
        long columns = out.dimension(2);
        for (long y = begin; y < end; y++) {
            for (long x = 0; x < columns; x++) {
                for (long c = 0; c < channels; c++) {
                    double value = buffers[4].getFloat(c) * window(y, x, c, buffers) + buffers[5].getFloat(c);
                    out.setFloat((c * rows + y) * columns + x, (float) value);
                }
            }
        }
    }

    private static double window(long y, long x, long channel, Buffer... buffers) {
        Buffer rowWeights = buffers[1];
        Buffer columnWeights = buffers[3];
        Buffer image = buffers[6];
        long rowTaps = rowWeights.dimension(1);
        long columnTaps = columnWeights.dimension(1);
        double sum = 0;
        for (long s = 0; s < rowTaps; s++) {
            long line = (buffers[0].getInteger(y) + s) * image.dimension(1) + buffers[2].getInteger(x);
            double lineSum = 0;
            for (long t = 0; t < columnTaps; t++) {
                long value = image.getInteger((line + t) * image.dimension(2) + channel) & 0xff;
                lineSum += columnWeights.getFloat(x * columnTaps + t) * value;
            }
            sum += rowWeights.getFloat(y * rowTaps + s) * lineSum;
        }
        return sum;
    }
}
