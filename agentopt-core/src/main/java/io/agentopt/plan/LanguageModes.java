package io.agentopt.plan;

import io.agentopt.cost.Estimate;
import io.agentopt.cost.TransformerDemand;
import io.agentopt.hardware.DeviceClass;
import io.agentopt.hardware.DeviceKind;
import io.agentopt.model.ModelSpec;
import io.agentopt.operator.Generate;
import io.agentopt.plan.CountedModes.Way;
import io.agentopt.plan.granular.GranularOperator;
import io.agentopt.plan.granular.OperatorId.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The ways to run a phase of an LLM call on devices: by number format of the weights, tensor-parallel degree (1, 2, 4, 8) and batch.
 *
 * <p>With b requests in a batch, one run takes t(b) and keeps {@code lambda * visits * t(b) / b * degree} devices busy. By Little's law there
 * are {@code lambda * visits * t(b)} runs in flight, which fill batches up to that size. The next larger batch is offered as well, as
 * devices that are busy all the time with what there is: without it, a little more load could fill it and cost less. KV memory is that of the
 * runs in flight, at least of one batch. Weights are shared between all operators of one model in one format on one class.
 *
 * <p>Prefill and decode of one call may hold the weights in different formats; the KV cache between them keeps the model's own.
 */
record LanguageModes(PlanningSettings settings, CountedModes counted, OptionalDouble perTokenLimitSeconds) {
    private static final int[] DEGREES = {1, 2, 4, 8};
    private static final int[] BATCHES = {1, 2, 4, 8, 16, 32, 64, 128};

    /** Variation of the time of a decode run: that of the output lengths of the Azure 2023 conversation trace. */
    private static final double DECODE_VARIATION = 0.6;

    /** Of a prefill run: as of exponential times, for want of a source. */
    private static final double PREFILL_VARIATION = 1;

    List<CandidateMode> modes(int c, DeviceClass on, GranularOperator operator, Generate g, List<String> refusals) {
        ModelSpec model = settings.models().find(g.model().id());
        Optional<String> tooLong = tooLong(g, model);
        if (tooLong.isPresent()) return counted.refuse(refusals, c, tooLong.get());
        List<CandidateMode> modes = new ArrayList<>();
        for (ModelSpec variant : settings.variants(model)) {
            for (int degree : DEGREES) {
                if (degree > on.count() || model.heads() % degree != 0) continue;
                if (degree > 1 && on.device().kind() == DeviceKind.CPU) continue;
                String format =
                        variant.equals(model) ? "" : "in " + variant.weights().id() + ": ";
                modes.addAll(degree(c, on, operator, g, variant, format, degree, refusals));
            }
        }
        return modes;
    }

    private List<CandidateMode> degree(
            int c,
            DeviceClass on,
            GranularOperator operator,
            Generate g,
            ModelSpec model,
            String format,
            int degree,
            List<String> refusals) {
        boolean prefill = operator.id().phase() == Phase.PREFILL;
        int prompt = CountedModes.tokens(g.expectedPromptTokens());
        int output = CountedModes.tokens(g.expectedOutputTokens());
        int context = prefill ? prompt : prompt + output; // no more than the model's longest
        String shared = "model " + model.id()
                + (format.isEmpty() ? "" : " " + model.weights().id());
        List<CandidateMode> modes = new ArrayList<>();
        for (int batch : prefill ? new int[] {1} : BATCHES) {
            Estimate estimate = prefill
                    ? settings.cost().prefill(model, on.device(), degree, prompt, batch, 0)
                    : settings.cost().decode(model, on.device(), degree, prompt, output, batch);
            List<String> reasons = batch == 1 ? refusals : new ArrayList<>();
            Optional<Estimate.Known> known = counted.known(c, format, estimate, reasons);
            if (known.isEmpty()) break;
            double seconds = known.get().seconds();
            double inFlight = counted.perSecond(operator) * seconds;
            String label =
                    "tp=" + degree + " batch=" + batch + " " + model.weights().id();
            if (!prefill && tooSlow(c, label, perToken(seconds, output), reasons)) {
                if (batch > inFlight) break;
                continue;
            }
            modes.addAll(counted.on(
                    c,
                    operator,
                    new Way(
                            label,
                            known.get(),
                            degree,
                            batch,
                            Math.max(batch, inFlight) * model.kvBytes(context),
                            shared,
                            TransformerDemand.weightBytes(model),
                            prefill ? PREFILL_VARIATION : DECODE_VARIATION),
                    reasons));
            if (batch > inFlight) break; // this one never fills
        }
        return modes;
    }

    /** {@return why a call cannot be planned on any device or endpoint} */
    static Optional<String> tooLong(Generate g, ModelSpec model) {
        int prompt = CountedModes.tokens(g.expectedPromptTokens());
        int output = CountedModes.tokens(g.expectedOutputTokens());
        return (long) prompt + output <= model.maxContext()
                ? Optional.empty()
                : Optional.of("prompt and output (" + prompt + " + " + output + " tokens) exceed the context of model '"
                        + model.id() + "' (" + model.maxContext() + ")");
    }

    /** {@return seconds between two tokens of a decode run; prefill gives the first token} */
    static double perToken(double decodeSeconds, int outputTokens) {
        return outputTokens < 2 ? 0 : decodeSeconds / (outputTokens - 1);
    }

    /** Whether tokens come too slowly for the SLA; then the reason is noted. */
    boolean tooSlow(int c, String label, double secondsPerToken, List<String> refusals) {
        if (perTokenLimitSeconds.isEmpty() || secondsPerToken <= perTokenLimitSeconds.getAsDouble()) return false;
        counted.refuse(
                refusals,
                c,
                label + " takes " + Explanation.time(secondsPerToken) + " per token, above the mean of "
                        + Explanation.time(perTokenLimitSeconds.getAsDouble())
                        + " that the per-token limit is planned as");
        return true;
    }
}
