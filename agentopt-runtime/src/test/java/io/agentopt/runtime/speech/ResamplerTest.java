package io.agentopt.runtime.speech;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.message.Audio;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResamplerTest {
    private static final int RATE = 16_000;

    private static float[] all(Audio audio) {
        Resampler r = new Resampler(audio, RATE);
        return r.part(0, Math.toIntExact(r.length()));
    }

    /** The sum of the class's comment, by itself. */
    private static double plain(Audio audio, long n) {
        double t = (double) n * audio.sampleRate() / RATE;
        double cut = Resampler.PASS * Math.min(1, (double) RATE / audio.sampleRate()), sum = 0;
        float[] x = audio.samples();
        for (int k = 0; k < x.length; k++) sum += x[k] * cut * Resampler.kernel(cut * (t - k));
        return sum;
    }

    @ParameterizedTest
    @ValueSource(ints = {8_000, 11_025, 22_050, 44_100, 48_000, 12_347, 96_000, 250_007, 1_000})
    void agreesWithThePlainSum(int rate) {
        Audio audio = Sounds.tones(rate, 400.0 / RATE * 4, rate);
        float[] out = all(audio);
        assertThat(out).hasSize(Math.ceilDiv(audio.length() * RATE, rate));
        for (int n = 0; n < out.length; n += 7) assertThat(out[n]).isCloseTo((float) plain(audio, n), within(2e-5f));
    }

    /** A tone that both rates can hold stays the same tone, away from the ends. */
    @ParameterizedTest
    @ValueSource(ints = {8_000, 22_050, 44_100, 48_000})
    void keepsTones(int rate) {
        for (double hertz : new double[] {50, 440, 3_000}) {
            float[] out = all(Sounds.sine(hertz, 0.25, rate));
            for (int n = 400; n < out.length - 400; n++)
                assertThat(out[n]).isCloseTo((float) Math.sin(2 * Math.PI * hertz * n / RATE), within(4e-4f));
        }
    }

    /** At 48 kHz a tone of 15 kHz would fold to 1 kHz. */
    @Test
    void removesWhatWouldFold() {
        float[] out = all(Sounds.sine(15_000, 0.25, 48_000));
        for (int n = 400; n < out.length - 400; n++) assertThat(out[n]).isCloseTo(0, within(2e-4f));
    }

    @Test
    void partsAreThoseOfTheWhole() {
        Audio audio = Sounds.tones(4, 0.2, 44_100);
        Resampler r = new Resampler(audio, RATE);
        float[] whole = r.part(0, 4_000);
        assertThat(r.length()).isEqualTo(3_200);
        assertThat(r.part(1_000, 500)).isEqualTo(java.util.Arrays.copyOfRange(whole, 1_000, 1_500));
        assertThat(java.util.Arrays.copyOfRange(whole, 3_200, 4_000)).containsOnly(0);
    }

    @Test
    void soundAtTheWantedRateIsCopied() {
        Audio audio = Sounds.tones(5, 0.1, RATE);
        assertThat(all(audio)).isEqualTo(audio.samples());
        assertThat(new Resampler(audio, RATE).part(1_599, 3)).containsExactly(audio.samples()[1_599], 0, 0);
        assertThat(new Resampler(audio, RATE).part(5_000, 2)).containsExactly(0, 0);
        assertThat(new Resampler(new Audio(new float[0], 8_000), RATE).length()).isZero();
    }
}
