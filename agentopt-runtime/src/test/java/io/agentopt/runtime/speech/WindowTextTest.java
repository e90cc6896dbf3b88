package io.agentopt.runtime.speech;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.operator.Sampling;
import io.agentopt.runtime.llm.error.LlmException;
import io.agentopt.runtime.llm.pack.SpeechTokens;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class WindowTextTest {
    private static final SpeechTokens RULES = new SpeechTokens(
            1,
            0,
            Map.of(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalInt.of(6),
            OptionalInt.of(5),
            List.of(2),
            List.of(3),
            10);

    private static final Transcription.Span SPAN = new Transcription.Span(0, 1);

    private static WindowText text(int most) {
        return new WindowText(RULES, Optional.empty(), Fallback.NONE, Sampling.greedy(), most);
    }

    /** {@return scores of 8 tokens, one of which is far above the rest} */
    private static float[] sure(int token) {
        float[] scores = new float[8];
        scores[token] = 20;
        return scores;
    }

    @Test
    void suppressedTokensAndTimeStampsAreNeverChosen() {
        WindowText text = text(4);
        text.take(new float[] {0, 0, 9, 8, 1, 0, 7, 7}, "it");
        text.take(new float[] {0, 0, 9, 3, 1, 0, 7, 7}, "it");
        assertThat(text.window(SPAN).tokens()).containsExactly(4, 3); // 3 is not chosen first
    }

    @Test
    void endsAtTheEndTokenOrAtTheLimit() {
        WindowText ended = text(4);
        ended.take(sure(4), "it");
        ended.take(sure(0), "it");
        assertThat(ended.isOver()).isTrue();
        ended.take(sure(4), "it");
        assertThat(ended.window(SPAN)).isEqualTo(new Transcription.Window(SPAN, List.of(4, 0), true, true, 0));
        WindowText cut = text(1);
        cut.take(sure(4), "it");
        assertThat(cut.window(SPAN)).isEqualTo(new Transcription.Window(SPAN, List.of(4), true, false, 0));
    }

    /** Both thresholds must say so: nobody speaks, and the text is improbable. */
    @Test
    void silenceIsWhatIsProbablySilentAndImprobablySaid() {
        for (boolean silent : new boolean[] {true, false}) {
            for (boolean sure : new boolean[] {true, false}) {
                WindowText text = text(1);
                text.begin(sure(silent ? 5 : 4));
                text.take(sure ? sure(4) : new float[8], "it");
                assertThat(text.window(SPAN).speech()).isEqualTo(!silent || sure);
            }
        }
    }

    @Test
    void scoresThatAreNoNumbersAreRefused() {
        assertThatThrownBy(() -> text(1).take(new float[] {0, 0, 0, 0, Float.NaN, 0, 0, 0}, "The model 'm'"))
                .isInstanceOf(LlmException.class)
                .hasMessageContaining("The model 'm' scored token 4 with NaN");
    }
}
