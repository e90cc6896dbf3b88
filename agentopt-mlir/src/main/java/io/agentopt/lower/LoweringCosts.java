package io.agentopt.lower;

import io.agentopt.mlir.dialect.SlaMark;
import io.agentopt.mlir.ir.Attribute.Estimate;
import io.agentopt.plan.Plan;
import io.agentopt.plan.granular.OperatorId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the passes ask before they change what a plan has costed. */
public interface LoweringCosts {
    /** {@return whether a device class is a hosted endpoint: it takes whole LLM calls and gives no KV cache away} */
    boolean isEndpoint(String deviceClass);

    /** {@return whether an LLM call whose phases run on one device class is worth two steps} */
    boolean splitPays(String path);

    /**
     * {@return whether LLM calls that run on one device class should have the common beginning of their prompts read once}
     *
     * @param paths of the calls, two or more
     */
    boolean prefixPays(List<String> paths);

    /** {@return what is predicted of one run of an operator; empty where nothing is} */
    Optional<Estimate> estimate(OperatorId operator);

    /** {@return what is promised of a run; empty where nothing is} */
    Optional<SlaMark> sla();

    /** {@return over how many devices of its class an LLM call's phase is spread; 1 for one} */
    int shards(OperatorId operator);

    /** {@return the answers where only a placement is known: no endpoints, every call in two steps, nothing shared, no times} */
    static LoweringCosts unknown() {
        return PlannedCosts.NOTHING;
    }

    /** {@return the answers where only a placement is known, and which of its classes are hosted endpoints} */
    static LoweringCosts endpoints(Set<String> names) {
        return new PlannedCosts(names, Map.of(), Map.of(), Optional.empty());
    }

    /** {@return the answers that a plan's predictions give} */
    static LoweringCosts of(Plan<?, ?> plan) {
        return PlannedCosts.of(plan);
    }
}
