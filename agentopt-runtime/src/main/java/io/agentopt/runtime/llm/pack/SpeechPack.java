package io.agentopt.runtime.llm.pack;

import io.agentopt.model.EncoderDecoderSpec;
import io.agentopt.runtime.text.Tokenizer;
import io.agentopt.runtime.text.TokenizerException;
import java.nio.file.Path;
import java.util.List;

/**
 * A speech recogniser of Whisper's kind in a folder: an encoder and a decoder as ONNX files with the names that Optimum gives their inputs and outputs,
 * a tokenizer, and the tokens that steer it. Reading checks everything but the ONNX files' contents, which are checked when an engine opens them.
 *
 * @param folder where it lies
 * @param spec shapes and number formats
 * @param description one line for people
 * @param licence an SPDX identifier
 * @param encoder from {@code input_features} [windows, mels, frames] to {@code last_hidden_state} [windows, positions, width]
 * @param decoder from tokens and the encoder's output to scores
 * @param tokenizer the tokenizer file
 * @param tokens what steers the decoder
 */
public record SpeechPack(
        Path folder,
        EncoderDecoderSpec spec,
        String description,
        String licence,
        Path encoder,
        SpeechDecoderFiles decoder,
        Path tokenizer,
        SpeechTokens tokens) {
    /** {@code kind} of these models in model.json. */
    public static final String KIND = "transcriber";

    // As of decoders: vocabularies are padded, and the tokenizers of older exports lack the 1,501 time stamps.
    private static final double LEAST_COVERAGE = 0.9;

    /** How the decoder is laid out: what reads the prompt, and what goes on with what was kept of it. */
    public sealed interface SpeechDecoderFiles {
        /** {@return all its files} */
        List<Path> files();
    }

    /**
     * Both in one file, with a switch.
     *
     * @param file with input {@code use_cache_branch}, bool [1]
     */
    public record Merged(Path file) implements SpeechDecoderFiles {
        @Override
        public List<Path> files() {
            return List.of(file);
        }
    }

    /**
     * Two files.
     *
     * @param first reads the prompt and the encoder's output
     * @param withPast goes on
     */
    public record Pair(Path first, Path withPast) implements SpeechDecoderFiles {
        @Override
        public List<Path> files() {
            return List.of(first, withPast);
        }
    }

    /** {@return whether a folder holds such a model: its model.json or config.json says so} */
    public static boolean isIn(Path folder) {
        return new SpeechPackReader(folder).isSpeech();
    }

    /** Refuses a folder that holds such a model, for readers of others. */
    static void refuse(Path folder) {
        if (isIn(folder))
            throw new ModelPackException(
                    "The model in " + folder
                            + " recognises speech and is no language model. Read it with SpeechPack and open it with TranscribeEngine.");
    }

    /**
     * Reads a folder: its model.json of kind {@value #KIND}, or what Optimum exports of a model of type {@code whisper}.
     *
     * @throws ModelPackException if a file is missing, is no JSON, or holds a value that cannot be
     */
    public static SpeechPack read(Path folder) {
        return new SpeechPackReader(folder).read();
    }

    /** {@return the model's id} */
    public String id() {
        return spec.id();
    }

    /** {@return samples of a window at 16 kHz} */
    public int windowSamples() {
        return spec.audio().windowSeconds() * SpeechPackReader.SAMPLES_PER_SECOND;
    }

    /** {@return bytes of the ONNX files and of the weights beside them} */
    public double fileBytes() {
        double bytes = bytes(encoder);
        for (Path file : decoder.files()) bytes += bytes(file);
        return bytes;
    }

    /** {@return bytes of a file and of the weights that it says lie beside it} */
    static double bytes(Path onnx) {
        return OnnxWiring.bytes(onnx, OnnxWiring.signature(onnx));
    }

    /** {@return the tokenizer; the caller closes it} */
    public Tokenizer openTokenizer() {
        Tokenizer opened;
        try {
            opened = Tokenizer.read(tokenizer);
        } catch (TokenizerException e) {
            throw new ModelPackException("The model '" + id() + "' in " + folder + ": " + e.getMessage(), e);
        }
        int count = opened.size();
        if (count > spec.vocab() || count < LEAST_COVERAGE * spec.vocab()) {
            opened.close();
            throw new ModelPackException("The tokenizer " + tokenizer + " has " + count
                    + " tokens but the vocabulary of model '" + id() + "' has " + spec.vocab()
                    + ". Use the tokenizer that the model was trained with.");
        }
        return opened;
    }
}
