package io.agentopt.kernels;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.ElementType;
import java.lang.foreign.Arena;

/**
 * Which pixels of a line make up each pixel of a resized line: {@code taps} of them from {@code first[i]} on, with {@code weights[i * taps + t]}, whose sum
 * is 1. Pixel centres lie at halves; the filter is a triangle.
 */
public final class ResizeTaps {
    private final int[] first;
    private final float[] weights;
    private final int taps;

    private ResizeTaps(int[] first, float[] weights, int taps) {
        this.first = first;
        this.weights = weights;
        this.taps = taps;
    }

    /**
     * {@return taps for bilinear interpolation whose triangle widens with the scale when an image shrinks, as Pillow and image processors of vision models do}
     *
     * @throws IllegalArgumentException when a size is not positive
     */
    public static ResizeTaps antialiased(int from, int to) {
        return triangle(from, to, Math.max(1, (double) from / to));
    }

    /**
     * {@return taps for bilinear interpolation between the two nearest pixels, whatever the scale}
     *
     * @throws IllegalArgumentException when a size is not positive
     */
    public static ResizeTaps nearestTwo(int from, int to) {
        return triangle(from, to, 1);
    }

    private static ResizeTaps triangle(int from, int to, double reach) {
        if (from <= 0 || to <= 0) {
            throw new IllegalArgumentException("A line of " + from + " pixels cannot be resized to " + to + ".");
        }
        int[] begin = new int[to];
        int[] end = new int[to];
        int taps = 0;
        for (int i = 0; i < to; i++) {
            double centre = (i + 0.5) * from / to;
            begin[i] = Math.max(0, (int) (centre - reach + 0.5));
            end[i] = Math.min(from, (int) (centre + reach + 0.5));
            taps = Math.max(taps, end[i] - begin[i]);
        }
        int[] first = new int[to];
        float[] weights = new float[to * taps];
        for (int i = 0; i < to; i++) {
            first[i] = Math.min(begin[i], from - taps);
            double centre = (i + 0.5) * from / to;
            double sum = 0;
            for (int p = begin[i]; p < end[i]; p++) sum += height(p, centre, reach);
            for (int p = begin[i]; p < end[i]; p++)
                weights[i * taps + p - first[i]] = (float) (height(p, centre, reach) / sum);
        }
        return new ResizeTaps(first, weights, taps);
    }

    private static double height(int pixel, double centre, double reach) {
        return Math.max(0, 1 - Math.abs(pixel + 0.5 - centre) / reach);
    }

    /** {@return how many pixels make up one} */
    public int taps() {
        return taps;
    }

    /** {@return the index of each output's first pixel, i32} */
    public Buffer first(Arena arena) {
        Buffer buffer = Buffer.allocate(arena, ElementType.I32, first.length);
        for (int i = 0; i < first.length; i++) buffer.setInteger(i, first[i]);
        return buffer;
    }

    /** {@return the weights {@code [outputs, taps]}, f32} */
    public Buffer weights(Arena arena) {
        return Buffer.copyOf(arena, weights, first.length, taps);
    }
}
