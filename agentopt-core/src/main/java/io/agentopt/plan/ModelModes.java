package io.agentopt.plan;

import io.agentopt.cost.Confidence;
import io.agentopt.cost.Demand;
import io.agentopt.cost.EncoderDecoderDemand;
import io.agentopt.cost.Estimate;
import io.agentopt.cost.OperatorClass;
import io.agentopt.cost.RerankDemand;
import io.agentopt.cost.SecondsSum;
import io.agentopt.hardware.DeviceClass;
import io.agentopt.model.EncoderDecoderSpec;
import io.agentopt.model.ModelSpec;
import io.agentopt.model.Precision;
import io.agentopt.operator.Rerank;
import io.agentopt.operator.Transcribe;
import io.agentopt.operator.Work;
import io.agentopt.plan.CountedModes.Way;
import io.agentopt.plan.granular.GranularOperator;
import java.util.List;

/**
 * The ways to run what is no LLM call and no embedding: rerankers, speech recognisers of known shape, and whatever was declared with its {@link Work}. One
 * run at a time, on one device.
 *
 * <p>A recogniser encodes each window of sound, makes the keys and values of cross-attention, and decodes the window's share of the text token by token;
 * the steps of a window attend to (tokens + 1) / 2 tokens on average, in which their work is linear.
 */
record ModelModes(PlanningSettings settings, CountedModes counted) {
    private static final double FIXED_WORK_VARIATION = 0;

    /** Expected relative error of seconds that a declaration gives, as of the times assumed for the host. */
    private static final double DECLARED_SPREAD = 0.5;

    List<CandidateMode> rerank(int c, DeviceClass on, GranularOperator operator, Rerank r, List<String> refusals) {
        ModelSpec model = settings.models().find(r.model().id());
        int query = CountedModes.tokens(r.expectedQueryTokens());
        int passage = CountedModes.tokens(r.expectedPassageTokens());
        if ((long) query + passage + RerankDemand.SEPARATORS > model.maxContext()) {
            return counted.refuse(
                    refusals,
                    c,
                    "a query of " + query + " tokens and a passage of " + passage + " exceed the context of model '"
                            + model.id() + "' (" + model.maxContext() + ")");
        }
        Demand demand = RerankDemand.rerank(model, query, passage, CountedModes.tokens(r.expectedPassages()));
        return modes(
                c,
                operator,
                "batch=1 " + model.weights().id(),
                settings.cost().seconds(demand, on.device()),
                "model " + model.id(),
                demand.residentBytes(),
                0,
                refusals);
    }

    List<CandidateMode> transcribe(
            int c, DeviceClass on, GranularOperator operator, Transcribe t, List<String> refusals) {
        if (t.work().isPresent())
            return declared(
                    c, on, operator, t.work().get(), "model " + t.model().id(), refusals);
        EncoderDecoderSpec model = settings.speech().find(t.model().id());
        double windows = model.audio().windows(t.expectedSeconds());
        int tokens = (int) Math.min(Integer.MAX_VALUE, Math.ceil(t.expectedTokens() / windows)); // of a window
        if (tokens > model.maxOutput()) {
            return counted.refuse(
                    refusals,
                    c,
                    tokens + " tokens for each window of " + model.audio().windowSeconds() + " s exceed what model '"
                            + model.id() + "' puts out (" + model.maxOutput() + ")");
        }
        SecondsSum sum = new SecondsSum();
        sum.add(settings.cost().seconds(EncoderDecoderDemand.encode(model, t.expectedSeconds(), 1), on.device()));
        sum.add(settings.cost()
                .seconds(EncoderDecoderDemand.crossAttentionCache(model, t.expectedSeconds(), 1), on.device()));
        Demand step = EncoderDecoderDemand.decodeStep(model, (tokens + 1) / 2, 1);
        sum.add(settings.cost().seconds(step.times(t.expectedTokens()), on.device()));
        return modes(
                c,
                operator,
                "batch=1 " + model.weights().id(),
                sum.estimate(),
                "model " + model.id(),
                EncoderDecoderDemand.weightBytes(model),
                model.crossAttentionBytesPerWindow() + tokens * model.kvBytesPerToken(),
                refusals);
    }

    /** {@return the modes of what was declared with its work} */
    List<CandidateMode> declared(
            int c, DeviceClass on, GranularOperator operator, Work work, String shared, List<String> refusals) {
        Estimate estimate = switch (work) {
            case Work.Counted w -> settings.cost().seconds(demand(w), on.device());
            case Work.Timed w -> {
                Double seconds = w.seconds().get(on.device().kind().id());
                yield seconds == null
                        ? new Estimate.Unknown(
                                "it is declared for " + w.seconds().keySet() + " and not for a "
                                        + on.device().kind().id())
                        : new Estimate.Known(
                                seconds, DECLARED_SPREAD, Confidence.GENERIC, new Estimate.Breakdown(seconds, 0, 0, 0));
            }
        };
        return modes(c, operator, "batch=1", estimate, shared, work.residentBytes(), 0, refusals);
    }

    private static Demand demand(Work.Counted w) {
        return new Demand(
                w.flops(),
                w.bytes(),
                0,
                0,
                w.residentBytes(),
                0,
                0,
                1,
                0,
                0,
                Precision.of(w.precision(), "declared work"),
                OperatorClass.INFER);
    }

    private List<CandidateMode> modes(
            int c,
            GranularOperator operator,
            String label,
            Estimate estimate,
            String shared,
            double sharedBytes,
            double ownBytes,
            List<String> refusals) {
        return counted.known(c, "", estimate, refusals)
                .map(k -> new Way(
                        label,
                        k,
                        1,
                        1,
                        Math.max(1, counted.perSecond(operator) * k.seconds()) * ownBytes,
                        shared,
                        sharedBytes,
                        FIXED_WORK_VARIATION))
                .map(way -> counted.on(c, operator, way, refusals))
                .orElse(List.of());
    }
}
