package io.agentopt.runtime.llm.pack;

import io.agentopt.cost.EncoderDecoderDemand;
import io.agentopt.cost.OnnxSignature;
import io.agentopt.cost.OnnxSignature.Value;
import io.agentopt.model.EncoderDecoderSpec;
import io.agentopt.model.EncoderDecoderSpec.Audio;
import io.agentopt.model.EncoderDecoderSpec.Tower;
import io.agentopt.model.Precision;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reads speech recognisers: the folder that Optimum exports (config.json, generation_config.json, the ONNX files beside them or in {@code onnx/}), or a
 * model.json with the same fields in its sections {@code architecture} and {@code generation} and the files in {@code onnx}.
 */
final class SpeechPackReader {
    /** Of the sound that the models take, Hz. */
    static final int SAMPLES_PER_SECOND = 16_000;

    private static final int FORMAT = 1;
    private static final int FRAMES_PER_SECOND = 100;
    private static final int STRIDE = 2; // of the encoder's convolutions
    private static final int FLOAT32 = 1, FLOAT16 = 10, BFLOAT16 = 16;
    private static final double FEWEST_BYTES = 0.15, MOST_BYTES = 16; // of a parameter in the files
    private static final String MODEL_TYPE = "whisper";

    private static final String FIRST = "decoder_model.onnx",
            WITH_PAST = "decoder_with_past_model.onnx",
            MERGED = "decoder_model_merged.onnx";

    private final Path folder;

    SpeechPackReader(Path folder) {
        this.folder = folder.toAbsolutePath().normalize();
    }

    boolean isSpeech() {
        Optional<JsonFile> own = JsonFile.ifThere(folder.resolve(ModelPack.FILE));
        if (own.isPresent() && own.get().has("kind"))
            return own.get().text("kind").equals(SpeechPack.KIND);
        return JsonFile.ifThere(folder.resolve(HuggingFaceReader.FILE))
                .filter(c -> c.text("model_type", "").equals(MODEL_TYPE))
                .isPresent();
    }

    SpeechPack read() {
        if (!Files.isDirectory(folder))
            throw new ModelPackException("The model pack '" + folder + "' is not a folder.");
        Optional<JsonFile> own = JsonFile.ifThere(folder.resolve(ModelPack.FILE));
        if (own.isPresent() && own.get().has("architecture")) return described(own.get());
        Path config = folder.resolve(HuggingFaceReader.FILE);
        if (!Files.isRegularFile(config)) {
            throw new ModelPackException("The folder '" + folder + "' has neither a " + ModelPack.FILE + " of kind \""
                    + SpeechPack.KIND + "\" nor the config.json of an exported Whisper model.");
        }
        return exported(JsonFile.read(config), own);
    }

    private SpeechPack described(JsonFile json) {
        int format = json.integer("format");
        if (format != FORMAT)
            throw json.wrong("format", format, "must be " + FORMAT + ", the only one that this version reads");
        String kind = json.text("kind");
        if (!kind.equals(SpeechPack.KIND))
            throw json.wrong("kind", kind, "must be \"" + SpeechPack.KIND + "\" for speech recognition");
        SpeechPack.SpeechDecoderFiles decoder = json.has("onnx.merged")
                ? new SpeechPack.Merged(named(json, "onnx.merged"))
                : new SpeechPack.Pair(named(json, "onnx.decoder"), named(json, "onnx.decoderWithPast"));
        return pack(
                json,
                json.section("architecture"),
                json.section("generation"),
                json.text("id"),
                named(json, "onnx.encoder"),
                decoder,
                named(json, "tokenizer.file"));
    }

    private SpeechPack exported(JsonFile config, Optional<JsonFile> own) {
        String type = config.text("model_type");
        if (!type.equals(MODEL_TYPE))
            throw config.wrong("model_type", type, "must be \"" + MODEL_TYPE + "\" for speech recognition");
        JsonFile generation =
                JsonFile.ifThere(folder.resolve("generation_config.json")).orElse(config);
        SpeechPack.SpeechDecoderFiles decoder = found(MERGED)
                .<SpeechPack.SpeechDecoderFiles>map(SpeechPack.Merged::new)
                .orElseGet(() -> new SpeechPack.Pair(exportedFile(FIRST), exportedFile(WITH_PAST)));
        Path name = folder.getFileName();
        String id = own.map(o -> o.text("id", ""))
                .filter(i -> !i.isEmpty())
                .orElse(name == null ? "model" : name.toString());
        Path tokenizer = folder.resolve("tokenizer.json");
        if (!Files.isRegularFile(tokenizer)) {
            throw new ModelPackException(
                    "The folder '" + folder
                            + "' has no tokenizer.json. Copy it from the model, or make one with AutoTokenizer.save_pretrained.");
        }
        return pack(own.orElse(config), config, generation, id, exportedFile("encoder_model.onnx"), decoder, tokenizer);
    }

