package io.agentopt.cost;

import io.agentopt.model.EncoderDecoderSpec;
import io.agentopt.model.EncoderDecoderSpec.Tower;

/**
 * The work of a speech recogniser of Whisper's kind. P = encoder positions and F = feature frames of a window, c = features, h, w, f, L =
 * width, attention width, feed-forward width and layers of the encoder (e) or decoder (d), W = windows together, B = sequences.
 *
 * <pre>
 * encoder layers     Le (4 he we + 2 he fe)         convolutions    3 c he + 3 he he (kernels of 3)
 * biases and norms   Le (2 we + 6 he + fe) + Ld (4 wd + 9 hd + fd) + 4 he + 2 hd, stored only
 * decoder layers     Ld (6 hd wd + 2 hd fd)         self-attention, query and output of cross-attention, feed-forward
 * cross keys, values Ld 2 he wd                     embedding       V hd (twice if untied), positions P he + maxOutput hd
 *
 * encode     flops = W (2 layers P + 4 Le we P^2 + 2 (3 c he F + 3 he he P))
 * cross      flops = W 2 Ld 2 he wd P               writes the cross-attention cache, 2 Ld wd P elements a window
 * decode     flops = B (2 layers + 4 Ld wd (context + P) + 2 V hd)       reads both caches
 * </pre>
 *
 * Sound is padded to whole windows; the windows of one recording follow one another. First principles; shapes as published with Whisper
 * (arXiv 2212.04356).
 */
public final class EncoderDecoderDemand {
    private EncoderDecoderDemand() {}

    /**
     * The work to encode sound.
     *
     * @param audioSeconds length of each recording, s
     * @param batch recordings that run together
     */
    public static Demand encode(EncoderDecoderSpec m, double audioSeconds, int batch) {
        atLeastOne(batch, "batch", m);
        Tower e = m.encoder();
        double positions = m.audio().positions() * batch;
        double frames = m.audio().frames() * batch;
        double attention =
                4.0 * e.layers() * e.attentionWidth() * positions * m.audio().positions();
        double convolutions = 2 * (frames * 3 * m.audio().features() * e.hidden() + positions * 3 * square(e.hidden()));
        double elements = positions * m.compute().bytes();
        double features = frames * m.audio().features() * m.compute().bytes();
        double convolved = (frames + positions) * e.hidden() * m.compute().bytes();
        return pass(
                        m,
                        OperatorClass.EMBED,
                        2 * layerParameters(e) * positions + attention + convolutions,
                        elements * e.layers() * (2.0 * e.hidden() + e.attentionWidth() + e.ffn())
                                + features
                                + frames * e.hidden() * m.compute().bytes(),
                        elements * e.layers() * (2.0 * e.hidden() + 3 * e.attentionWidth() + e.ffn()) + convolved,
                        layerParameters(e) + convolutionParameters(m),
                        0,
                        e.layers(),
                        2.0 * e.layers(),
                        positions * e.hidden())
                .times(m.audio().windows(audioSeconds));
    }

    /**
     * The work to turn the encoder's output into the keys and values that decode steps attend to: once for each window.
     *
     * @param audioSeconds length of each recording, s
     * @param batch recordings that run together
     */
    public static Demand crossAttentionCache(EncoderDecoderSpec m, double audioSeconds, int batch) {
        atLeastOne(batch, "batch", m);
        double positions = m.audio().positions() * batch;
        double cache = m.crossAttentionBytesPerWindow() * batch;
        return pass(
                        m,
                        OperatorClass.EMBED,
                        2 * crossParameters(m) * positions,
                        positions * m.encoder().hidden() * m.compute().bytes(),
                        cache,
                        crossParameters(m),
                        cache,
                        0,
                        0,
                        0)
                .times(m.audio().windows(audioSeconds));
    }

