package io.agentopt.runtime.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.message.Embedding;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.CancelledException;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.llm.encode.BatchLimits;
import io.agentopt.runtime.llm.error.LlmException;
import io.agentopt.runtime.llm.error.PromptTooLongException;
import io.agentopt.runtime.llm.pack.ModelPack;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbedEngineTest {
    @TempDir
    Path root;

    @Test
    void aBatchEqualsOneAtATime() {
        try (EmbedEngine engine =
                EmbedEngine.open(ModelPack.read(TinyPack.writeEmbedder(root, "embed")), SessionSettings.cpu(1))) {
            List<String> texts =
                    List.of("returns within 30 days", "x", "", "shipping to Österreich takes four days", "x");
            List<Embedding> batch = engine.embed(texts, CancelToken.none());
            for (int i = 0; i < texts.size(); i++) {
                float[] alone = engine.embed(texts.get(i), CancelToken.none()).values(),
                        together = batch.get(i).values();
                assertThat(alone).hasSize(TinyPack.DIMENSION);
                double squares = 0;
                for (int d = 0; d < alone.length; d++) {
                    assertThat((double) together[d]).isCloseTo(alone[d], within(1e-5));
                    squares += (double) alone[d] * alone[d];
                }
                assertThat(squares).isCloseTo(texts.get(i).isEmpty() ? 0 : 1, within(1e-5));
            }
            assertThat(batch.get(1)).isEqualTo(batch.get(4));
            assertThat(engine.embed(List.of(), CancelToken.none())).isEmpty();
            assertThat(engine.embed(java.util.Collections.nCopies(70, "x"), CancelToken.none()))
                    .hasSize(70)
                    .allSatisfy(e -> assertThat(e.cosine(batch.get(1))).isCloseTo(1, within(1e-5)));
            assertThatThrownBy(() -> engine.embed("y".repeat(65), CancelToken.none()))
                    .isInstanceOf(PromptTooLongException.class)
                    .hasMessageContaining("65 tokens");
            assertThatThrownBy(() -> engine.embed(List.of("x", "y".repeat(70), "z"), CancelToken.none()))
                    .isInstanceOf(PromptTooLongException.class)
                    .hasMessageContaining("Text 2 of 3 has 70 tokens and the model 'embed' takes at most 64");
            assertThatThrownBy(() -> engine.embed("y", CancelToken.after(Duration.ZERO)))
                    .isInstanceOf(CancelledException.class);
        }
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    @Test
    void aClosedEngineSaysSo() {
        EmbedEngine engine =
                EmbedEngine.open(ModelPack.read(TinyPack.writeEmbedder(root, "embed")), SessionSettings.cpu(1));
        engine.close();
        engine.close();
        assertThatThrownBy(() -> engine.embed("y", CancelToken.none()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    @Test
    void thousandTextsOfAllLengthsEqualOneAtATimeWhateverTheLimits() {
        SplittableRandom random = new SplittableRandom(5);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            StringBuilder text = new StringBuilder();
            int length = random.nextInt(0, 64);
            for (int c = 0; c < length; c++) text.append((char) random.nextInt('a', 'z'));
            texts.add(text.toString());
        }
        ModelPack pack = ModelPack.read(TinyPack.writeEmbedder(root, "embed"));
        try (EmbedEngine alone = EmbedEngine.open(
                        pack, EmbedSettings.of(SessionSettings.cpu(1)).withLimits(new BatchLimits(1, 1, 0)));
                EmbedEngine together = EmbedEngine.open(pack, SessionSettings.cpu(1));
                EmbedEngine unpadded = EmbedEngine.open(
                        pack, EmbedSettings.of(SessionSettings.cpu(1)).withLimits(new BatchLimits(500, 9999, 0)))) {
            List<Embedding> expected = alone.embed(texts, CancelToken.none());
            for (EmbedEngine engine : List.of(together, unpadded)) {
                List<Embedding> batch = engine.embed(texts, CancelToken.none());
                for (int i = 0; i < texts.size(); i++)
                    assertThat(batch.get(i).values())
                            .containsExactly(expected.get(i).values(), within(1e-5f));
            }
        }
    }

    @Test
    void numbersThatAreNotFiniteAreAFailureOfTheirRequestAlone() {
        Path folder = TinyPack.writeEmbedder(root, "embed");
        try (EmbedEngine engine = EmbedEngine.open(TinyPack.overflowing(folder, 'q'), SessionSettings.cpu(1))) {
            assertThatThrownBy(() -> engine.embed(List.of("fine", "a q in it"), CancelToken.none()))
                    .isInstanceOf(LlmException.class)
                    .hasMessageContaining("Text 2 of 2 has an embedding by model 'embed' that is not finite");
            assertThat(engine.embed(List.of("fine"), CancelToken.none())).hasSize(1);
        }
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }
}
