package io.agentopt.runtime.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.message.Message.Role;
import io.agentopt.message.Prompt;
import io.agentopt.model.Precision;
import io.agentopt.operator.Sampling;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.pack.ModelPackException;
import io.agentopt.runtime.llm.pack.ModelStore;
import io.agentopt.runtime.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class HuggingFaceFolderTest {
    @TempDir
    Path root;

    @AfterEach
    void nothingIsLeft() {
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    private static void edit(Path file, String from, String to) throws IOException {
        String text = Files.readString(file);
        assertThat(text).contains(from);
        Files.writeString(file, text.replace(from, to));
    }

    private static List<Integer> answer(ModelPack pack, int[] prompt) {
        try (LlmEngine engine = LlmEngine.open(pack, EngineSettings.cpu(1))) {
            return engine.decode(
                            engine.prefill(prompt, CancelToken.none()),
                            DecodeOptions.greedy(20),
                            TokenListener.NONE,
                            CancelToken.none())
                    .ids();
        }
    }

    /** The layout is found from the file alone, and the engine gives the tokens of the reference. */
    @ParameterizedTest
    @EnumSource
    void everyExportRunsThroughTheEngine(ExportPack.Style style) {
        ModelPack pack = ModelPack.read(ExportPack.writeHuggingFace(root, style));
        ModelPack.Decoder layout = (ModelPack.Decoder) pack.layout();
        ModelPack.Decoder declared =
                (ModelPack.Decoder) ExportPack.pack(root, style).layout();
        assertThat(layout.wiring()).isEqualTo(declared.wiring());
        assertThat(layout.lengths()).isEqualTo(declared.lengths());
        assertThat(layout.positionIds()).isEqualTo(declared.positionIds());
        assertThat(layout.cacheSwitch()).isEqualTo(declared.cacheSwitch());
        assertThat(layout.lastOnly()).isFalse();
        for (int length : new int[] {1, 2, 70}) {
            int[] prompt = Prompts.tokens(length, length);
            assertThat(answer(pack, prompt))
                    .isEqualTo(answer(TinyPack.decoder("reference").pack(root), prompt));
        }
    }

    @Test
    void aFolderGivesShapesChatAndSampling() throws IOException {
        Path folder = ExportPack.writeHuggingFace(root, ExportPack.Style.CONCAT);
        ModelPack pack = ModelPack.read(folder);
        assertThat(pack.id()).isEqualTo("CONCAT-hf");
        assertThat(pack.spec().kvHeads()).isEqualTo(2);
        assertThat(pack.spec().headDim()).isEqualTo(16);
        assertThat(pack.spec().maxContext()).isEqualTo(96);
        assertThat(pack.spec().weights()).isEqualTo(Precision.FP32);
        assertThat(pack.sampling()).isEmpty();
        ModelPack.Chat chat = ((ModelPack.Decoder) pack.layout()).chat();
        assertThat(chat.stopTokens()).containsExactly("<|im_end|>");
        try (Tokenizer tokenizer = pack.openTokenizer()) {
            int[] ids = pack.chatTemplate(tokenizer, chat)
                    .format(Prompt.system("Be brief.").user("Hi <|im_end|>"));
            assertThat(ids)
                    .startsWith(
                            tokenizer.encodeTrusted("<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi <"))
                    .endsWith(tokenizer.encodeTrusted("<|im_end|>\n<|im_start|>assistant\n"));
            assertThat(Arrays.stream(ids).filter(id -> id == 262).count()).isEqualTo(2); // the user's is text
        }
        Files.writeString(
                folder.resolve("generation_config.json"),
                "{\"do_sample\":true,\"temperature\":0.6,\"top_p\":0.9,\"eos_token_id\":[262,256]}");
        Files.writeString(
                folder.resolve("genai_config.json"),
                "{\"model\":{\"context_length\":64,\"decoder\":{\"filename\":\"model.onnx\",\"inputs\":{\"input_ids\":\"input_ids\"}}}}");
        pack = ModelPack.read(folder);
        assertThat(pack.sampling()).isEqualTo(Optional.of(new Sampling(0.6, 50, 0.9, 0)));
        assertThat(((ModelPack.Decoder) pack.layout()).chat().stopTokens()).containsExactly("<|im_end|>", "<pad>");
        assertThat(pack.spec().maxContext()).isEqualTo(64);
        assertThat(ModelStore.of(root).ids()).containsExactly("CONCAT-hf");
        assertThat(ModelStore.of(root).pack("CONCAT-hf").id()).isEqualTo("CONCAT-hf");
    }

    @Test
    void rolesInAModelJsonGoBeforeATemplate() throws IOException {
        Path folder = ExportPack.writeHuggingFace(root, ExportPack.Style.GQA_MASK);
        edit(folder.resolve("tokenizer_config.json"), "<|im_start|>assistant", "<|im_start|>bot");
        assertThatThrownBy(() -> ModelPack.read(folder))
                .isInstanceOf(ModelPackException.class)
                .hasMessageContaining("none that is known (ChatML")
                .hasMessageContaining("model.json beside config.json");
        Files.writeString(folder.resolve("model.json"), """
                {"id":"mine","licence":"MIT","chat":{"user":"<|im_start|>{text}<|im_end|>","generationPrompt":"<asst>","stopTokens":["<|im_end|>"]}}
                """);
        ModelPack pack = ModelPack.read(folder);
        assertThat(pack.id()).isEqualTo("mine");
        assertThat(pack.licence()).isEqualTo("MIT");
        assertThat(((ModelPack.Decoder) pack.layout()).chat().roles()).containsOnlyKeys(Role.USER);
        assertThat(answer(pack, Prompts.tokens(5, 1))).isNotEmpty();
    }

    /** Each row: a file, what to break in it, and what the message must say. A bar stands for a quote. */
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '~',
            delimiter = ';',
            value = {
                "config.json;|hidden_size|:32,;;lacks the field hidden_size",
                "config.json;|hidden_size|:32;|hidden_size|:-32;The field hidden_size (-32)",
                "config.json;|num_hidden_layers|:2;|num_hidden_layers|:|two|;The field num_hidden_layers (|two|)",
                "config.json;|num_hidden_layers|:2;|num_hidden_layers|:1e30;num_hidden_layers (1.0E30)",
                "config.json;|num_hidden_layers|:2;|num_hidden_layers|:2000000000;parameters",
                "config.json;|num_key_value_heads|:2;|num_key_value_heads|:3;multiple of its kvHeads (3)",
                "config.json;|num_key_value_heads|:2;|num_key_value_heads|:0;num_key_value_heads (0)",
                "config.json;|head_dim|:16,;|x|:1,|hidden_size|:33,;must be a multiple of num_attention_heads",
                "config.json;|vocab_size|:263;|vocab_size|:null;lacks the field vocab_size",
                "config.json;|eos_token_id|:262;|x|:1;lacks the field eos_token_id",
                "config.json;|eos_token_id|:262;|eos_token_id|:|</s>|;eos_token_id (|</s>|)",
                "config.json;|eos_token_id|:262;|eos_token_id|:[];eos_token_id ([])",
                "config.json;|eos_token_id|:262;|eos_token_id|:65;another model's",
                "config.json;|model_type|:|qwen2|;|model_type|:|t5|,|is_encoder_decoder|:true;encoder-decoder",
                "config.json;|model_type|:|qwen2|;|model_type|:|x|,|text_config|:{};several modalities",
                "config.json;{|model;{{|model;is not JSON",
                "tokenizer_config.json;|eos_token|:|<\\|im_end\\|>|;|eos_token|:|</s>|;eos_token (|</s>|)",
                "tokenizer_config.json;|chat_template|;|other|;has no chat template",
                "tokenizer_config.json;|chat_template|:;|chat_template|:[],|x|:;has none that is called default",
            })
    void aDefectOfTheFolderIsNamed(String file, String from, String to, String message) throws IOException {
        Path folder = ExportPack.writeHuggingFace(root, ExportPack.Style.CONCAT);
        edit(folder.resolve(file), quoted(from), to == null ? "" : quoted(to));
        assertThatThrownBy(() -> ModelPack.read(folder))
                .isInstanceOf(ModelPackException.class)
                .hasMessageContaining(quoted(message))
                .hasMessageContaining(folder.toString());
    }

    private static String quoted(String text) {
        return text.replace("\\|", "\u0002").replace('|', '"').replace('\u0002', '|');
    }

    /** As above, for what only opening the model shows. */
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '~',
            delimiter = ';',
            value = {
                "|vocab_size|:263;|vocab_size|:600;has 263 tokens",
                "|vocab_size|:263;|vocab_size|:264;needs float32 or float16 [batch, positions, 264]",
                "|num_hidden_layers|:2;|num_hidden_layers|:3;has no input 'past_key_values.2.key'",
                "|num_hidden_layers|:2;|num_hidden_layers|:1;architecture.layers (1) may be too low",
                "|head_dim|:16;|head_dim|:8;needs float32 [batch, 2, positions, 8]",
                "|num_key_value_heads|:2;|num_key_value_heads|:4;needs float32 [batch, 4, positions, 16]",
            })
    void anArchitectureThatDoesNotFitTheFileIsNamed(String from, String to, String message) throws IOException {
        Path folder = ExportPack.writeHuggingFace(root, ExportPack.Style.CONCAT);
        edit(folder.resolve("config.json"), quoted(from), quoted(to));
        ModelPack pack = ModelPack.read(folder);
        assertThatThrownBy(() -> LlmEngine.open(pack, EngineSettings.cpu(1)).close())
                .isInstanceOf(ModelPackException.class)
                .hasMessageContaining(message);
    }

    @Test
    void missingAndTruncatedFilesAreNamed() throws IOException {
        Path folder = ExportPack.writeHuggingFace(root, ExportPack.Style.CONCAT);
        Path weights = folder.resolve("model.onnx.data"), onnx = folder.resolve("model.onnx");
        byte[] all = Files.readAllBytes(weights), model = Files.readAllBytes(onnx);
        ModelPack pack = ModelPack.read(folder);
        Files.write(weights, Arrays.copyOf(all, all.length / 2));
        assertThatThrownBy(() -> LlmEngine.open(pack, EngineSettings.cpu(1)).close())
                .isInstanceOf(ModelPackException.class)
                .hasMessageContaining(
                        weights + ", which has " + all.length / 2 + " bytes and must have at least " + all.length);
        Files.delete(weights);
        assertThatThrownBy(() -> LlmEngine.open(pack, EngineSettings.cpu(1)).close())
                .isInstanceOf(ModelPackException.class)
                .hasMessageContaining(weights + " (at least " + all.length + " bytes), which is not there");
        Files.write(weights, all);
        for (int keep : new int[] {0, 10, model.length / 2, model.length - 3}) {
            Files.write(onnx, Arrays.copyOf(model, keep));
            assertThatThrownBy(() -> ModelPack.read(folder))
                    .as(keep + " bytes")
                    .isInstanceOf(ModelPackException.class)
                    .hasMessageContaining(onnx + " is cut short or no ONNX model");
        }
        Files.write(folder.resolve("a.onnx"), model);
        Files.write(folder.resolve("b.onnx"), model);
        Files.delete(onnx);
        assertThatThrownBy(() -> ModelPack.read(folder)).hasMessageContaining("several ONNX files");
        Files.delete(folder.resolve("a.onnx"));
        assertThat(ModelPack.read(folder).onnx()).isEqualTo(folder.resolve("b.onnx"));
        Files.writeString(
                folder.resolve("genai_config.json"), "{\"model\":{\"decoder\":{\"filename\":\"../x.onnx\"}}}");
        assertThatThrownBy(() -> ModelPack.read(folder)).hasMessageContaining("model.decoder.filename (\"../x.onnx\")");
        Files.delete(folder.resolve("tokenizer.json"));
        assertThatThrownBy(() -> ModelPack.read(folder)).hasMessageContaining("has no tokenizer.json");
    }

    @Test
    void aFileWithoutACacheOrWithUnknownInputsIsRefused() throws IOException {
        Path folder = ExportPack.writeHuggingFace(root, ExportPack.Style.CONCAT);
        Path genai = folder.resolve("genai_config.json");
        for (String[] renamed : new String[][] {
            {"past_key_names", "past.%d.k", "takes no KV cache 'past.0.k'"},
            {"input_ids", "tokens", "no tokens 'tokens'"},
            {"attention_mask", "mask", "neither a mask nor lengths"},
            {"past_key_names", "past.k", "must hold %d once"},
        }) {
            Files.writeString(
                    genai, "{\"model\":{\"decoder\":{\"inputs\":{\"" + renamed[0] + "\":\"" + renamed[1] + "\"}}}}");
            assertThatThrownBy(() -> ModelPack.read(folder))
                    .isInstanceOf(ModelPackException.class)
                    .hasMessageContaining(renamed[2]);
        }
        Files.writeString(genai, "{\"model\":{\"decoder\":{\"inputs\":{\"position_ids\":\"where\"}}}}");
        ModelPack pack = ModelPack.read(folder);
        assertThatThrownBy(() -> LlmEngine.open(pack, EngineSettings.cpu(1)).close())
                .isInstanceOf(ModelPackException.class)
                .hasMessageContaining("inputs that nobody would give or take: [position_ids]");
    }
}
