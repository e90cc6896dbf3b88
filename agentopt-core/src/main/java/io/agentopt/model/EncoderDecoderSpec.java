package io.agentopt.model;

import java.util.Objects;

/**
 * A speech recogniser of Whisper's kind as the cost model sees it: two convolutions over audio features, an encoder over windows of fixed
 * length, and a decoder that attends to its own tokens and to the encoder's output.
 *
 * @param id unique name, such as {@code openai/whisper-base}
 * @param encoder the encoder's layers
 * @param decoder the decoder's layers; each has self-attention, cross-attention and a feed-forward layer
 * @param audio how sound becomes encoder positions
 * @param vocab vocabulary entries
 * @param tiedEmbeddings whether input and output embeddings are one matrix
 * @param maxOutput most tokens that the decoder handles for one window, prompt included
 * @param weights number format of the weights
 * @param compute number format of the arithmetic
 * @param kv number format of both caches
 */
public record EncoderDecoderSpec(
        String id,
        Tower encoder,
        Tower decoder,
        Audio audio,
        int vocab,
        boolean tiedEmbeddings,
        int maxOutput,
        Precision weights,
        Precision compute,
        Precision kv)
        implements SpeechModel {

    /**
     * A stack of equal layers with full multi-head attention and a feed-forward layer without a gate.
     *
     * @param layers at least 1
     * @param hidden model width, in elements
     * @param heads attention heads
     * @param headDim elements per head
     * @param ffn width of the feed-forward layer
     */
    public record Tower(int layers, int hidden, int heads, int headDim, int ffn) {
        public Tower {
            if (layers < 1 || hidden < 1 || heads < 1 || headDim < 1 || ffn < 1) {
                throw new IllegalArgumentException("A tower of " + layers + " layers, hidden " + hidden + ", " + heads
                        + " heads of " + headDim + ", ffn " + ffn + " needs sizes of at least 1.");
            }
        }

        /** {@return elements of all heads together} */
        public double attentionWidth() {
            return (double) heads * headDim;
        }
    }

    /**
     * How sound becomes encoder positions. Sound is padded to whole windows.
     *
     * @param features elements of a feature frame, such as 80 mel bins
     * @param featureFramesPerSecond such as 100
     * @param stride feature frames per encoder position
     * @param windowSeconds length of a window, s
     */
    public record Audio(int features, int featureFramesPerSecond, int stride, int windowSeconds) {
        public Audio {
            if (features < 1 || featureFramesPerSecond < 1 || stride < 1 || windowSeconds < 1) {
                throw new IllegalArgumentException("Audio of " + features + " features, " + featureFramesPerSecond
                        + " frames/s, stride " + stride + ", windows of " + windowSeconds
                        + " s needs sizes of at least 1.");
            }
        }

        /** {@return feature frames of a window} */
        public double frames() {
            return (double) featureFramesPerSecond * windowSeconds;
        }

        /** {@return encoder positions of a window} */
        public double positions() {
            return Math.ceil(frames() / stride);
        }

        /**
         * {@return windows of so much sound}
         *
         * @param seconds finite, above 0
         */
        public double windows(double seconds) {
            if (!(seconds > 0 && Double.isFinite(seconds))) {
                throw new IllegalArgumentException(
                        "Audio of " + seconds + " s cannot be heard: its length must be finite and above 0.");
            }
            return Math.ceil(seconds / windowSeconds);
        }
    }

    public EncoderDecoderSpec {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(encoder, "encoder");
        Objects.requireNonNull(decoder, "decoder");
        Objects.requireNonNull(audio, "audio");
        Objects.requireNonNull(weights, "weights");
        Objects.requireNonNull(compute, "compute");
        Objects.requireNonNull(kv, "kv");
        if (id.isBlank()) throw new IllegalArgumentException("A model needs a name; its id is blank.");
        if (vocab < 1 || maxOutput < 1) {
            throw new IllegalArgumentException("The vocab (" + vocab + ") and maxOutput (" + maxOutput + ") of model '"
                    + id + "' must be positive.");
        }
    }

    /** {@return this model with weights, arithmetic and caches in other number formats} */
    public EncoderDecoderSpec with(Precision newWeights, Precision newCompute, Precision newKv) {
        return new EncoderDecoderSpec(
                id, encoder, decoder, audio, vocab, tiedEmbeddings, maxOutput, newWeights, newCompute, newKv);
    }

    /** {@return bytes of self-attention cache that one token occupies} */
    public double kvBytesPerToken() {
        return 2 * decoder.attentionWidth() * decoder.layers() * kv.bytes();
    }

    /** {@return bytes of keys and values of one window that all decode steps attend to} */
    public double crossAttentionBytesPerWindow() {
        return kvBytesPerToken() * audio.positions();
    }
}
