package io.agentopt.runtime.llm;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.agentopt.message.Embedding;
import io.agentopt.model.ModelSpec;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.DeviceLane;
import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.backend.ort.OrtSession;
import io.agentopt.runtime.backend.ort.OrtTensor;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.llm.error.LlmException;
import io.agentopt.runtime.llm.error.PromptTooLongException;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.pack.ModelPackException;
import io.agentopt.runtime.llm.pack.PackSession;
import io.agentopt.runtime.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** An embedding model on one device: texts become unit vectors. Any number of threads may call. */
public final class EmbedEngine implements AutoCloseable {
    private static final int LARGEST_BATCH = 32; // bounds the memory of activations

    private final ModelPack pack;
    private final ModelPack.Embedder layout;
    private final Tokenizer tokenizer;
    private final OrtSession session;
    private final DeviceLane lane;

    private EmbedEngine(ModelPack pack, ModelPack.Embedder layout, Tokenizer tokenizer, OrtSession session) {
        this.pack = pack;
        this.layout = layout;
        this.tokenizer = tokenizer;
        this.session = session;
        lane = new DeviceLane(pack.id());
    }

    /**
     * Loads a model.
     *
     * @throws ModelPackException if the pack is no embedder or has a defect
     */
    public static EmbedEngine open(ModelPack pack, SessionSettings settings) {
        if (!(pack.layout() instanceof ModelPack.Embedder layout)) {
            throw new ModelPackException(
                    "The model '" + pack.id() + "' is a decoder and gives no embeddings. Open it with LlmEngine.");
        }
        Tokenizer tokenizer = pack.openTokenizer();
        try {
            OrtSession session = PackSession.open(pack, settings);
            try {
                PackSession.require(
                        pack,
                        session.inputs(),
                        "input",
                        layout.inputIds(),
                        "int64 [batch, sequence]",
                        ElementType.INT64,
                        -1,
                        -1);
                PackSession.require(
                        pack,
                        session.inputs(),
                        "input",
                        layout.attentionMask(),
                        "int64 [batch, sequence]",
                        ElementType.INT64,
                        -1,
                        -1);
                PackSession.require(
                        pack,
                        session.outputs(),
                        "output",
                        layout.embedding(),
                        "float32 [batch, " + layout.dimension() + "]",
                        ElementType.FLOAT32,
                        -1,
                        layout.dimension());
                return new EmbedEngine(pack, layout, tokenizer, session);
            } catch (RuntimeException e) {
                session.close();
                throw e;
            }
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    public ModelSpec model() {
        return pack.spec();
    }

    /** {@return elements of a vector} */
    public int dimension() {
        return layout.dimension();
    }

    /** {@return tokens of a text as the model reads it} */
    public int tokens(String text) {
        return encode(text).length;
    }

    /** {@return the tokens of a text as the model reads it} */
    public int[] encode(String text) {
        return tokenizer.encodeFramed(text);
    }

    /** {@return the vector of one text's {@link #encode tokens}; errors as in {@link #embed(List, CancelToken)}} */
    public Embedding embed(int[] tokens, CancelToken cancel) {
        return vectors(List.of(tokens), cancel).getFirst();
    }

    /** {@return the vector of one text; errors as in {@link #embed(List, CancelToken)}} */
    public Embedding embed(String text, CancelToken cancel) {
        return embed(List.of(text), cancel).getFirst();
    }

    /**
     * Embeds texts, up to 32 in one run: shorter ones are padded and masked.
     *
     * @return unit vectors in the order of the texts; a text without tokens is the zero vector
     * @throws PromptTooLongException if a text has more tokens than the model's context
     * @throws LlmException if the model gives numbers that are not finite
     * @throws io.agentopt.runtime.backend.CancelledException if cancelled
     */
    public List<Embedding> embed(List<String> texts, CancelToken cancel) {
        List<Embedding> all = new ArrayList<>(texts.size());
        for (int from = 0; from < texts.size(); from += LARGEST_BATCH) {
            List<String> some = texts.subList(from, Math.min(texts.size(), from + LARGEST_BATCH));
            all.addAll(vectors(some.stream().map(this::encode).toList(), cancel));
        }
        return List.copyOf(all);
    }

    private List<Embedding> vectors(List<int[]> batch, CancelToken cancel) {
        int longest = 0;
        for (int[] ids : batch) {
            if (ids.length > pack.spec().maxContext())
                throw new PromptTooLongException(
                        pack.id(), ids.length, pack.spec().maxContext());
            longest = Math.max(longest, ids.length);
        }
        if (longest == 0)
            return batch.stream()
                    .map(t -> new Embedding(new float[dimension()]))
                    .toList();
        try (OrtTensor ids = OrtTensor.allocate(ElementType.INT64, batch.size(), longest);
                OrtTensor mask = OrtTensor.allocate(ElementType.INT64, batch.size(), longest);
                OrtRunOptions options = OrtRunOptions.create()) {
            for (int row = 0; row < batch.size(); row++) {
                int[] tokens = batch.get(row);
                for (int i = 0; i < tokens.length; i++) {
                    ids.data().setAtIndex(JAVA_LONG, (long) row * longest + i, tokens[i]);
                    mask.data().setAtIndex(JAVA_LONG, (long) row * longest + i, 1);
                }
            }
            EmbedTask task =
                    new EmbedTask(cancel, options, Map.of(layout.inputIds(), ids, layout.attentionMask(), mask));
            lane.submit(task);
            task.await();
            return units(task.vectors, batch);
        }
    }

    private final class EmbedTask extends EngineTask {
        private final Map<String, OrtTensor> inputs;
        private float[] vectors = {};

        EmbedTask(CancelToken cancel, OrtRunOptions options, Map<String, OrtTensor> inputs) {
            super("The embedding by model '" + pack.id() + "'", cancel, options);
            this.inputs = inputs;
        }

        @Override
        void run(OrtRunOptions options) {
            Map<String, OrtTensor> outputs = session.run(inputs, options);
            try {
                vectors = Objects.requireNonNull(outputs.get(layout.embedding()))
                        .data()
                        .toArray(JAVA_FLOAT);
            } finally {
                outputs.values().forEach(OrtTensor::close);
            }
        }
    }

    private List<Embedding> units(float[] vectors, List<int[]> batch) {
        List<Embedding> units = new ArrayList<>();
        for (int row = 0; row < batch.size(); row++) {
            float[] unit = new float[dimension()];
            if (batch.get(row).length > 0) {
                double squares = 0;
                for (int i = 0; i < unit.length; i++)
                    squares += (double) vectors[row * unit.length + i] * vectors[row * unit.length + i];
                if (!Double.isFinite(squares)) {
                    throw new LlmException("The model '" + pack.id() + "' gave an embedding that is not finite (text "
                            + row + " of " + batch.size()
                            + "). Its weights or precision overflow: use another precision of the model.");
                }
                double norm = Math.max(Math.sqrt(squares), Float.MIN_NORMAL);
                for (int i = 0; i < unit.length; i++) unit[i] = (float) (vectors[row * unit.length + i] / norm);
            }
            units.add(new Embedding(unit));
        }
        return units;
    }

    /** Frees the model after the run in progress; requests that still wait fail with an {@link IllegalStateException}. */
    @Override
    public void close() {
        lane.close();
        session.close();
        tokenizer.close();
    }

    @Override
    public String toString() {
        return "EmbedEngine[" + pack.id() + "]";
    }
}
