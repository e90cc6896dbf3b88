package io.agentopt.plan;

import io.agentopt.hardware.HostedEndpoint;
import io.agentopt.model.ModelSpec;
import io.agentopt.operator.Generate;
import io.agentopt.plan.granular.GranularOperator;
import io.agentopt.plan.granular.OperatorId.Phase;
import io.agentopt.plan.problem.DeviceClass;
import java.util.List;
import java.util.Optional;

/**
 * An LLM call on a hosted endpoint: prefill is the time to the first token and the price of the prompt, decode the other tokens and their
 * price. A KV cache cannot leave an endpoint, so both phases are there or neither.
 *
 * <p>As a class of the placement problem an endpoint is one device without a price. Its load is the share of the limit of calls, its memory
 * the share of the limit of tokens; both are used up to the same cap as devices, since requests come in bursts.
 */
record EndpointModes(LanguageModes language, CountedModes counted) {
    /** How they run, in a plan. */
    static final String MODE = "hosted";

    private static final long WHOLE_LIMIT = 1_000_000_000_000L; // tokens are counted in trillionths of the limit

    /** {@return an endpoint as a class of the placement problem} */
    static DeviceClass deviceClass(HostedEndpoint endpoint) {
        return new DeviceClass(endpoint.name(), 0, 1, WHOLE_LIMIT, 1);
    }

    List<CandidateMode> modes(
            int c, HostedEndpoint endpoint, GranularOperator operator, Generate g, List<String> refusals) {
        ModelSpec model = language.settings().models().find(g.model().id());
        if (!endpoint.models().contains(model.id())) {
            return counted.refuse(refusals, c, "it does not offer model '" + model.id() + "' but " + endpoint.models());
        }
        Optional<String> tooLong = LanguageModes.tooLong(g, model);
        if (tooLong.isPresent()) return counted.refuse(refusals, c, tooLong.get());
        int output = CountedModes.tokens(g.expectedOutputTokens());
        if (output > 1 && language.tooSlow(c, MODE, 1 / endpoint.tokensPerSecond(), refusals)) return List.of();
        double cap = PlanningProblem.UTILISATION_CAP;
        double calls = counted.perSecond(operator);
        boolean prefill = operator.id().phase() == Phase.PREFILL;
        double tokens = prefill ? g.expectedPromptTokens() : g.expectedOutputTokens();
        double price = prefill ? endpoint.dollarsPerMillionInputTokens() : endpoint.dollarsPerMillionOutputTokens();
        double callShare = prefill && endpoint.maxRequestsPerSecond().isPresent()
                ? calls / (cap * endpoint.maxRequestsPerSecond().getAsDouble())
                : 0;
        double tokenShare = endpoint.maxTokensPerMinute().isPresent()
                ? CountedModes.times(calls, tokens)
                        * 60
                        / (cap * endpoint.maxTokensPerMinute().getAsDouble())
                : 0;
        return counted.paid(
                c,
                MODE,
                operator,
                prefill ? endpoint.firstTokenSeconds() : (output - 1) / endpoint.tokensPerSecond(),
                tokens * price / 1e6,
                callShare,
                Math.ceil(tokenShare * WHOLE_LIMIT),
                refusals);
    }
}
