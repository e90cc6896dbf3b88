package io.agentopt.runtime.speech;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.model.EncoderDecoderSpec;
import io.agentopt.model.EncoderDecoderSpec.Tower;
import io.agentopt.model.Precision;
import io.agentopt.runtime.llm.TinyPack;
import io.agentopt.runtime.llm.pack.ModelPackException;
import io.agentopt.runtime.llm.pack.ModelStore;
import io.agentopt.runtime.llm.pack.SpeechPack;
import io.agentopt.runtime.llm.pack.SpeechTokens;
import io.agentopt.runtime.speech.TinyWhisper.Style;
import io.agentopt.runtime.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Folders of speech recognisers: as Optimum leaves them, or described by a model.json. */
@Timeout(60)
class SpeechPackTest {
    private static final SpeechTokens TOKENS = new SpeechTokens(
            257,
            256,
            Map.of("en", 258, "de", 259, "ja", 260),
            OptionalInt.of(262),
            OptionalInt.of(261),
            OptionalInt.of(264),
            OptionalInt.of(263),
            Arrays.stream(TinyWhisper.SUPPRESSED).boxed().toList(),
            List.of(32, 256),
            20);

    @TempDir
    Path root;

    private Path folder(Style style) {
        return TinyWhisper.write(root, style.name(), TinyWeights.random(1), style);
    }

    private static void replace(Path file, String from, String to) throws IOException {
        String text = Files.readString(file);
        assertThat(text).contains(from);
        Files.writeString(file, text.replace(from, to));
    }

    private static void refused(Path folder, String... parts) {
        assertThatThrownBy(() -> SpeechPack.read(folder))
                .isInstanceOf(ModelPackException.class)
                .hasMessageContainingAll(parts);
    }

    @Test
    void anExportSaysEverything() {
        SpeechPack pack = SpeechPack.read(folder(Style.PAIR));
        assertThat(pack.spec())
                .isEqualTo(new EncoderDecoderSpec(
                        "PAIR",
                        new Tower(1, 16, 2, 8, 24),
                        new Tower(2, 16, 2, 8, 24),
                        new EncoderDecoderSpec.Audio(80, 100, 2, 1),
                        276,
                        true,
                        24,
                        pack.spec().weights(),
                        Precision.FP32,
                        Precision.FP32));
        assertThat(pack.tokens()).isEqualTo(TOKENS);
        assertThat(pack.windowSamples()).isEqualTo(16_000);
        assertThat(pack.decoder()).isInstanceOf(SpeechPack.Pair.class);
        assertThat(SpeechPack.read(folder(Style.MERGED)).decoder()).isInstanceOf(SpeechPack.Merged.class);
        try (Tokenizer tokenizer = pack.openTokenizer()) {
            assertThat(tokenizer.size()).isEqualTo(265);
        }
    }

    /** As transformers.js keeps them. */
    @Test
    void theOnnxFilesMayLieInAFolderOfTheirOwn() throws IOException {
        Path folder = folder(Style.MERGED);
        Path onnx = Files.createDirectory(folder.resolve("onnx"));
        for (String name : List.of("encoder_model.onnx", "decoder_model_merged.onnx"))
            Files.move(folder.resolve(name), onnx.resolve(name));
        assertThat(SpeechPack.read(folder).encoder()).isEqualTo(onnx.resolve("encoder_model.onnx"));
        Files.delete(onnx.resolve("decoder_model_merged.onnx"));
        refused(folder, "has no decoder_model.onnx", "automatic-speech-recognition-with-past");
    }

    /** Exports of before 2023 have no tables of languages and tasks. */
    @Test
    void tokensThatTheConfigurationLeavesOutAreFoundByTheirNames() throws IOException {
        Path folder = folder(Style.PAIR);
        Files.writeString(folder.resolve("generation_config.json"), "{\"max_length\":20}");
        SpeechTokens found = SpeechPack.read(folder).tokens();
        assertThat(found)
                .isEqualTo(new SpeechTokens(
                        257,
                        256,
                        TOKENS.languages(),
                        TOKENS.transcribe(),
                        TOKENS.translate(),
                        TOKENS.noTimestamps(),
                        TOKENS.noSpeech(),
                        List.of(),
                        List.of(),
                        20));
        Files.delete(folder.resolve("generation_config.json"));
        assertThat(SpeechPack.read(folder).tokens().maxLength()).isEqualTo(24);
    }

    @Test
    void modelsOfEnglishAloneAreAskedForNoLanguage() throws IOException {
        Path folder = folder(Style.PAIR);
        replace(folder.resolve("generation_config.json"), "\"is_multilingual\":true", "\"is_multilingual\":false");
        SpeechTokens tokens = SpeechPack.read(folder).tokens();
        assertThat(tokens.languages()).isEmpty();
        assertThat(tokens.transcribe()).isEmpty();
        assertThat(tokens.noTimestamps()).hasValue(264);
    }