    private SpeechPack pack(
            JsonFile about,
            JsonFile shape,
            JsonFile generation,
            String id,
            Path encoder,
            SpeechPack.SpeechDecoderFiles decoder,
            Path tokenizer) {
        EncoderDecoderSpec spec = spec(shape, id, encoder, decoder);
        return new SpeechPack(
                folder,
                spec,
                about.text("description", ""),
                about.text("licence", ""),
                encoder,
                decoder,
                tokenizer,
                new SpeechTokensReader(generation, shape, JsonFile.read(tokenizer), spec).read());
    }

    private EncoderDecoderSpec spec(JsonFile shape, String id, Path encoder, SpeechPack.SpeechDecoderFiles decoder) {
        int hidden = shape.positive("d_model");
        Precision format = format(decoder.files().getFirst());
        int positions = shape.positive("max_source_positions");
        int aSecond = FRAMES_PER_SECOND / STRIDE;
        if (positions % aSecond != 0)
            throw shape.wrong("max_source_positions", positions, "must be whole seconds, a multiple of " + aSecond);
        try {
            EncoderDecoderSpec spec = new EncoderDecoderSpec(
                    id,
                    tower(shape, "encoder", hidden),
                    tower(shape, "decoder", hidden),
                    new Audio(shape.positive("num_mel_bins"), FRAMES_PER_SECOND, STRIDE, positions / aSecond),
                    shape.positive("vocab_size"),
                    shape.flag("tie_word_embeddings", true),
                    shape.positive("max_target_positions"),
                    format,
                    format,
                    format);
            double bytes =
                    SpeechPack.bytes(encoder) + SpeechPack.bytes(decoder.files().getLast());
            return spec.with(weights(shape, spec, bytes), format, format);
        } catch (IllegalArgumentException e) {
            throw new ModelPackException(
                    "The file " + shape.file() + " describes no possible model: " + e.getMessage(), e);
        }
    }

    private static Tower tower(JsonFile shape, String side, int hidden) {
        int heads = shape.positive(side + "_attention_heads");
        if (hidden % heads != 0)
            throw shape.wrong("d_model", hidden, "must be a multiple of " + side + "_attention_heads (" + heads + ")");
        return new Tower(
                shape.positive(side + "_layers"), hidden, heads, hidden / heads, shape.positive(side + "_ffn_dim"));
    }

    private static Precision format(Path decoder) {
        OnnxSignature signature = OnnxWiring.signature(decoder);
        Value key = signature.outputs().get("present.0.decoder.key");
        if (key == null) {
            throw new ModelPackException(
                    "The ONNX file " + decoder + " is no decoder of an encoder-decoder that keeps its"
                            + " keys and values: it has no output 'present.0.decoder.key', but "
                            + signature.outputs().keySet()
                            + ". Export it with --task automatic-speech-recognition-with-past (docs/models.md).");
        }
        return switch (key.type()) {
            case FLOAT32 -> Precision.FP32;
            case FLOAT16 -> Precision.FP16;
            case BFLOAT16 -> Precision.BF16;
            default ->
                throw new ModelPackException("The keys of the decoder " + decoder
                        + " are neither fp32, fp16 nor bf16. Export it in one of these.");
        };
    }

    /** The format whose bytes per parameter are nearest to those of the files, as a ratio. */
    private static Precision weights(JsonFile shape, EncoderDecoderSpec spec, double bytes) {
        double parameters = EncoderDecoderDemand.parameters(spec), each = bytes / parameters;
        if (!(each > FEWEST_BYTES && each < MOST_BYTES)) {
            throw new ModelPackException(String.format(
                    Locale.ROOT,
                    "The file %s describes a model of %.3g parameters, but the ONNX files of its encoder and decoder have %.3g bytes,"
                            + " %.2g for each. Use the config.json that was exported with them.",
                    shape.file(),
                    parameters,
                    bytes,
                    each));
        }
        return Stream.of(Precision.FP32, Precision.FP16, Precision.INT8, Precision.INT4)
                .min(Comparator.comparingDouble(p -> Math.abs(Math.log(each / p.bytes()))))
                .orElseThrow();
    }

    private Path named(JsonFile json, String field) {
        String name = json.text(field);
        Path file = folder.resolve(name).normalize();
        if (!file.startsWith(folder)) throw json.wrong(field, name, "must lie in the pack's folder");
        if (!Files.isRegularFile(file))
            throw json.wrong(field, name, "does not exist in " + folder + "; copy the whole folder");
        return file;
    }

    private Optional<Path> found(String name) {
        return Stream.of(folder.resolve(name), folder.resolve("onnx").resolve(name))
                .filter(Files::isRegularFile)
                .findFirst();
    }

    private Path exportedFile(String name) {
        return found(name)
                .orElseThrow(() -> new ModelPackException("The folder '" + folder + "' has no " + name
                        + ". A speech recogniser needs encoder_model.onnx and either " + MERGED + " or both " + FIRST
                        + " and " + WITH_PAST + ". Export it with --task automatic-speech-recognition-with-past"
                        + " (docs/models.md). It has " + List.of(present()) + "."));
    }

    private String present() {
        try (Stream<Path> files = Files.list(folder)) {
            return String.join(
                    ", ", files.map(f -> f.getFileName().toString()).sorted().toList());
        } catch (java.io.IOException e) {
            throw new ModelPackException("The folder '" + folder + "' cannot be listed: " + e.getMessage(), e);
        }
    }
}
