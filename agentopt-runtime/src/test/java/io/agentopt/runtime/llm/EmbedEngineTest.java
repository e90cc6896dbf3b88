package io.agentopt.runtime.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.message.Embedding;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.CancelledException;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.llm.error.PromptTooLongException;
import io.agentopt.runtime.llm.pack.ModelPack;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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
}