    @Test
    void modelJsonMayDescribeOne() throws IOException {
        Path folder = folder(Style.PAIR);
        Files.delete(folder.resolve("config.json"));
        Files.delete(folder.resolve("generation_config.json"));
        Files.writeString(
                folder.resolve("model.json"), """
                {"format":1,"id":"ears","kind":"transcriber","description":"random weights","licence":"MIT",
                 "architecture":{%s},"generation":{%s},
                 "onnx":{"encoder":"encoder_model.onnx","decoder":"decoder_model.onnx","decoderWithPast":"decoder_with_past_model.onnx"},
                 "tokenizer":{"file":"tokenizer.json"}}
                """.formatted(TinyWhisper.ARCHITECTURE, TinyWhisper.generation()));
        SpeechPack pack = SpeechPack.read(folder);
        assertThat(pack.id()).isEqualTo("ears");
        assertThat(pack.licence()).isEqualTo("MIT");
        assertThat(pack.tokens()).isEqualTo(TOKENS);
        assertThat(SpeechPack.isIn(folder)).isTrue();
        replace(folder.resolve("model.json"), "\"encoder_model.onnx\"", "\"../encoder_model.onnx\"");
        refused(folder, "onnx.encoder", "must lie in the pack's folder");
        replace(folder.resolve("model.json"), "\"transcriber\"", "\"decoder\"");
        refused(folder, "kind", "\"decoder\"", "must be \"transcriber\"");
    }

    @Test
    void whatCannotBeIsNamed() throws IOException {
        Path folder = folder(Style.PAIR), config = folder.resolve("config.json");
        replace(
                folder.resolve("generation_config.json"),
                "\"decoder_start_token_id\":257",
                "\"decoder_start_token_id\":99999");
        refused(folder, "decoder_start_token_id (99999)", "generation_config.json", "vocab_size (276)");
        replace(folder.resolve("generation_config.json"), "99999", "257");
        replace(folder.resolve("generation_config.json"), "\"suppress_tokens\":[0", "\"suppress_tokens\":[\"x\"");
        refused(folder, "suppress_tokens", "must be a token id or a list of them");
        replace(folder.resolve("generation_config.json"), "[\"x\"", "[-1");
        assertThat(SpeechPack.read(folder).tokens().suppressed()).doesNotContain(-1);
        replace(config, "\"max_source_positions\":50", "\"max_source_positions\":51");
        refused(folder, "max_source_positions (51)", "a multiple of 50");
        replace(config, "\"max_source_positions\":51", "\"max_source_positions\":50");
        replace(config, "\"d_model\":16", "\"d_model\":1600");
        refused(folder, "config.json", "parameters", "bytes");
        replace(config, "\"d_model\":1600", "\"d_model\":17");
        refused(folder, "d_model (17)", "encoder_attention_heads (2)");
        replace(config, "whisper", "speech_to_text");
        refused(folder, "model_type", "must be \"whisper\"");
        Files.delete(folder.resolve("tokenizer.json"));
        replace(config, "speech_to_text", "whisper");
        refused(folder, "has no tokenizer.json");
        refused(root.resolve("nowhere"), "is not a folder");
        refused(root, "neither a model.json", "nor the config.json");
    }

    @Test
    void anotherModelsTokenizerIsRefused() throws IOException {
        Path folder = folder(Style.PAIR);
        replace(folder.resolve("config.json"), "\"vocab_size\":276", "\"vocab_size\":400");
        assertThatThrownBy(() -> SpeechPack.read(folder).openTokenizer())
                .isInstanceOf(ModelPackException.class)
                .hasMessageContainingAll("265 tokens", "has 400");
    }

    @Test
    void aStoreKeepsThemApartFromLanguageModels() {
        folder(Style.PAIR);
        TinyPack.decoder("m").write(root);
        ModelStore store = ModelStore.of(root);
        assertThat(store.ids()).containsExactly("PAIR", "m");
        assertThat(store.hasSpeech("PAIR")).isTrue();
        assertThat(store.hasSpeech("m")).isFalse();
        assertThat(store.hasSpeech("absent")).isFalse();
        assertThat(store.catalog().find("m").id()).isEqualTo("m");
        assertThat(store.speechCatalog().find("PAIR"))
                .isEqualTo(store.speechPack("PAIR").spec());
        assertThatThrownBy(() -> store.pack("PAIR"))
                .isInstanceOf(ModelPackException.class)
                .hasMessageContainingAll("PAIR", "recognises speech", "TranscribeEngine");
        assertThatThrownBy(() -> store.speechPack("m"))
                .isInstanceOf(ModelPackException.class)
                .hasMessageContaining("\"transcriber\"");
        assertThatThrownBy(() -> store.speechPack("PAIRS"))
                .isInstanceOf(ModelPackException.class)
                .hasMessageContaining("Did you mean 'PAIR'?");
    }
}
