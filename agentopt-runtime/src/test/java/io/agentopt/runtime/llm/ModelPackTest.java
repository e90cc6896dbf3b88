package io.agentopt.runtime.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.model.ModelSpec;
import io.agentopt.model.Precision;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.pack.ModelPackException;
import io.agentopt.runtime.llm.pack.ModelStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelPackTest {
    @TempDir
    Path root;

    @AfterEach
    void nothingIsLeft() {
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    static void edit(Path folder, String from, String to) throws IOException {
        Path file = folder.resolve("model.json");
        String text = Files.readString(file);
        assertThat(text).contains(from);
        Files.writeString(file, text.replace(from, to));
    }

    @Test
    void aPackGivesTheModelsShapes() {
        ModelPack pack = TinyPack.decoder("tiny").pack(root);
        assertThat(pack.spec())
                .isEqualTo(new ModelSpec(
                        "tiny",
                        ModelSpec.Kind.DECODER,
                        2,
                        32,
                        4,
                        2,
                        16,
                        48,
                        true,
                        TinyPack.VOCAB,
                        true,
                        96,
                        ModelSpec.Experts.NONE,
                        Precision.FP32,
                        Precision.FP32,
                        Precision.FP32));
        assertThat(pack.licence()).isEqualTo("Apache-2.0");
        assertThat(ModelPack.read(TinyPack.writeEmbedder(root, "embed")).spec().kind())
                .isEqualTo(ModelSpec.Kind.EMBEDDER);
    }

    /** Each row: what to break in model.json, and what the message must say. A bar stands for a quote. */
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '~',
            delimiter = ';',
            value = {
                "|format|:1;|format|:2;The field format (2)",
                "|format|:1,;;lacks the field format",
                "|kind|:|decoder|;|kind|:|oracle|;The field kind (|oracle|)",
                "gqa-in-place;paged;The field onnx.layout (|paged|)",
                "|attentionMask|:;|lastPositions|:|seqlens_k|,|attentionMask|:;has one or the other",
                "|attentionMask|:;|lastPositions|:|seqlens_k|,|mask|:;lacks the field onnx.totalLength",
                "|logitsPositions|:|all|;|logitsPositions|:|some|;onnx.logitsPositions (|some|)",
                "past_key_values.%d.key;past_key_values.key;must hold %d once",
                "past_key_values.%d.key;past_%s_%d;must hold %d once",
                "|layers|:2;|layers|:-2;layers (-2)",
                "|layers|:2;|layers|:2.5;architecture.layers (2.5)",
                "|kvHeads|:2;|kvHeads|:3;multiple of its kvHeads (3)",
                "|kvPrecision|:|fp32|;|kvPrecision|:|fp33|;precision |fp33|",
                "|file|:|model.onnx|;|file|:|other.onnx|;onnx.file (|other.onnx|)",
                "|file|:|model.onnx|;|file|:|../x/model.onnx|;must lie in the pack's folder",
                "|file|:|tokenizer.json|;|file|:|none.json|;tokenizer.file (|none.json|)",
                "|stopTokens|:[|<end>|];|stopTokens|:[];chat.stopTokens",
                "|format|:1;|format|:1 1;is not JSON",
            })
    void aDefectOfTheDescriptionIsNamed(String from, String to, String message) throws IOException {
        Path folder = TinyPack.decoder("tiny").write(root);
        edit(folder, from.replace('|', '"'), to == null ? "" : to.replace('|', '"'));
        assertThatThrownBy(() -> ModelPack.read(folder))
                .isInstanceOf(ModelPackException.class)
                .hasMessageContaining(message.replace('|', '"'))
                .hasMessageContaining(folder.toString());
    }

    /** As above, for what only opening the model shows. */
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '~',
            delimiter = ';',
            value = {
                "|vocab|:263;|vocab|:262;has 263 tokens but architecture.vocab of model 'tiny' is 262",
                "|vocab|:263;|vocab|:600;has 263 tokens but architecture.vocab of model 'tiny' is 600",
                "|vocab|:263;|vocab|:264;needs float32 or float16 [batch, positions, 264]",
                "|layers|:2;|layers|:3;has no input 'past_key_values.2.key'",
                "|layers|:2;|layers|:1;architecture.layers (1) may be too low",
                "|headDim|:16;|headDim|:8;needs float32 [batch, 2, capacity, 8]",
                "|kvPrecision|:|fp32|;|kvPrecision|:|fp16|;needs float16",
                "|kvPrecision|:|fp32|;|kvPrecision|:|int4|;kvPrecision (int4)",
                "|inputIds|:|input_ids|;|inputIds|:|ids|;has no input 'ids'",
                "|attentionMask|:|attention_mask|;|lastPositions|:|attention_mask|,|totalLength|:|input_ids|;needs int32 [batch] or [batch, 1]",
                "|attentionMask|:;|positionIds|:|position_ids|,|attentionMask|:;has no input 'position_ids'",
                "|attentionMask|:;|cacheSwitch|:|input_ids|,|attentionMask|:;needs bool [1]",
                "|logits|:|logits|;|logits|:|scores|;has no output 'scores'",
                "|stopTokens|:[|<end>|];|stopTokens|:[|<stop>|];stop token |<stop>|",
                "<user>{text}<end>;<user><end>;exactly once",
            })
    void aDefectThatOpeningShowsIsNamed(String from, String to, String message) throws IOException {
        Path folder = TinyPack.decoder("tiny").write(root);
        edit(folder, from.replace('|', '"'), to.replace('|', '"'));
        ModelPack pack = ModelPack.read(folder);
        assertThatThrownBy(() -> LlmEngine.open(pack, EngineSettings.cpu(1)).close())
                .isInstanceOf(ModelPackException.class)
                .hasMessageContaining(message.replace('|', '"'));
    }

    /** Allocating them got the process killed. */
    @Test
    void cachesLargerThanTheMachineAreRefused() throws IOException {
        Path folder = TinyPack.decoder("tiny").write(root);
        edit(folder, "\"maxContext\":96", "\"maxContext\":" + Integer.MAX_VALUE);
        assertThatThrownBy(() -> LlmEngine.open(ModelPack.read(folder), EngineSettings.cpu(1000)))
                .isInstanceOf(ModelPackException.class)
                .hasMessageContaining("model 'tiny'")
                .hasMessageContaining("8 KV caches of 2147483647 positions")
                .hasMessageContaining("this machine has");
    }

    @Test
    void brokenFilesAreNamed() throws IOException {
        Path folder = TinyPack.decoder("tiny").write(root);
        Path onnx = folder.resolve("model.onnx");
        byte[] whole = Files.readAllBytes(onnx);
        for (int keep : new int[] {0, 10, whole.length / 2, whole.length - 3}) {
            Files.write(onnx, Arrays.copyOf(whole, keep));
            ModelPack pack = ModelPack.read(folder);
            assertThatThrownBy(() -> LlmEngine.open(pack, EngineSettings.cpu(1)).close())
                    .as(keep + " bytes")
                    .isInstanceOf(ModelPackException.class)
                    .hasMessageContaining(onnx + " (" + keep + " bytes)");
        }
        Files.write(onnx, whole);
        Files.writeString(folder.resolve("tokenizer.json"), "{\"model\":");
        ModelPack pack = ModelPack.read(folder);
        assertThatThrownBy(() -> LlmEngine.open(pack, EngineSettings.cpu(1)))
                .isInstanceOf(ModelPackException.class)
                .hasMessageContaining("tokenizer.json' cannot be read");
        Files.writeString(folder.resolve("tokenizer.json"), "{}");
        assertThatThrownBy(() -> LlmEngine.open(pack, EngineSettings.cpu(1)))
                .isInstanceOf(ModelPackException.class)
                .hasMessageContaining("tokenizer.json' cannot be read");
        Files.delete(folder.resolve("model.json"));
        assertThatThrownBy(() -> ModelPack.read(folder)).hasMessageContaining("has no model.json");
        assertThatThrownBy(() -> ModelPack.read(root.resolve("nowhere"))).hasMessageContaining("is not a folder");
    }

    @Test
    void theWrongEngineSaysWhich() {
        ModelPack decoder = TinyPack.decoder("tiny").pack(root),
                embedder = ModelPack.read(TinyPack.writeEmbedder(root, "embed"));
        assertThatThrownBy(() -> LlmEngine.open(embedder, EngineSettings.cpu(1)))
                .hasMessageContaining("EmbedEngine");
        assertThatThrownBy(() -> EmbedEngine.open(decoder, SessionSettings.cpu(1)))
                .hasMessageContaining("LlmEngine");
    }

    @Test
    void aStoreKnowsItsModels() throws IOException {
        TinyPack.decoder("support-1").write(root);
        TinyPack.writeEmbedder(root, "support-embed");
        Files.createDirectories(root.resolve("notes"));
        ModelStore store = ModelStore.of(root);
        assertThat(store.ids()).containsExactly("support-1", "support-embed");
        assertThat(store.pack("support-1").id()).isEqualTo("support-1");
        assertThatThrownBy(() -> store.pack("suport-1"))
                .isInstanceOf(ModelPackException.class)
                .hasMessageContaining("no model 'suport-1'. Did you mean 'support-1'?")
                .hasMessageContaining("[support-1, support-embed]");
        assertThatThrownBy(() -> store.pack("../support-1")).isInstanceOf(ModelPackException.class);
        Files.move(root.resolve("support-1"), root.resolve("renamed"));
        assertThatThrownBy(() -> store.pack("renamed")).hasMessageContaining("holds the model 'support-1'");
        assertThatThrownBy(() -> ModelStore.of(root.resolve("none"))).hasMessageContaining("is not a folder");
    }
}
