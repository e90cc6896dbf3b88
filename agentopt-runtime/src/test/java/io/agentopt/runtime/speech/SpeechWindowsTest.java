package io.agentopt.runtime.speech;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.message.Audio;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpeechWindowsTest {
    private static final int RATE = 16_000, WINDOW = 3 * RATE;

    private static List<float[]> windows(Audio audio) {
        SpeechWindows windows = new SpeechWindows(new Resampler(audio, RATE), WINDOW, RATE);
        List<float[]> all = new ArrayList<>();
        while (!windows.isDone()) all.add(windows.next());
        return all;
    }

    @Test
    void shortSoundIsPadded() {
        Audio audio = Sounds.tones(1, 1, RATE);
        assertThat(windows(audio)).singleElement().satisfies(w -> {
            assertThat(w).hasSize(WINDOW);
            assertThat(Arrays.copyOf(w, RATE)).isEqualTo(audio.samples());
            assertThat(Arrays.copyOfRange(w, RATE, WINDOW)).containsOnly(0);
        });
        assertThat(windows(new Audio(new float[0], RATE))).isEmpty();
        assertThat(windows(Sounds.tones(1, 3, RATE))).hasSize(1);
    }

    /** Silence lies from 2.6 s to 2.8 s, so the window ends there and the next begins there. */
    @Test
    void longSoundIsCutWhereItIsQuietAndNothingIsLost() {
        float[] samples = Sounds.tones(2, 4, RATE).samples();
        Arrays.fill(samples, (int) (2.6 * RATE), (int) (2.8 * RATE), 0);
        List<float[]> windows = windows(new Audio(samples, RATE));
        assertThat(windows).hasSize(2);
        int cut = WINDOW;
        while (windows.get(0)[cut - 1] == 0) cut--;
        assertThat(cut).isEqualTo((int) (2.6 * RATE));
        for (int begin = (int) (2.6 * RATE); begin <= 2.8 * RATE; begin++) {
            if (windows.get(1)[(int) (2.8 * RATE) - begin] != samples[(int) (2.8 * RATE)]) continue;
            assertThat(Arrays.copyOf(windows.get(1), samples.length - begin))
                    .isEqualTo(Arrays.copyOfRange(samples, begin, samples.length));
            return;
        }
        throw new AssertionError("The second window does not begin in the silence.");
    }

    @Test
    void everyWindowOfLongSoundIsAtLeastFiveSixthsFull() {
        List<float[]> windows = windows(Sounds.tones(3, 20, RATE));
        assertThat(windows.size()).isBetween(7, 8);
        for (float[] w : windows.subList(0, windows.size() - 1)) {
            int full = WINDOW;
            while (w[full - 1] == 0) full--;
            assertThat(full).isBetween(WINDOW * 5 / 6, WINDOW);
        }
    }
}
