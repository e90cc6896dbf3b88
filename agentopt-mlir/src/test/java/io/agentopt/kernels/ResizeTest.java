package io.agentopt.kernels;

import static io.agentopt.kernel.ElementType.F32;
import static io.agentopt.kernel.ElementType.I32;
import static io.agentopt.kernel.ElementType.I8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.Kernel;
import io.agentopt.kernel.KernelSpec;
import java.lang.foreign.Arena;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ResizeTest {
    /** What Pillow 12.3.0 makes of {@link #image} of 11 x 13 pixels: {@code resize((5, 4), BILINEAR)}. */
    private static final int[] PILLOW_SMALLER = {
        111, 149, 122, 130, 135, 105, 145, 94, 113, 103, 128, 118, 127, 126, 145, 109, 117, 138, 104, 142, 127, 147,
                134, 127, 151, 130, 108, 105, 145,
        123, 122, 127, 136, 111, 101, 149, 162, 139, 135, 134, 131, 136, 93, 144, 130, 119, 163, 86, 101, 98, 121, 138,
                119, 104, 146, 103, 131, 121,
        109, 157
    };

    /** The same of 2 x 3 pixels. */
    private static final int[] PILLOW_LARGER = {
        0, 38, 90, 62, 117, 84, 156, 236, 74, 172, 123, 140, 182, 48, 184, 20, 89, 109, 68, 129, 89, 142, 190, 59, 176,
        133, 143, 199, 96, 200, 59, 191, 146, 81, 153, 99, 114, 97, 29, 185, 154, 150, 232, 192, 231, 78, 242, 164, 87,
        165, 104, 100, 50, 14, 189, 164, 153, 248, 240, 246
    };

    private static final KernelSpec RGB = KernelSpec.of("resize").with("channels", 3);

    private static Buffer image(Arena arena, int height, int width, int channels) {
        Buffer image = Buffer.allocate(arena, I8, height, width, channels);
        for (int i = 0; i < image.elements(); i++) image.setInteger(i, i * i * 7 + i * 31);
        return image;
    }

    private static Buffer resized(
            Arena arena, Kernel kernel, Buffer image, ResizeTaps y, ResizeTaps x, float[] scale, float[] bias) {
        Buffer out = Buffer.allocate(
                arena,
                F32,
                image.dimension(2),
                y.first(arena).elements(),
                x.first(arena).elements());
        kernel.run(
                y.first(arena),
                y.weights(arena),
                x.first(arena),
                x.weights(arena),
                Buffer.copyOf(arena, scale),
                Buffer.copyOf(arena, bias),
                image,
                out);
        return out;
    }

    private static Buffer resized(Arena arena, EveryOrigin.Origin kernels, Buffer image, ResizeTaps y, ResizeTaps x) {
        int channels = (int) image.dimension(2);
        float[] ones = new float[channels];
        Arrays.fill(ones, 1);
        return resized(
                arena,
                kernels.of(KernelSpec.of("resize").with("channels", channels)),
                image,
                y,
                x,
                ones,
                new float[channels]);
    }

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void antialiasedIsWithinOneLevelOfPillow(EveryOrigin.Origin kernels) {
        try (Arena arena = Arena.ofConfined()) {
            isNear(
                    PILLOW_SMALLER,
                    resized(
                            arena,
                            kernels,
                            image(arena, 11, 13, 3),
                            ResizeTaps.antialiased(11, 4),
                            ResizeTaps.antialiased(13, 5)));
            isNear(
                    PILLOW_LARGER,
                    resized(
                            arena,
                            kernels,
                            image(arena, 2, 3, 3),
                            ResizeTaps.antialiased(2, 4),
                            ResizeTaps.antialiased(3, 5)));
        }
    }

    private static void isNear(int[] pillow, Buffer ours) {
        for (int p = 0; p < 20; p++) {
            for (int c = 0; c < 3; c++)
                assertThat(ours.getFloat(c * 20 + p)).isCloseTo(pillow[3 * p + c], within(1.01f));
        }
    }

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void theSameSizeNormalisesOnly(EveryOrigin.Origin kernels) {
        try (Arena arena = Arena.ofConfined()) {
            for (int width : new int[] {1, 21, 22, 64, 65}) {
                Buffer image = image(arena, 3, width, 3);
                ResizeTaps y = ResizeTaps.antialiased(3, 3);
                ResizeTaps x = ResizeTaps.nearestTwo(width, width);
                Buffer out =
                        resized(arena, kernels.of(RGB), image, y, x, new float[] {1, 2, 0.5f}, new float[] {0, -1, 10});
                for (int i = 0; i < 3 * width; i++) {
                    assertThat(out.getFloat(i)).isCloseTo((float) (image.getInteger(3L * i) & 0xff), within(1e-4f));
                    assertThat(out.getFloat(3L * width + i))
                            .isCloseTo((float) (2 * (image.getInteger(3L * i + 1) & 0xff) - 1), within(1e-3f));
                    assertThat(out.getFloat(6L * width + i))
                            .isCloseTo(0.5f * (image.getInteger(3L * i + 2) & 0xff) + 10, within(1e-3f));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void oneColourStaysThatColour(EveryOrigin.Origin kernels) {
        try (Arena arena = Arena.ofConfined()) {
            for (int channels = 1; channels <= 4; channels++) {
                Buffer image = Buffer.allocate(arena, I8, 37, 53, channels);
                image.segment().fill((byte) 200);
                for (ResizeTaps x : new ResizeTaps[] {
                    ResizeTaps.antialiased(53, 7), ResizeTaps.nearestTwo(53, 99), ResizeTaps.antialiased(53, 1)
                }) {
                    Buffer out = resized(arena, kernels, image, ResizeTaps.antialiased(37, 9), x);
                    for (int i = 0; i < out.elements(); i++)
                        assertThat(out.getFloat(i)).isCloseTo(200, within(2e-3f));
                }
            }
        }
    }

    @Test
    void withoutAntialiasingTheTwoNearestPixelsCount() {
        try (Arena arena = Arena.ofConfined()) {
            ResizeTaps taps = ResizeTaps.nearestTwo(8, 2);
            assertThat(taps.taps()).isEqualTo(2);
            Buffer image = Buffer.allocate(arena, I8, 1, 8, 1);
            for (int i = 0; i < 8; i++) image.setInteger(i, 10L * i * i);
            Buffer out = resized(arena, EveryOrigin.REFERENCE, image, ResizeTaps.nearestTwo(1, 1), taps);
            // Centres at 2.0 and 6.0, halfway between pixels 1 and 2, and 5 and 6 (360 wraps to 104).
            assertThat(out.toFloatArray()).containsExactly(25, (250 + 104) / 2f);
        }
    }

    @Test
    void weightsOfAnOutputAddUpToOne() {
        try (Arena arena = Arena.ofConfined()) {
            for (int[] size : new int[][] {{1, 1}, {1, 9}, {9, 1}, {1080, 224}, {224, 1080}, {7, 5}}) {
                ResizeTaps taps = ResizeTaps.antialiased(size[0], size[1]);
                Buffer weights = taps.weights(arena);
                Buffer first = taps.first(arena);
                for (int i = 0; i < size[1]; i++) {
                    double sum = 0;
                    for (int t = 0; t < taps.taps(); t++) sum += weights.getFloat((long) i * taps.taps() + t);
                    assertThat(sum).isCloseTo(1, within(1e-6));
                    assertThat(first.getInteger(i)).isBetween(0L, (long) size[0] - taps.taps());
                }
            }
        }
        assertThatThrownBy(() -> ResizeTaps.antialiased(0, 5)).hasMessageContaining("0 pixels");
    }

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void everySizeIsAsExactAsSinglePrecision(EveryOrigin.Origin kernels) {
        int[][] sizes = {
            {1, 1, 1, 1}, {2, 64, 3, 5}, {33, 43, 17, 19}, {50, 127, 7, 200}, {300, 601, 31, 29}, {19, 5000, 8, 3}
        };
        for (int[] size : sizes) {
            for (int channels : new int[] {1, 3, 4}) {
                try (Arena arena = Arena.ofConfined()) {
                    Buffer image = image(arena, size[0], size[1], channels);
                    ResizeTaps y = ResizeTaps.antialiased(size[0], size[2]);
                    ResizeTaps x = ResizeTaps.antialiased(size[1], size[3]);
                    Buffer exact = resized(arena, EveryOrigin.REFERENCE, image, y, x);
                    assertThat(Buffers.error(exact, resized(arena, kernels, image, y, x), 1))
                            .isLessThan(1e-5);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void noRowsOrColumnsGiveNothing(EveryOrigin.Origin kernels) {
        try (Arena arena = Arena.ofConfined()) {
            Buffer image = image(arena, 4, 4, 3);
            Buffer none = Buffer.allocate(arena, I32, 0);
            Buffer noWeights = Buffer.allocate(arena, F32, 0, 2);
            Buffer ones = Buffer.copyOf(arena, new float[] {1, 1, 1});
            Buffer some = ResizeTaps.nearestTwo(4, 3).first(arena);
            Buffer someWeights = ResizeTaps.nearestTwo(4, 3).weights(arena);
            Kernel kernel = kernels.of(RGB);
            kernel.run(none, noWeights, some, someWeights, ones, ones, image, Buffer.allocate(arena, F32, 3, 0, 3));
            kernel.run(some, someWeights, none, noWeights, ones, ones, image, Buffer.allocate(arena, F32, 3, 3, 0));
        }
    }

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void windowsOutsideOfTheImageAreRefused(EveryOrigin.Origin kernels) {
        try (Arena arena = Arena.ofConfined()) {
            Kernel kernel = kernels.of(RGB);
            float[] ones = {1, 1, 1};
            Buffer image = image(arena, 10, 12, 3);
            ResizeTaps ten = ResizeTaps.antialiased(10, 5);
            ResizeTaps eleven = ResizeTaps.antialiased(11, 5);
            ResizeTaps twelve = ResizeTaps.antialiased(12, 5);
            assertThatThrownBy(() -> resized(arena, kernel, image, eleven, twelve, ones, ones))
                    .hasMessageContaining("'first_row'");
            assertThatThrownBy(() -> resized(arena, kernel, image, ten, ResizeTaps.antialiased(13, 5), ones, ones))
                    .hasMessageContaining("'first_column'");
            assertThatThrownBy(() -> resized(arena, kernel, image(arena, 2, 12, 3), ten, twelve, ones, ones))
                    .hasMessageContaining("reach over " + ten.taps());
            Buffer wide = Buffer.allocate(arena, I8, 1, 10_923, 3);
            ResizeTaps one = ResizeTaps.nearestTwo(1, 1);
            assertThatThrownBy(() -> resized(arena, kernel, wide, one, ResizeTaps.nearestTwo(10_923, 2), ones, ones))
                    .hasMessageContaining("it takes 10922");
        }
    }
}