    /**
     * The work of one decode step: one token for each window that is being decoded.
     *
     * @param contextTokens tokens of its window that each new token attends to, itself included; at most {@code maxOutput}
     * @param batch windows decoded together, of different recordings
     */
    public static Demand decodeStep(EncoderDecoderSpec m, int contextTokens, int batch) {
        atLeastOne(contextTokens, "contextTokens", m);
        atLeastOne(batch, "batch", m);
        if (contextTokens > m.maxOutput()) {
            throw new IllegalArgumentException("The contextTokens (" + contextTokens + ") of model '" + m.id()
                    + "' exceed its maxOutput (" + m.maxOutput() + "). Decode each window on its own.");
        }
        Tower d = m.decoder();
        double b = m.compute().bytes();
        double caches = batch * (contextTokens * m.kvBytesPerToken() + m.crossAttentionBytesPerWindow());
        double weights = decoderParameters(m) + (double) m.vocab() * d.hidden();
        double context = contextTokens + m.audio().positions();
        return pass(
                m,
                OperatorClass.DECODE,
                batch * (2 * weights + 4.0 * d.layers() * d.attentionWidth() * context),
                batch * d.layers() * (3.0 * d.hidden() + 2 * d.attentionWidth() + d.ffn()) * b + caches,
                batch * d.layers() * (3.0 * d.hidden() + 3 * d.attentionWidth() + d.ffn()) * b
                        + batch * m.kvBytesPerToken(),
                weights,
                caches,
                d.layers(),
                3.0 * d.layers(),
                (double) batch * d.hidden());
    }

    /** {@return all parameters: matrices, positions, biases and norms} */
    public static double parameters(EncoderDecoderSpec m) {
        double embedding = (double) m.vocab() * m.decoder().hidden();
        double positions = m.audio().positions() * m.encoder().hidden()
                + (double) m.maxOutput() * m.decoder().hidden();
        return convolutionParameters(m)
                + layerParameters(m.encoder())
                + decoderParameters(m)
                + crossParameters(m)
                + positions
                + biasesAndNorms(m)
                + (m.tiedEmbeddings() ? embedding : 2 * embedding);
    }

    /** {@return bytes that the model's weights occupy} */
    public static double weightBytes(EncoderDecoderSpec m) {
        return parameters(m) * m.weights().bytes();
    }

    private static Demand pass(
            EncoderDecoderSpec m,
            OperatorClass work,
            double flops,
            double bytesRead,
            double bytesWritten,
            double parametersRead,
            double cachesResident,
            double layers,
            double reductions,
            double elementsReduced) {
        return new Demand(
                flops,
                bytesRead,
                bytesWritten,
                parametersRead * m.weights().bytes(),
                weightBytes(m),
                cachesResident,
                layers,
                1,
                reductions * elementsReduced * m.compute().bytes(),
                reductions,
                m.compute(),
                work);
    }

    private static double layerParameters(Tower t) {
        return t.layers() * (4.0 * t.hidden() * t.attentionWidth() + 2.0 * t.hidden() * t.ffn());
    }

    /** What a decode step multiplies with, without the vocabulary: the keys and values of cross-attention are there already. */
    private static double decoderParameters(EncoderDecoderSpec m) {
        Tower d = m.decoder();
        return layerParameters(d) + d.layers() * 2.0 * d.hidden() * d.attentionWidth();
    }

    private static double crossParameters(EncoderDecoderSpec m) {
        return m.decoder().layers() * 2.0 * m.encoder().hidden() * m.decoder().attentionWidth();
    }

    private static double convolutionParameters(EncoderDecoderSpec m) {
        return 3.0 * m.audio().features() * m.encoder().hidden()
                + 3 * square(m.encoder().hidden());
    }

    /** As in Whisper: keys have no bias; each block of a layer begins with a norm, and each tower ends with one. */
    private static double biasesAndNorms(EncoderDecoderSpec m) {
        Tower e = m.encoder(), d = m.decoder();
        double attention = 2 * d.attentionWidth() + d.hidden() + 2.0 * d.hidden();
        return 2.0 * e.hidden()
                + perLayer(e) * e.layers()
                + 2.0 * e.hidden()
                + (perLayer(d) + attention) * d.layers()
                + 2.0 * d.hidden();
    }

    /** Biases of queries, values, output, up and down, and two norms. */
    private static double perLayer(Tower t) {
        return 2 * t.attentionWidth() + t.hidden() + t.ffn() + t.hidden() + 4.0 * t.hidden();
    }

    private static double square(double x) {
        return x * x;
    }

    private static void atLeastOne(int value, String name, EncoderDecoderSpec model) {
        if (value < 1) {
            throw new IllegalArgumentException(
                    "The " + name + " (" + value + ") of model '" + model.id() + "' must be at least 1.");
        }
    }
}
