package io.agentopt.kernels;

import static io.agentopt.kernel.ElementType.F32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.KernelSpec;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LogMelTest {
    /** {@return the spectrogram, whose kernels have the code of the origin} */
    private static LogMelSpectrogram spectrogram(EveryOrigin.Origin kernels, int mels) {
        for (String kernel : new String[] {"log_mel", "log_mel_scale"}) {
            kernels.of(KernelSpec.of(kernel).with("lanes", 16).with("mels", mels));
        }
        return new LogMelSpectrogram(kernels.kernels(), mels);
    }

    private static float[] sine(int samples, double hertz, double amplitude) {
        float[] audio = new float[samples];
        for (int i = 0; i < samples; i++) audio[i] = (float) (amplitude * Math.sin(2 * Math.PI * hertz * i / 16_000));
        return audio;
    }

    /** The figures are those of librosa 0.11's filters.mel(sr=16000, n_fft=400), which Whisper's filters are. */
    @Test
    void filtersAreThoseOfWhisper() {
        List<MelFilterBank.Filter> eighty = MelFilterBank.of(80, 16_000, 400);
        List<MelFilterBank.Filter> many = MelFilterBank.of(128, 16_000, 400);
        assertThat(sum(eighty)).isCloseTo(1.9990242, within(1e-6));
        assertThat(sum(many)).isCloseTo(3.1909857, within(1e-6));
        assertThat(count(eighty)).isEqualTo(391);
        assertThat(count(many)).isEqualTo(394);
        assertThat(weight(eighty, 0, 1)).isCloseTo(0.0248625949, within(1e-8));
        assertThat(weight(eighty, 40, 43)).isCloseTo(0.0147355665, within(1e-8));
        assertThat(weight(eighty, 79, 192)).isCloseTo(0.0031647119, within(1e-8));
        assertThat(weight(many, 127, 195)).isCloseTo(0.0050416016, within(1e-8));
    }

    private static double sum(List<MelFilterBank.Filter> filters) {
        return filters.stream().flatMapToDouble(f -> Arrays.stream(f.weights())).sum();
    }

    private static long count(List<MelFilterBank.Filter> filters) {
        return filters.stream().mapToLong(f -> f.weights().length).sum();
    }

    private static double weight(List<MelFilterBank.Filter> filters, int mel, int bin) {
        return filters.get(mel).weights()[bin - filters.get(mel).bin()];
    }

    /** A sine on bin 25 has, under a Hann window of 400, the powers (A 400 / 4)^2 there and a quarter of it beside it. */
    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void aSinesEnergyIsInItsBinAndTheTwoBesideIt(EveryOrigin.Origin kernels) {
        try (Arena arena = Arena.ofConfined()) {
            int blocks = 2, mels = 80, lanes = 8;
            KernelSpec spec = KernelSpec.of("log_mel").with("lanes", lanes).with("mels", mels);
            Buffer levels = Buffer.allocate(arena, F32, blocks, mels, lanes);
            Buffer peak = Buffer.allocate(arena, F32, blocks, lanes);
            kernels.of(spec).run(levels, peak, Buffer.copyOf(arena, sine(15 * 160 + 400, 1000, 0.5)));
            List<MelFilterBank.Filter> filters = MelFilterBank.of(mels, 16_000, 400);
            int heard = 0;
            for (int m = 0; m < mels; m++) {
                MelFilterBank.Filter filter = filters.get(m);
                double energy = 0;
                for (int j = 0; j < filter.weights().length; j++) {
                    int from25 = Math.abs(filter.bin() + j - 25);
                    energy += filter.weights()[j] * (from25 == 0 ? 2500 : from25 == 1 ? 625 : 0);
                }
                if (energy == 0) continue;
                heard++;
                for (int f = 0; f < 16; f++) {
                    assertThat(levels.getFloat((f / lanes * mels + m) * lanes + f % lanes))
                            .isCloseTo((float) Math.log10(energy), within(1e-4f));
                }
            }
            assertThat(heard).isBetween(2, 4);
            for (int f = 0; f < 16; f++) {
                float largest = -99;
                for (int m = 0; m < mels; m++)
                    largest = Math.max(largest, levels.getFloat((f / lanes * mels + m) * lanes + f % lanes));
                assertThat(peak.getFloat(f)).isEqualTo(largest);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void noiseOfAnyLoudnessIsAsExactAsSinglePrecision(EveryOrigin.Origin kernels) {
        Random random = new Random(7);
        for (int lanes : new int[] {4, 8, 16}) {
            for (double loudness : new double[] {1e-6, 1, 1e6}) {
                try (Arena arena = Arena.ofConfined()) {
                    int blocks = 3, mels = lanes == 4 ? 128 : lanes == 8 ? 1 : 80;
                    KernelSpec spec =
                            KernelSpec.of("log_mel").with("lanes", lanes).with("mels", mels);
                    Buffer audio = Buffers.random(arena, random, F32, (3 * lanes - 1) * 160 + 400);
                    for (int i = 0; i < audio.elements(); i++)
                        audio.setFloat(i, (float) (audio.getFloat(i) * loudness));
                    Buffer[] ours = outputs(arena, blocks, mels, lanes);
                    Buffer[] exact = outputs(arena, blocks, mels, lanes);
                    kernels.of(spec).run(ours[0], ours[1], audio);
                    EveryOrigin.REFERENCE.of(spec).run(exact[0], exact[1], audio);
                    assertThat(Buffers.error(exact[0], ours[0], 1)).isLessThan(1e-5);
                    assertThat(Buffers.error(exact[1], ours[1], 1)).isLessThan(1e-5);
                    for (int frames : new int[] {0, 1, lanes, 3 * lanes - 1}) {
                        KernelSpec scale = KernelSpec.of("log_mel_scale")
                                .with("lanes", lanes)
                                .with("mels", mels);
                        Buffer one = Buffer.allocate(arena, F32, mels, frames);
                        Buffer other = Buffer.allocate(arena, F32, mels, frames);
                        kernels.of(scale).run(one, exact[0], exact[1]);
                        EveryOrigin.REFERENCE.of(scale).run(other, exact[0], exact[1]);
                        assertThat(Buffers.error(other, one, 1)).isLessThan(1e-6);
                    }
                }
            }
        }
    }

    private static Buffer[] outputs(Arena arena, int blocks, int mels, int lanes) {
        return new Buffer[] {
            Buffer.allocate(arena, F32, blocks, mels, lanes), Buffer.allocate(arena, F32, blocks, lanes)
        };
    }

    /** A full-scale tone leaves rounding noise in bins that are exactly silent: about 1e-7 of its amplitude, 1e-14 of its power. */
    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void aTonesSpectrogramIsExactWhereItIsNotRoundingNoise(EveryOrigin.Origin kernels) {
        try (Arena arena = Arena.ofConfined()) {
            float[] tone = sine(16_000, 1234, 1);
            Buffer ours = spectrogram(kernels, 80).of(arena, tone);
            Buffer exact = spectrogram(EveryOrigin.REFERENCE, 80).of(arena, tone);
            assertThat(Buffers.error(exact, ours, 1)).isLessThan(1e-3);
        }
    }

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void silenceIsTheLowestLevelEverywhere(EveryOrigin.Origin kernels) {
        try (Arena arena = Arena.ofConfined()) {
            Buffer spectrogram = spectrogram(kernels, 128).of(arena, new float[3333]);
            assertThat(spectrogram.shape()).containsExactly(128, 20);
            for (int i = 0; i < spectrogram.elements(); i++)
                assertThat(spectrogram.getFloat(i)).isEqualTo(-1.5f);
        }
    }

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void tenTimesLouderIsHalfAUnitMore(EveryOrigin.Origin kernels) {
        try (Arena arena = Arena.ofConfined()) {
            Random random = new Random(6);
            float[] quiet = new float[16_000];
            float[] loud = new float[quiet.length];
            for (int i = 0; i < quiet.length; i++) {
                quiet[i] = (float) random.nextGaussian() / 100;
                loud[i] = quiet[i] * 10;
            }
            LogMelSpectrogram whisper = spectrogram(kernels, 80);
            float[] low = whisper.of(arena, quiet).toFloatArray();
            float[] high = whisper.of(arena, loud).toFloatArray();
            for (int i = 0; i < low.length; i++) assertThat(high[i]).isCloseTo(low[i] + 0.5f, within(1e-5f));
        }
    }

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void levelsMoreThanEightBelowTheLargestAreRaised(EveryOrigin.Origin kernels) {
        try (Arena arena = Arena.ofConfined()) {
            float[] audio = sine(8000, 440, 1);
            Arrays.fill(audio, 4000, 8000, 0);
            float[] spectrogram = spectrogram(kernels, 80).of(arena, audio).toFloatArray();
            float largest = Float.NEGATIVE_INFINITY;
            for (float x : spectrogram) largest = Math.max(largest, x);
            float floor = spectrogram[spectrogram.length - 1];
            assertThat(floor).isCloseTo(largest - 2, within(1e-6f));
            for (float x : spectrogram) assertThat(x).isGreaterThanOrEqualTo(floor);
        }
    }

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void aNanMakesItsFramesNanAndWithThemTheSpectrogram(EveryOrigin.Origin kernels) {
        try (Arena arena = Arena.ofConfined()) {
            float[] audio = sine(31 * 160 + 400, 300, 1);
            audio[1000] = Float.NaN;
            KernelSpec spec = KernelSpec.of("log_mel").with("lanes", 16).with("mels", 80);
            Buffer levels = Buffer.allocate(arena, F32, 2, 80, 16);
            Buffer peak = Buffer.allocate(arena, F32, 2, 16);
            kernels.of(spec).run(levels, peak, Buffer.copyOf(arena, audio));
            for (int f = 0; f < 32; f++) {
                boolean touched = f * 160 <= 1000 && 1000 < f * 160 + 400;
                assertThat(Float.isNaN(peak.getFloat(f))).as("frame %d", f).isEqualTo(touched);
                assertThat(Float.isNaN(levels.getFloat((f / 16 * 80 + 7) * 16 + f % 16)))
                        .isEqualTo(touched);
            }
            Buffer spectrogram = Buffer.allocate(arena, F32, 80, 19);
            kernels.of(KernelSpec.of("log_mel_scale").with("lanes", 16).with("mels", 80))
                    .run(spectrogram, levels, peak);
            for (int i = 0; i < spectrogram.elements(); i++)
                assertThat(spectrogram.getFloat(i)).isNaN();
        }
    }

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void shortAudioAndTooManyFramesAreRefused(EveryOrigin.Origin kernels) {
        try (Arena arena = Arena.ofConfined()) {
            KernelSpec spec = KernelSpec.of("log_mel").with("lanes", 4).with("mels", 80);
            Buffer levels = Buffer.allocate(arena, F32, 1, 80, 4);
            Buffer peak = Buffer.allocate(arena, F32, 1, 4);
            Buffer audio = Buffer.allocate(arena, F32, 3 * 160 + 399);
            assertThatThrownBy(() -> kernels.of(spec).run(levels, peak, audio))
                    .hasMessageContaining("879 samples")
                    .hasMessageContaining("880");
            Buffer spectrogram = Buffer.allocate(arena, F32, 80, 5);
            KernelSpec scale = KernelSpec.of("log_mel_scale").with("lanes", 4).with("mels", 80);
            assertThatThrownBy(() -> kernels.of(scale).run(spectrogram, levels, peak))
                    .hasMessageContaining("5 frames");
            assertThatThrownBy(() -> spectrogram(kernels, 80).of(arena, new float[200]))
                    .hasMessageContaining("200 samples");
            assertThat(spectrogram(kernels, 80).of(arena, new float[201]).shape())
                    .containsExactly(80, 1);
        }
    }
}
