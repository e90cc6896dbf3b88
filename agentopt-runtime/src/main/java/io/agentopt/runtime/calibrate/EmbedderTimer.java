package io.agentopt.runtime.calibrate;

import io.agentopt.cost.Measurement;
import io.agentopt.cost.OperatorClass;
import io.agentopt.cost.TransformerDemand;
import io.agentopt.model.ModelSpec;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.llm.EmbedEngine;
import io.agentopt.runtime.llm.encode.BatchLimits;
import io.agentopt.runtime.llm.pack.ModelPack;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** Times embeddings of texts of one length, alone and in batches that fit one run. */
final class EmbedderTimer implements PointTimer {
    private static final int LONGEST = 2048; // tokens
    private static final double WORDS = 1.6; // from one length to the next
    private static final int[] BATCHES = {1, 4, 16};

    private final EmbedEngine engine;
    private final ModelSpec model;
    private final TreeMap<Integer, String> texts = new TreeMap<>();

    EmbedderTimer(ModelPack pack, SessionSettings session) {
        model = pack.spec();
        engine = EmbedEngine.open(pack, session);
        int longest = Math.min(LONGEST, model.maxContext());
        int before = 0;
        for (double words = 1; before < longest; words *= WORDS) {
            String text = "order ".repeat((int) Math.ceil(words)).strip();
            int tokens = engine.tokens(text);
            if (tokens <= before || tokens > longest) break;
            texts.put(tokens, text);
            before = tokens;
        }
    }

    @Override
    public List<CalibrationPoint> candidates() {
        List<CalibrationPoint> all = new ArrayList<>();
        for (int batch : BATCHES) {
            for (int tokens : texts.keySet()) {
                // More would be several runs, each of which reads the weights: another work than is said.
                if (batch * tokens <= BatchLimits.standard().tokens())
                    all.add(new CalibrationPoint(OperatorClass.EMBED, tokens, batch));
            }
        }
        return all;
    }

    @Override
    public double effort(CalibrationPoint point) {
        return TransformerDemand.embed(model, point.tokens(), point.batch()).flops();
    }

    @Override
    public Optional<Measurement> time(CalibrationPoint point, CancelToken cancel) {
        List<String> batch = Collections.nCopies(point.batch(), Objects.requireNonNull(texts.get(point.tokens())));
        long start = System.nanoTime();
        engine.embed(batch, cancel);
        long end = System.nanoTime();
        return end > start
                ? Optional.of(new Measurement(
                        TransformerDemand.embed(model, point.tokens(), point.batch()), (end - start) / 1e9))
                : Optional.empty();
    }

    @Override
    public void close() {
        engine.close();
    }
}
