package io.agentopt.kernels;

import static io.agentopt.kernel.ElementType.F16;
import static io.agentopt.kernel.ElementType.F32;
import static io.agentopt.kernel.ElementType.I32;
import static io.agentopt.kernel.ElementType.I64;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.ElementType;
import io.agentopt.kernel.KernelSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Kernels that move memory, at sizes from which on they write past the caches; and where they cannot, for rows or starts that are no whole lines. */
class StreamingTest {
    private static final int LARGE = 9 << 18;

    private static Buffer bits(Arena arena, long... shape) {
        Buffer buffer = Buffer.allocate(arena, F16, shape);
        byte[] bytes = new byte[(int) buffer.segment().byteSize()];
        new Random(9).nextBytes(bytes);
        buffer.segment().copyFrom(MemorySegment.ofArray(bytes));
        return buffer;
    }

    /** A buffer that starts {@code shift} bytes behind a line of 64. */
    private static Buffer shifted(Arena arena, long shift, ElementType type, long... shape) {
        long bytes = Arrays.stream(shape).reduce(type.bytes(), (a, b) -> a * b);
        return new Buffer(arena.allocate(bytes + shift, 64).asSlice(shift), type, shape);
    }

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void manyRowsAreGathered(EveryOrigin.Origin kernels) {
        Random random = new Random(8);
        for (ElementType type : new ElementType[] {F32, F16}) {
            for (int d : new int[] {96, 97}) {
                for (long shift : new long[] {0, 4}) {
                    try (Arena arena = Arena.ofConfined()) {
                        int n = LARGE / (d * type.bytes());
                        Buffer table = Buffers.random(arena, random, type, 100, d);
                        Buffer ids = Buffers.integers(
                                arena, I64, random.longs(n, 0, 100).toArray());
                        Buffer rows = shifted(arena, shift, type, n, d);
                        Buffer exact = Buffer.allocate(arena, type, n, d);
                        KernelSpec spec = KernelSpec.of("gather")
                                .with("d", d)
                                .with("ids", I64)
                                .with("type", type);
                        kernels.of(spec).run(ids, table, rows);
                        EveryOrigin.REFERENCE.of(spec).run(ids, table, exact);
                        assertThat(rows.segment().mismatch(exact.segment())).isEqualTo(-1);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void largeCachesAreCopiedPackedAndUnpacked(EveryOrigin.Origin kernels) {
        int heads = 11, page = 16, d = 64, positions = 1601, pages = 101;
        KernelSpec copy = KernelSpec.of("kv_copy").with("d", d).with("type", F16);
        KernelSpec pack =
                KernelSpec.of("kv_pack").with("d", d).with("page", page).with("type", F16);
        KernelSpec unpack =
                KernelSpec.of("kv_unpack").with("d", d).with("page", page).with("type", F16);
        for (long shift : new long[] {0, 2}) {
            try (Arena arena = Arena.ofConfined()) {
                Buffer slab = bits(arena, heads, 1700, d);
                Buffer larger = shifted(arena, shift, F16, heads, 1800, d);
                Buffer again = shifted(arena, shift, F16, heads, 1601, d);
                Buffer pool = shifted(arena, shift, F16, 120, heads, page, d);
                Buffer exactLarger = Buffer.allocate(arena, F16, heads, 1800, d);
                Buffer exactAgain = Buffer.allocate(arena, F16, heads, 1601, d);
                Buffer exactPool = Buffer.allocate(arena, F16, 120, heads, page, d);
                long[] all = new long[heads];
                Arrays.fill(all, positions);
                long[] order = new long[pages];
                Arrays.setAll(order, i -> (i * 7 + 3) % 120);
                Buffer each = Buffers.integers(arena, I32, all);
                Buffer table = Buffers.integers(arena, I32, order);
                Buffer one = Buffers.integers(arena, I32, positions);
                kernels.of(copy).run(each, slab, larger);
                kernels.of(unpack).run(slab, pool, table, one);
                kernels.of(pack).run(again, pool, table, one);
                EveryOrigin.REFERENCE.of(copy).run(each, slab, exactLarger);
                EveryOrigin.REFERENCE.of(unpack).run(slab, exactPool, table, one);
                EveryOrigin.REFERENCE.of(copy).run(each, slab, exactAgain);
                assertThat(larger.segment().mismatch(exactLarger.segment())).isEqualTo(-1);
                assertThat(pool.segment().mismatch(exactPool.segment())).isEqualTo(-1);
                assertThat(again.segment().mismatch(exactAgain.segment())).isEqualTo(-1);
            }
        }
    }

    /** Levels past the cache go by tiles of 32 blocks: the last may be short, frames may end within a block, and rows within a line. */
    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void manyFramesAreScaled(EveryOrigin.Origin kernels) {
        int mels = 5, blocks = 7045;
        for (int lanes : new int[] {8, 16}) {
            for (int frames : new int[] {blocks * lanes, blocks * lanes - 16, blocks * lanes - 3}) {
                try (Arena arena = Arena.ofConfined()) {
                    Buffer levels = Buffers.random(arena, new Random(frames), F32, blocks, mels, lanes);
                    for (int i = 0; i < levels.elements(); i++) levels.setFloat(i, 8 * levels.getFloat(i));
                    Buffer peak = Buffers.random(arena, new Random(lanes), F32, blocks, lanes);
                    Buffer ours = Buffer.allocate(arena, F32, mels, frames);
                    Buffer exact = Buffer.allocate(arena, F32, mels, frames);
                    KernelSpec spec =
                            KernelSpec.of("log_mel_scale").with("lanes", lanes).with("mels", mels);
                    kernels.of(spec).run(ours, levels, peak);
                    EveryOrigin.REFERENCE.of(spec).run(exact, levels, peak);
                    assertThat(Buffers.error(exact, ours, 1)).isLessThan(1e-6);
                }
            }
        }
    }

    /** Rows past the cache go through their stages one behind the other: no row may leak into the next, and a larger value late in a row must count. */
    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void rowsPastTheCacheAreThoseOfTheReference(EveryOrigin.Origin kernels) {
        for (int columns : new int[] {1088, 2048, 131_072}) {
            try (Arena arena = Arena.ofConfined()) {
                int rows = Math.max(12, 600_000 / columns);
                Buffer x = Buffers.random(arena, new Random(columns), F32, rows, columns);
                long last = (rows - 1L) * columns;
                for (int c = 0; c < columns; c++) {
                    if (c < columns - 3) x.setFloat(c, Float.NEGATIVE_INFINITY);
                    x.setFloat(2L * columns + c, Float.NEGATIVE_INFINITY);
                    x.setFloat(4L * columns + c, c * 40f / columns);
                    x.setFloat(6L * columns + c, -c);
                    x.setFloat(last + c, c % 5 == 0 ? 90 : -90);
                }
                x.setFloat(3L * columns + 70, Float.NaN);
                x.setFloat(8L * columns + columns - 1, Float.POSITIVE_INFINITY);
                Buffer temperature = Buffers.random(arena, new Random(2), F32, rows);
                for (int r = 0; r < rows; r++)
                    temperature.setFloat(r, r == 9 ? -1 : 0.5f + Math.abs(temperature.getFloat(r)));
                assertSameRows(kernels, KernelSpec.of("softmax").with("columns", columns), arena, x);
                assertSameRows(kernels, KernelSpec.of("log_softmax").with("columns", columns), arena, x, temperature);
                if (columns > 65_536) continue;
                Buffer weight = Buffers.random(arena, new Random(3), F32, columns);
                Buffer bias = Buffers.random(arena, new Random(4), F32, columns);
                for (int c = 0; c < columns; c++) x.setFloat(5L * columns + c, x.getFloat(5L * columns + c) + 1000);
                KernelSpec layer =
                        KernelSpec.of("layer_norm").with("d", columns).with("epsilon", "0.00001");
                KernelSpec rms = KernelSpec.of("rms_norm").with("d", columns).with("epsilon", "0.00001");
                assertSameRows(kernels, layer, arena, x, weight, bias);
                assertSameRows(kernels, rms, arena, x, weight);
            }
        }
    }

    /** Groups of one, two and four rows, the last not full; rows whose first columns say nothing about the others, and rows far from zero. */
    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void normsPastTheCacheAreThoseOfTheReference(EveryOrigin.Origin kernels) {
        for (int d : new int[] {64, 448, 1536, 8256}) {
            try (Arena arena = Arena.ofConfined()) {
                int rows = 530_000 / d | 1;
                Buffer x = Buffers.random(arena, new Random(d), F32, rows, d);
                for (int c = 0; c < d; c++) {
                    x.setFloat(c, x.getFloat(c) + (c < 64 ? 10_000 : 0));
                    x.setFloat(d + c, x.getFloat(d + c) + (c < d / 2 ? 0 : 1000));
                    x.setFloat(2L * d + c, 3);
                    x.setFloat(4L * d + c, x.getFloat(4L * d + c) + 1000);
                    x.setFloat((rows - 1L) * d + c, c % 100);
                }
                x.setFloat(6L * d + d - 1, Float.NaN);
                Buffer weight = Buffers.random(arena, new Random(3), F32, d);
                Buffer bias = Buffers.random(arena, new Random(4), F32, d);
                KernelSpec layer = KernelSpec.of("layer_norm").with("d", d).with("epsilon", "0.00001");
                KernelSpec rms = KernelSpec.of("rms_norm").with("d", d).with("epsilon", "0.00001");
                assertSameRows(kernels, layer, arena, x, weight, bias);
                assertSameRows(kernels, rms, arena, x, weight);
            }
        }
    }

    private static void assertSameRows(EveryOrigin.Origin kernels, KernelSpec spec, Arena arena, Buffer... inputs) {
        Buffer[] ours = Arrays.copyOf(inputs, inputs.length + 1), exact = ours.clone();
        ours[inputs.length] = Buffer.allocate(arena, F32, inputs[0].shape());
        exact[inputs.length] = Buffer.allocate(arena, F32, inputs[0].shape());
        kernels.of(spec).run(ours);
        EveryOrigin.REFERENCE.of(spec).run(exact);
        assertThat(Buffers.error(exact[inputs.length], ours[inputs.length], 1))
                .as("%s", spec)
                .isLessThan(1e-5);
    }
}
