package io.agentopt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelCatalogTest {
    private static final String MODEL =
            "{\"id\": \"m\", \"kind\": \"decoder\", \"layers\": 2, \"hidden\": 64, \"heads\": 4, \"headDim\": 16, \"ffn\": 256,"
                    + " \"gatedFfn\": true, \"vocab\": 100, \"tiedEmbeddings\": true, \"maxContext\": 128}";

    @TempDir
    Path folder;

    @Test
    void packagedModelsCarryShapesAndSources() {
        ModelCatalog catalog = ModelCatalog.packaged();
        assertThat(catalog.entries()).hasSize(65);
        ModelSpec llama = catalog.find("meta-llama/Meta-Llama-3.1-8B");
        assertThat(llama.layers()).isEqualTo(32);
        assertThat(llama.kvBytesPerToken()).isEqualTo(131072);
        assertThat(catalog.find("meta-llama/Meta-Llama-3.1-70B").kvBytesPerToken())
                .isEqualTo(327680);
        assertThat(catalog.find("deepseek-ai/DeepSeek-V3").kvBytesPerToken()).isEqualTo(70272);
        assertThat(catalog.entry("BAAI/bge-small-en-v1.5").verified()).isFalse();
        assertThat(catalog.entries()).allSatisfy(e -> assertThat(e.source()).isNotBlank());
    }

    @Test
    void anUnknownModelNamesItsNeighbours() {
        assertThatThrownBy(() -> ModelCatalog.packaged().find("Llama-3.1-8B"))
                .hasMessageContaining("meta-llama/Meta-Llama-3.1-8B");
    }

    @Test
    void aUsersFileReadsWithDefaults() throws Exception {
        Path file = Files.writeString(folder.resolve("m.json"), "{\"format\": 1, \"models\": [" + MODEL + "]}");
        ModelSpec model = ModelCatalog.read(file).find("m");
        assertThat(model.kvHeads()).isEqualTo(4);
        assertThat(model.weights()).isEqualTo(Precision.FP16);
        assertThat(ModelCatalog.packaged().plus(model).find("m")).isEqualTo(model);
        assertThat(ModelCatalog.empty().plus(ModelCatalog.read(file)).entries()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"layers\": 2     | \"layers\": 0        | layers (0) of model 'm'",
                "\"layers\": 2     | \"layers\": 2.5      | $.models[0].layers",
                "\"layers\": 2,    | ''                   | \"layers\" is missing",
                "\"heads\": 4      | \"heads\": 4, \"kvHeads\": 3 | multiple of its kvHeads",
                "\"decoder\"       | \"painter\"          | Use decoder or embedder",
                "true,             | \"yes\",             | true or false",
                "\"vocab\": 100    | \"vocab\": 99999999999 | whole number",
                "\"maxContext\"    | \"weights\": \"fp3\", \"maxContext\" | fp3",
                "\"ffn\"           | \"experts\": {\"count\": 2, \"perToken\": 3, \"ffn\": 1}, \"ffn\" | $.models[0].experts",
            })
    void aMalformedFileGivesOneClearError(String what, String instead, String message) throws Exception {
        assertThat(MODEL).contains(what);
        Path file = Files.writeString(
                folder.resolve("m.json"), "{\"format\": 1, \"models\": [" + MODEL.replace(what, instead) + "]}");
        assertThatThrownBy(() -> ModelCatalog.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("m.json")
                .hasMessageContaining(message);
    }
}
