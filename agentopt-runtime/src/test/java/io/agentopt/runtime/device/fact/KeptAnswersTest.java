package io.agentopt.runtime.device.fact;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptAnswersTest {
    @Test
    void anyTextComesBack(@TempDir Path folder) {
        KeptAnswers kept = new KeptAnswers(folder);
        for (String text : new String[] {
            "",
            " ",
            "  two before",
            "after  ",
            "a=b:c#d!e",
            "line\nline\r\n\ttab\f",
            "C:\\path\\u0041",
            "naïve ☃ 𝄞",
            "\\"
        }) {
            kept.write(text, Map.of("a.b", text, "n", "1"));
            assertThat(kept.read(text).orElseThrow())
                    .as(text)
                    .containsEntry("a.b", text)
                    .containsEntry("n", "1");
        }
        assertThat(kept.read("another")).isEmpty();
    }

    @Test
    void onlyNumbersAboveZeroAreNumbers() {
        assertThat(KeptAnswers.positive(Map.of("n", "2.5e3"), "n")).contains(2500.0);
        for (String none : new String[] {"", "0", "-1", "NaN", "Infinity", "1e999", "many"})
            assertThat(KeptAnswers.positive(Map.of("n", none), "n")).as(none).isEmpty();
        assertThat(KeptAnswers.positive(Map.of(), "n")).isEmpty();
    }
}
