package io.agentopt.runtime.speech;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.kernel.Kernels;
import io.agentopt.kernels.KernelCatalog;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.llm.pack.ModelPackException;
import io.agentopt.runtime.llm.pack.SpeechPack;
import io.agentopt.runtime.speech.TinyWhisper.Style;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is refused when a recogniser is loaded, and what it will take. */
@Timeout(120)
class TranscribeEngineLoadTest {
    private static final TinyWeights WEIGHTS = TinyWeights.random(1);

    @TempDir
    static Path root;

    private static Kernels kernels;

    @BeforeAll
    static void open() {
        kernels = Kernels.references(KernelCatalog.all());
        TinyWhisper.write(root, "PAIR", WEIGHTS, Style.PAIR);
    }

    @AfterAll
    static void close() {
        kernels.close();
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    private static TranscribeEngine open(Path folder) {
        return TranscribeEngine.open(SpeechPack.read(folder), SpeechSettings.cpu(1), kernels);
    }

    @Test
    void aFileThatIsCutShortIsRefused() throws Exception {
        for (String name : List.of("encoder_model.onnx", "decoder_model.onnx", "decoder_with_past_model.onnx")) {
            Path folder = TinyWhisper.write(root.resolve("cut"), "c-" + name.length(), WEIGHTS, Style.PAIR);
            SpeechPack pack = SpeechPack.read(folder);
            byte[] whole = Files.readAllBytes(folder.resolve(name));
            Files.write(folder.resolve(name), Arrays.copyOf(whole, whole.length / 2));
            assertThatThrownBy(() -> SpeechPack.read(folder))
                    .isInstanceOf(ModelPackException.class)
                    .hasMessageContaining(name);
            assertThatThrownBy(() -> TranscribeEngine.open(pack, SpeechSettings.cpu(1), kernels))
                    .isInstanceOf(ModelPackException.class)
                    .hasMessageContaining(name);
        }
    }

    @Test
    void anotherModelsDecoderIsRefused() throws Exception {
        Path folder = TinyWhisper.write(root.resolve("other"), "o", WEIGHTS, Style.PAIR);
        Files.writeString(
                folder.resolve("config.json"),
                Files.readString(folder.resolve("config.json"))
                        .replace("\"decoder_layers\":2", "\"decoder_layers\":3"));
        assertThatThrownBy(() -> open(folder))
                .isInstanceOf(ModelPackException.class)
                .hasMessageContainingAll("decoder_model.onnx", "no output 'present.2.decoder.key'");
        Path other = TinyWhisper.write(root.resolve("other"), "m", WEIGHTS, Style.PAIR);
        Files.writeString(
                other.resolve("config.json"),
                Files.readString(other.resolve("config.json")).replace("\"num_mel_bins\":80", "\"num_mel_bins\":128"));
        assertThatThrownBy(() -> open(other))
                .isInstanceOf(ModelPackException.class)
                .hasMessageContainingAll("input 'input_features'", "[batch, 80, 100]", "[-1, 128, 100]");
    }

    @Test
    void memoryIsKnownBeforeLoading() {
        SpeechPack pack = SpeechPack.read(root.resolve("PAIR"));
        SpeechMemory four = SpeechMemory.of(pack, 4, 0);
        assertThat(four.windows()).isEqualTo(4);
        assertThat(four.weights()).isEqualTo((long) (1.6 * pack.fileBytes()));
        // 2 layers of keys and values of 16 floats, over 50 positions, and twice over 24 tokens
        assertThat(four.caches()).isEqualTo(2 * 2 * 16 * 4 * (50 + 2 * 24));
        assertThat(SpeechMemory.of(pack, 4, four.total() - 1).windows()).isEqualTo(3);
        assertThatThrownBy(() -> SpeechMemory.of(pack, 4, four.weights()))
                .isInstanceOf(ModelPackException.class)
                .hasMessageContainingAll("'PAIR'", "weights", "this machine has");
        assertThat(TranscribeEngine.estimate(pack, SpeechSettings.of(SessionSettings.cpu(1)))
                        .windows())
                .isEqualTo(SpeechSettings.DEFAULT_WINDOWS);
    }
}
