package io.agentopt.runtime.calibrate;

import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.pack.ModelPackException;
import io.agentopt.runtime.llm.pack.ModelStore;

/** Kinds of models that a calibration times, and what of them. */
public enum CalibratedKind {
    /** Language models. */
    DECODER("prefills alone, decode steps alone and in batches", 2),
    /** Embedding models. */
    EMBEDDER("texts alone and in batches", 1),
    /** Cross-encoders. */
    RERANKER("pairs of query and passage, alone and in batches", 1),
    /** Speech recognisers. */
    TRANSCRIBER("windows of sound alone and together, tokens of their texts", 2),
    /** Any other ONNX file, which runs as Infer steps. */
    ONNX("runs alone and in batches", 1);

    private final String timed;
    private final int works;

    CalibratedKind(String timed, int works) {
        this.timed = timed;
        this.works = works;
    }

    /** {@return kinds of work that are fitted each on its own: a model needs time for each} */
    int works() {
        return works;
    }

    /** {@return what is timed, for people} */
    public String timed() {
        return timed;
    }

    /**
     * {@return the kind of a model of a store}
     *
     * @throws ModelPackException if there is none by that id, or it has a defect
     */
    public static CalibratedKind of(ModelStore store, String id) {
        if (store.hasSpeech(id)) return TRANSCRIBER;
        if (store.isOnnx(id)) return ONNX;
        return switch (store.pack(id).layout()) {
            case ModelPack.Decoder _ -> DECODER;
            case ModelPack.Embedder _ -> EMBEDDER;
            case ModelPack.Reranker _ -> RERANKER;
        };
    }

    static PointTimer open(ModelStore store, String id, SessionSettings session) {
        return switch (of(store, id)) {
            case DECODER -> new DecoderTimer(store.pack(id), session);
            case EMBEDDER -> new EmbedderTimer(store.pack(id), session);
            case RERANKER -> new RerankTimer(store.pack(id), session);
            case TRANSCRIBER -> new SpeechTimer(store.speechPack(id), session);
            case ONNX -> new InferTimer(store.onnx(id), session);
        };
    }
}
