package io.agentopt.runtime.llm;

import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.llm.batch.BatchLoop;
import io.agentopt.runtime.llm.batch.Handover;
import io.agentopt.runtime.llm.batch.Sequence;
import io.agentopt.runtime.llm.error.KvFormatException;
import io.agentopt.runtime.llm.kv.KvHeader;
import io.agentopt.runtime.llm.kv.KvReader;
import io.agentopt.runtime.llm.kv.KvShape;
import io.agentopt.runtime.llm.kv.KvWriter;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.WritableByteChannel;

/**
 * KV caches of one engine to and from channels, in the layout of docs/kv-layout.md: one layer at a time in host memory, so
 * that a cache of any size needs little besides itself.
 */
final class CacheChannel {
    private final String model;
    private final KvShape shape;
    private final int vocab;

    CacheChannel(String model, KvShape shape, int vocab) {
        this.model = model;
        this.shape = shape;
        this.vocab = vocab;
    }

    void write(BatchLoop loop, Sequence sequence, WritableByteChannel to) throws IOException {
        int[] tokens = sequence.tokens();
        KvWriter writer = new KvWriter(to);
        try (Arena arena = Arena.ofShared()) {
            MemorySegment scores = arena.allocate(loop.scoresBytes(), Float.BYTES);
            loop.scores(sequence, scores);
            MemorySegment layer = arena.allocate(tokens.length * shape.bytesPerLayer(), 64);
            writer.header(new KvHeader(model, shape, vocab, tokens));
            writer.frame(scores);
            for (int i = 0; i < shape.layers(); i++) {
                Handover.read(loop, sequence, i, 1, layer);
                writer.frame(layer);
            }
        }
    }

    /** {@return the header of what comes, if it fits this engine} */
    KvHeader header(KvReader reader, int capacity) throws IOException {
        KvHeader header = reader.header(capacity);
        if (!header.model().equals(model) || !header.shape().equals(shape) || header.vocab() != vocab) {
            throw new KvFormatException("The KV cache is of model '" + header.model() + "' (" + header.shape()
                    + ", vocabulary " + header.vocab() + ") and the engine of model '" + model + "' (" + shape
                    + ", vocabulary " + vocab + "). Keys and values fit only the same model: prefill the prompt here.");
        }
        return header;
    }

    Sequence read(BatchLoop loop, KvReader reader, int[] tokens, CancelToken cancel) throws IOException {
        String what = "The reading of a KV cache of model '" + model + "'";
        try (Arena arena = Arena.ofShared()) {
            MemorySegment scores = arena.allocate(loop.scoresBytes(), Float.BYTES);
            reader.frame(scores, "scores");
            Sequence ours = loop.reserve(what, tokens, scores, cancel);
            try {
                MemorySegment layer = arena.allocate(tokens.length * shape.bytesPerLayer(), 64);
                for (int i = 0; i < shape.layers(); i++) {
                    cancel.throwIfCancelled(what);
                    reader.frame(layer, "layer " + (i + 1) + " of " + shape.layers());
                    Handover.write(loop, ours, i, 1, layer);
                }
                return ours;
            } catch (IOException | RuntimeException | Error e) {
                loop.release(ours);
                throw e;
            }
        }
    }
}
