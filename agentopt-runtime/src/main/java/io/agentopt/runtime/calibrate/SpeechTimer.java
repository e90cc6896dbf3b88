package io.agentopt.runtime.calibrate;

import io.agentopt.cost.Demand;
import io.agentopt.cost.EncoderDecoderDemand;
import io.agentopt.cost.Measurement;
import io.agentopt.cost.OperatorClass;
import io.agentopt.model.EncoderDecoderSpec;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.ort.OrtException;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.llm.error.LlmException;
import io.agentopt.runtime.llm.pack.SpeechPack;
import io.agentopt.runtime.speech.SpeechPasses;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Times a speech recogniser: hearing windows of sound, which is the encoder and the keys and values of cross-attention, once a window; and
 * the tokens of their texts. A point's tokens are a window's positions, or the context of a step; its batch is windows heard together.
 */
final class SpeechTimer implements PointTimer {
    private static final int[] WINDOWS = {1, 2, 3, 4, 6};
    private static final int[] BATCHES = {1, 2, 4}; // as many as an engine decodes together
    private static final int MOST_STEPS = 12;
    private static final double CONTEXTS = 2;

    private final SpeechPasses passes;
    private final EncoderDecoderSpec model;
    private final int steps;

    SpeechTimer(SpeechPack pack, SessionSettings session) {
        passes = SpeechPasses.open(pack, session);
        model = pack.spec();
        steps = Math.max(1, Math.min(MOST_STEPS, passes.mostTokens() / 3));
    }

    @Override
    public List<CalibrationPoint> candidates() {
        List<CalibrationPoint> all = new ArrayList<>();
        int positions = (int) model.audio().positions();
        for (int windows : WINDOWS) {
            if (windows <= passes.mostWindows()) all.add(new CalibrationPoint(OperatorClass.EMBED, positions, windows));
        }
        int longest = passes.mostTokens() - steps;
        if (longest < 1) return all;
        for (int batch : BATCHES) {
            if (batch > passes.mostWindows()) continue;
            for (int tokens = Math.min(4, longest); ; tokens = (int) Math.min(longest, CONTEXTS * tokens)) {
                all.add(new CalibrationPoint(OperatorClass.DECODE, tokens, batch));
                if (tokens >= longest) break;
            }
        }
        return all;
    }

    private Demand heard(int windows) {
        double seconds = model.audio().windowSeconds();
        return EncoderDecoderDemand.encode(model, seconds, windows)
                .plus(EncoderDecoderDemand.crossAttentionCache(model, seconds, windows));
    }

    @Override
    public double effort(CalibrationPoint point) {
        if (point.work() == OperatorClass.EMBED) return heard(point.batch()).flops();
        double cross = EncoderDecoderDemand.crossAttentionCache(
                        model, model.audio().windowSeconds(), point.batch())
                .flops();
        return cross
                + (point.tokens() + steps)
                        * EncoderDecoderDemand.decodeStep(model, 1, point.batch())
                                .flops();
    }

    @Override
    public Optional<Measurement> time(CalibrationPoint point, CancelToken cancel) {
        try {
            double seconds = point.work() == OperatorClass.EMBED
                    ? passes.hear(point.batch(), cancel)
                    : passes.step(point.batch(), point.tokens(), steps, cancel);
            if (!(seconds > 0)) return Optional.empty();
            Demand work = point.work() == OperatorClass.EMBED
                    ? heard(point.batch())
                    : EncoderDecoderDemand.decodeStep(model, point.tokens() + (steps + 1) / 2, point.batch());
            return Optional.of(new Measurement(work, seconds));
        } catch (OrtException e) {
            cancel.throwIfCancelled("The timing of '" + model.id() + "'");
            throw new LlmException(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public void close() {
        passes.close();
    }
}
