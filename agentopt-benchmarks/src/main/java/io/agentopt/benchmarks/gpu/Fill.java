package io.agentopt.benchmarks.gpu;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.ElementType;
import io.agentopt.kernels.ResizeTaps;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;

/** What an operand holds before a measurement. */
sealed interface Fill {
    /** Numbers from least to below most. */
    record Reals(double least, double most) implements Fill {}

    /** Whole numbers from 0 to below this. */
    record Below(long limit) implements Fill {}

    /** The same number everywhere. */
    record Constant(double value) implements Fill {}

    /** Each number from 0 to below the length once, far from its neighbours. */
    record Permutation() implements Fill {}

    /** Where the windows of a line of so many pixels begin, resized to as many as the buffer has. */
    record TapStarts(int pixels) implements Fill {}

    /** The weights of such a line's pixels. */
    record TapWeights(int pixels) implements Fill {
        /** {@return how many pixels make up one of a line of this length} */
        long taps(int to) {
            return ResizeTaps.antialiased(pixels, to).taps();
        }
    }

    /** A pattern of a million random numbers, repeated: drawing them all would take longer than the measurement. */
    int PATTERN_ELEMENTS = (1 << 20) + 1;

    /** A prime, so that its multiples reach every place. */
    long STRIDE = 1_000_003;

    /** {@return whether numbers of the type have fractions} */
    static boolean isReal(ElementType type) {
        return type == ElementType.F32 || type == ElementType.F16;
    }

    /** Writes it. */
    default void into(Buffer buffer, SplittableRandom random) {
        int lines = (int) buffer.dimension(0);
        try (Arena scratch = Arena.ofConfined()) {
            switch (this) {
                case TapStarts(int pixels) ->
                    buffer.segment()
                            .copyFrom(ResizeTaps.antialiased(pixels, lines)
                                    .first(scratch)
                                    .segment());
                case TapWeights(int pixels) ->
                    buffer.segment()
                            .copyFrom(ResizeTaps.antialiased(pixels, lines)
                                    .weights(scratch)
                                    .segment());
                case Reals _, Below _, Constant _, Permutation _ -> repeat(buffer, random);
            }
        }
    }

    private void repeat(Buffer buffer, SplittableRandom random) {
        boolean real = isReal(buffer.type());
        boolean repeats = real || this instanceof Constant || buffer.type() == ElementType.I8;
        long pattern = repeats ? Math.min(buffer.elements(), PATTERN_ELEMENTS) : buffer.elements();
        for (long i = 0; i < pattern; i++) {
            double value = switch (this) {
                case Reals(double least, double most) -> least + (most - least) * random.nextDouble();
                case Below(long limit) -> random.nextLong(limit);
                case Constant(double constant) -> constant;
                case Permutation() -> i * STRIDE % buffer.elements();
                case TapStarts _, TapWeights _ -> throw new IllegalStateException(this + " is no pattern.");
            };
            if (real) buffer.setFloat(i, (float) value);
            else buffer.setInteger(i, (long) value);
        }
        MemorySegment all = buffer.segment();
        long done = pattern * buffer.type().bytes();
        while (done < all.byteSize()) {
            long length = Math.min(done, all.byteSize() - done);
            MemorySegment.copy(all, 0, all, done, length);
            done += length;
        }
    }
}
