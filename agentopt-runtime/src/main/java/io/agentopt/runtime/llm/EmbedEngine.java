package io.agentopt.runtime.llm;

import io.agentopt.message.Embedding;
import io.agentopt.model.ModelSpec;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.llm.encode.EncoderLane;
import io.agentopt.runtime.llm.encode.EncoderRow;
import io.agentopt.runtime.llm.encode.EncoderSession;
import io.agentopt.runtime.llm.error.LlmException;
import io.agentopt.runtime.llm.error.PromptTooLongException;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.pack.ModelPackException;
import io.agentopt.runtime.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * An embedding model on one device: texts become vectors, of length 1 unless the model's folder says otherwise. Any number of threads may call; texts of about
 * the same length that wait at the same time share a run, whoever asked.
 */
public final class EmbedEngine implements AutoCloseable {
    private final ModelPack pack;
    private final ModelPack.Embedder layout;
    private final Tokenizer tokenizer;
    private final EncoderSession session;
    private final EncoderLane lane;
    private final boolean truncating;

    /** What a text is, by which models that were trained with prompts put one before it. */
    public enum Role {
        /** None: the model's usual prompt, if it has one. */
        TEXT,
        /** What is asked: the prompt {@code query}. */
        QUERY,
        /** What may answer: the prompt {@code document}, {@code passage} or {@code corpus}. */
        DOCUMENT
    }

    private EmbedEngine(
            ModelPack pack,
            ModelPack.Embedder layout,
            Tokenizer tokenizer,
            EncoderSession session,
            EmbedSettings settings) {
        this.pack = pack;
        this.layout = layout;
        this.tokenizer = tokenizer;
        this.session = session;
        lane = new EncoderLane(pack.id(), settings.limits(), session);
        truncating = settings.truncating();
    }

    /** Loads a model with {@link EmbedSettings#of}; see {@link #open(ModelPack, EmbedSettings)}. */
    public static EmbedEngine open(ModelPack pack, SessionSettings session) {
        return open(pack, EmbedSettings.of(session));
    }

    /**
     * Loads a model.
     *
     * @throws ModelPackException if the pack is no embedder or has a defect
     */
    public static EmbedEngine open(ModelPack pack, EmbedSettings settings) {
        ModelPack.Embedder layout = pack.layout(ModelPack.Embedder.class);
        Tokenizer tokenizer = pack.openTokenizer();
        try {
            EncoderSession.Names names = new EncoderSession.Names(
                    layout.inputIds(), layout.attentionMask(), layout.tokenTypes(), layout.embedding());
            EncoderSession.Rows form = new EncoderSession.Rows(layout.padding(), layout.pooling());
            return new EmbedEngine(
                    pack,
                    layout,
                    tokenizer,
                    EncoderSession.open(pack, names, form, layout.dimension(), settings.session()),
                    settings);
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
        return encode(text, Role.TEXT);
    }

    /** {@return the tokens of a text, behind the prompt of its role, as the model reads it} */
    public int[] encode(String text, Role role) {
        String prompted = prompt(role) + text;
        if (layout.texts().lowerCase()) prompted = prompted.toLowerCase(Locale.ROOT);
        return truncating
                ? tokenizer.encodeFramed(prompted, pack.spec().maxContext())
                : tokenizer.encodeFramed(prompted);
    }

    private String prompt(Role role) {
        Map<String, String> prompts = layout.texts().prompts();
        List<String> names = switch (role) {
            case TEXT -> List.of();
            case QUERY -> List.of("query");
            case DOCUMENT -> List.of("document", "passage", "corpus");
        };
        for (String name : names) if (prompts.containsKey(name)) return prompts.get(name);
        return layout.texts().usual().map(prompts::get).orElse("");
    }

    /** {@return the vector of one text's {@link #encode tokens}; errors as in {@link #embed(List, Role, CancelToken)}} */
    public Embedding embed(int[] tokens, CancelToken cancel) {
        return vectors(List.of(tokens), cancel).getFirst();
    }

    /** {@return the vector of one text; errors as in {@link #embed(List, Role, CancelToken)}} */
    public Embedding embed(String text, CancelToken cancel) {
        return embed(List.of(text), cancel).getFirst();
    }

    /** {@return vectors of texts without a role; as {@link #embed(List, Role, CancelToken)}} */
    public List<Embedding> embed(List<String> texts, CancelToken cancel) {
        return embed(texts, Role.TEXT, cancel);
    }

    /**
     * Embeds texts: those of about the same length run together, padded and masked, within the limits of the settings.
     *
     * @return vectors in the order of the texts; a text without tokens is the zero vector
     * @throws PromptTooLongException if a text has more tokens than the model's context and the settings refuse it, naming its number; nothing is run then
     * @throws LlmException if the model gives numbers that are not finite
     * @throws io.agentopt.runtime.backend.CancelledException if cancelled
     */
    public List<Embedding> embed(List<String> texts, Role role, CancelToken cancel) {
        List<int[]> all = new ArrayList<>(texts.size());
        for (String text : texts) {
            cancel.throwIfCancelled(what());
            all.add(encode(text, role));
        }
        return vectors(all, cancel);
    }

    private List<Embedding> vectors(List<int[]> texts, CancelToken cancel) {
        List<EncoderRow> rows = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            int tokens = texts.get(i).length, limit = pack.spec().maxContext();
            if (tokens > limit)
                throw new PromptTooLongException(
                        name(i, texts.size()), pack.id(), tokens, limit, "Cut it into shorter ones");
            if (tokens > 0) rows.add(EncoderRow.of(texts.get(i)));
        }
        float[][] vectors = lane.encode(what(), rows, cancel);
        List<Embedding> units = new ArrayList<>(texts.size());
        int row = 0;
        for (int i = 0; i < texts.size(); i++) {
            units.add(
                    texts.get(i).length == 0
                            ? new Embedding(new float[dimension()])
                            : unit(vectors[row++], name(i, texts.size())));
        }
        return List.copyOf(units);
    }

    private String what() {
        return "The embedding by model '" + pack.id() + "'";
    }

    private static String name(int index, int count) {
        return count == 1 ? "The text" : "Text " + (index + 1) + " of " + count;
    }

    private Embedding unit(float[] vector, String text) {
        double squares = 0;
        for (float x : vector) squares += (double) x * x;
        if (!Double.isFinite(squares)) {
            throw new LlmException(text + " has an embedding by model '" + pack.id()
                    + "' that is not finite. The model's weights or precision overflow: use another precision of it.");
        }
        if (!layout.texts().unit()) return new Embedding(vector);
        double norm = Math.max(Math.sqrt(squares), Float.MIN_NORMAL);
        float[] unit = new float[vector.length];
        for (int i = 0; i < unit.length; i++) unit[i] = (float) (vector[i] / norm);
        return new Embedding(unit);
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
