package io.agentopt.runtime.calibrate;

import io.agentopt.cost.Measurement;
import io.agentopt.cost.OperatorClass;
import io.agentopt.cost.RerankDemand;
import io.agentopt.message.Passage;
import io.agentopt.model.ModelSpec;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.llm.RerankEngine;
import io.agentopt.runtime.llm.RerankSettings;
import io.agentopt.runtime.llm.encode.BatchLimits;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.text.Tokenizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** Times rerankings: one query with passages of one length, alone and in batches that fit one run. A point's tokens are those of a pair. */
final class RerankTimer implements PointTimer {
    private static final String QUERY = "order";
    private static final int LONGEST = 2048; // tokens of a pair
    private static final double WORDS = 1.6; // from one length to the next
    private static final int[] BATCHES = {1, 4, 16};

    private final RerankEngine engine;
    private final ModelSpec model;
    private final int query;
    private final TreeMap<Integer, String> passages = new TreeMap<>(); // by tokens of the pair

    RerankTimer(ModelPack pack, SessionSettings session) {
        model = pack.spec();
        try (Tokenizer tokenizer = pack.openTokenizer()) {
            query = tokenizer.encode(QUERY).length;
            int longest = Math.min(LONGEST, model.maxContext()), before = 0;
            for (double words = 1; before < longest; words *= WORDS) {
                String text = "order ".repeat((int) Math.ceil(words)).strip();
                int pair = query + tokenizer.encode(text).length + RerankDemand.SEPARATORS;
                if (pair <= before || pair > longest) break;
                passages.put(pair, text);
                before = pair;
            }
        }
        engine = RerankEngine.open(pack, RerankSettings.of(session));
    }

    @Override
    public List<CalibrationPoint> candidates() {
        List<CalibrationPoint> all = new ArrayList<>();
        for (int batch : BATCHES) {
            for (int tokens : passages.keySet()) {
                if (batch * tokens <= BatchLimits.standard().tokens())
                    all.add(new CalibrationPoint(OperatorClass.EMBED, tokens, batch));
            }
        }
        return all;
    }

    @Override
    public double effort(CalibrationPoint point) {
        return RerankDemand.rerank(model, query, passage(point), point.batch()).flops();
    }

    private int passage(CalibrationPoint point) {
        return point.tokens() - query - RerankDemand.SEPARATORS;
    }

    @Override
    public Optional<Measurement> time(CalibrationPoint point, CancelToken cancel) {
        String text = Objects.requireNonNull(passages.get(point.tokens()));
        List<Passage> batch = Collections.nCopies(point.batch(), new Passage("p", text, 0));
        long start = System.nanoTime();
        engine.rerank(QUERY, batch, point.batch(), cancel);
        long end = System.nanoTime();
        return end > start
                ? Optional.of(new Measurement(
                        RerankDemand.rerank(model, query, passage(point), point.batch()), (end - start) / 1e9))
                : Optional.empty();
    }

    @Override
    public void close() {
        engine.close();
    }
}
