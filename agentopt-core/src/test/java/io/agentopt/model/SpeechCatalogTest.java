package io.agentopt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpeechCatalogTest {
    private static final String MODEL =
            "{\"id\": \"m\", \"kind\": \"encoder-decoder\", \"encoder\": {\"layers\": 2, \"hidden\": 8, \"heads\": 2, \"headDim\": 4, \"ffn\": 16},"
                    + " \"decoder\": {\"layers\": 1, \"hidden\": 8, \"heads\": 2, \"headDim\": 4, \"ffn\": 16},"
                    + " \"audio\": {\"features\": 80, \"featureFramesPerSecond\": 100, \"stride\": 2, \"windowSeconds\": 30},"
                    + " \"vocab\": 10, \"tiedEmbeddings\": true, \"maxOutput\": 448}";

    @TempDir
    Path folder;

    @Test
    void packagedModelsCarryShapesOrSizesAndSources() {
        SpeechCatalog catalog = SpeechCatalog.packaged();
        assertThat(catalog.entries())
                .hasSize(10)
                .allSatisfy(e -> assertThat(e.source()).isNotBlank());
        assertThat(catalog.find("openai/whisper-large-v3-turbo").decoder().layers())
                .isEqualTo(4);
        assertThat(catalog.entry("hexgrad/Kokoro-82M").model())
                .isInstanceOfSatisfying(
                        UnshapedModel.class, m -> assertThat(m.weightBytes()).isEqualTo(164e6));
    }

    @Test
    void whatHasNoShapeSaysSo() {
        assertThatThrownBy(() -> SpeechCatalog.packaged().find("suno/bark"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("suno/bark", "0.9 billion", "OnnxDemand");
        assertThatThrownBy(() -> SpeechCatalog.packaged().find("whisper-tiny"))
                .hasMessageContaining("openai/whisper-tiny");
        assertThatThrownBy(() -> new UnshapedModel("m", Double.NaN, Precision.FP16))
                .hasMessageContaining("parameters (NaN)");
    }

    @Test
    void aUsersFileReadsWithDefaults() throws Exception {
        SpeechCatalog read = SpeechCatalog.read(written(MODEL));
        assertThat(read.find("m").weights()).isEqualTo(Precision.FP16);
        assertThat(SpeechCatalog.packaged().plus(read).entries()).hasSize(11);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"layers\": 2      | \"layers\": 0       | $.models[0].encoder",
                "\"stride\": 2,     | ''                  | \"stride\" is missing",
                "encoder-decoder    | singer              | encoder-decoder or unshaped",
                "\"maxOutput\": 448 | \"maxOutput\": 0    | maxOutput (0) of model 'm'",
                "\"vocab\"          | \"kv\": \"fp3\", \"vocab\" | fp3",
                "\"vocab\"          | \"voice\": 1, \"vocab\" | \"voice\"",
                "true               | 1                   | true or false",
            })
    void aMalformedFileGivesOneClearError(String what, String instead, String message) throws Exception {
        assertThat(MODEL).contains(what);
        Path file = written(MODEL.replaceFirst(java.util.regex.Pattern.quote(what), instead));
        assertThatThrownBy(() -> SpeechCatalog.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("speech.json")
                .hasMessageContaining(message);
    }

    private Path written(String model) throws Exception {
        return Files.writeString(folder.resolve("speech.json"), "{\"format\": 1, \"models\": [" + model + "]}");
    }
}
