package io.agentopt.runtime.llm;

import io.agentopt.message.Passage;
import io.agentopt.model.ModelSpec;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.llm.encode.EncoderLane;
import io.agentopt.runtime.llm.encode.EncoderRow;
import io.agentopt.runtime.llm.encode.EncoderSession;
import io.agentopt.runtime.llm.error.LlmException;
import io.agentopt.runtime.llm.error.PromptTooLongException;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.pack.ModelPackException;
import io.agentopt.runtime.text.PairFrame;
import io.agentopt.runtime.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * A cross-encoder on one device: it reads each passage together with the query. Any number of threads may call; pairs of about the same length that wait at
 * the same time share a run, whoever asked.
 *
 * <p>The score of a pair is what the model gives: of one label its logit, of two labels the second's minus the first's. Either is the logarithm of the odds
 * that the passage answers the query; {@code 1 / (1 + exp(-score))} is their probability.
 */
public final class RerankEngine implements AutoCloseable {
    private final ModelPack pack;
    private final RerankSettings settings;
    private final Tokenizer tokenizer;
    private final PairFrame frame;
    private final EncoderSession session;
    private final EncoderLane lane;

    private RerankEngine(
            ModelPack pack, RerankSettings settings, Tokenizer tokenizer, PairFrame frame, EncoderSession session) {
        this.pack = pack;
        this.settings = settings;
        this.tokenizer = tokenizer;
        this.frame = frame;
        this.session = session;
        lane = new EncoderLane(pack.id(), settings.limits(), session);
    }

    /**
     * Loads a model.
     *
     * @throws ModelPackException if the pack is no reranker or has a defect
     */
    public static RerankEngine open(ModelPack pack, RerankSettings settings) {
        ModelPack.Reranker layout = pack.layout(ModelPack.Reranker.class);
        Tokenizer tokenizer = pack.openTokenizer();
        try {
            PairFrame frame = tokenizer
                    .pairFrame()
                    .filter(PairFrame::separates)
                    .orElseThrow(() -> new ModelPackException("The tokenizer " + pack.tokenizer() + " of reranker '"
                            + pack.id() + "' puts nothing between the two texts of a pair (its post_processor)."
                            + " Use the tokenizer.json that the model was trained with."));
            EncoderSession.Names names = new EncoderSession.Names(
                    layout.inputIds(), layout.attentionMask(), layout.tokenTypes(), layout.scores());
            return new RerankEngine(
                    pack,
                    settings,
                    tokenizer,
                    frame,
                    EncoderSession.open(
                            pack,
                            names,
                            new EncoderSession.Rows(layout.padding(), ModelPack.Pooling.IN_FILE),
                            layout.labels(),
                            settings.session()));
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    public ModelSpec model() {
        return pack.spec();
    }

    /**
     * Chooses passages: those of about the same length run together, padded and masked, within the limits.
     *
     * @param k most passages to keep, at least 1
     * @return the best passages with their scores; of equal scores the one that was given first goes first
     * @throws PromptTooLongException if the query leaves no room for a passage, or a pair is too long and the settings refuse it; nothing is run then
     * @throws LlmException if the model gives numbers that are not finite
     * @throws io.agentopt.runtime.backend.CancelledException if cancelled
     */
    public Ranking rerank(String query, List<Passage> passages, int k, CancelToken cancel) {
        if (k < 1)
            throw new IllegalArgumentException(
                    "The k (" + k + ") of a reranking by '" + pack.id() + "' must be at least 1.");
        String what = "The reranking by model '" + pack.id() + "'";
        cancel.throwIfCancelled(what);
        if (passages.isEmpty()) return new Ranking(List.of(), 0);
        int[] question = question(query);
        List<EncoderRow> rows = new ArrayList<>(passages.size());
        int tokens = 0;
        for (int i = 0; i < passages.size(); i++) {
            cancel.throwIfCancelled(what);
            rows.add(pair(question, passages.get(i), name(passages, i)));
            tokens += rows.getLast().length();
        }
        float[][] scores = lane.encode(what, rows, cancel);
        List<Passage> ranked = new ArrayList<>(passages.size());
        for (int i = 0; i < passages.size(); i++) {
            Passage p = passages.get(i);
            ranked.add(new Passage(p.id(), p.text(), score(scores[i], name(passages, i))));
        }
        ranked.sort(Comparator.comparingDouble(Passage::score).reversed()); // stable
        return new Ranking(ranked.subList(0, Math.min(k, ranked.size())), tokens);
    }

    private static String name(List<Passage> passages, int index) {
        return "passage " + (index + 1) + " of " + passages.size() + " ('"
                + passages.get(index).id() + "')";
    }

    private int[] question(String query) {
        int[] question = tokenizer.encode(query);
        int limit = pack.spec().maxContext();
        if (question.length + frame.length() >= limit)
            throw new PromptTooLongException(
                    "The query, with the " + frame.length() + " tokens around it and a passage,",
                    pack.id(),
                    question.length + frame.length() + 1,
                    limit,
                    "Shorten the query");
        return question;
    }

    private EncoderRow pair(int[] question, Passage passage, String name) {
        int[] text = tokenizer.encode(passage.text());
        int limit = pack.spec().maxContext(), room = limit - frame.length() - question.length;
        if (text.length > room) {
            text = switch (settings.tooLong()) {
                case REFUSE ->
                    throw new PromptTooLongException(
                            "The query with " + name,
                            pack.id(),
                            question.length + frame.length() + text.length,
                            limit,
                            "Cut the passage into shorter ones, let the engine truncate them (RerankSettings),");
                case TRUNCATE -> Arrays.copyOf(text, room);
            };
        }
        return new EncoderRow(frame.tokens(question, text), frame.types(question.length, text.length));
    }

    private double score(float[] labels, String name) {
        double score = labels.length == 1 ? labels[0] : (double) labels[1] - labels[0];
        if (!Double.isFinite(score)) {
            throw new LlmException("The score (" + score + ") of " + name + " by model '" + pack.id()
                    + "' is not finite. The model's weights or precision overflow: use another precision of it.");
        }
        return score;
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
        return "RerankEngine[" + pack.id() + "]";
    }
}
