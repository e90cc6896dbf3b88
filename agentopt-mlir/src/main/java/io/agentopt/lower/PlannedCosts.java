package io.agentopt.lower;

import io.agentopt.plan.Plan;
import io.agentopt.plan.PlannedEndpoint;
import io.agentopt.plan.PlannedOperator;
import io.agentopt.plan.granular.OperatorId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a plan says.
 *
 * @param endpoints names of hosted endpoints
 * @param seconds predicted time of one run
 * @param shards degree of tensor parallelism, where it is above 1
 */
record PlannedCosts(Set<String> endpoints, Map<OperatorId, Double> seconds, Map<OperatorId, Integer> shards)
        implements LoweringCosts {
    static final LoweringCosts NOTHING = new PlannedCosts(Set.of(), Map.of(), Map.of());

    /** What one more step costs the dispatcher, generously. */
    static final double STEP_SECONDS = 2e-6;

    /** A step more is no loss where it is at most this share of the shorter phase. */
    static final double NEGLIGIBLE = 0.01;

    private static final Pattern DEGREE = Pattern.compile("\\btp=(\\d{1,6})\\b");

    PlannedCosts {
        endpoints = Set.copyOf(endpoints);
        seconds = Map.copyOf(seconds);
        shards = Map.copyOf(shards);
    }

    static PlannedCosts of(Plan<?, ?> plan) {
        Map<OperatorId, Integer> shards = new HashMap<>();
        for (PlannedOperator o : plan.operators()) {
            Matcher degree = DEGREE.matcher(o.mode());
            if (degree.find() && Integer.parseInt(degree.group(1)) > 1)
                shards.put(o.id(), Integer.parseInt(degree.group(1)));
        }
        return new PlannedCosts(
                plan.figures().endpoints().stream().map(PlannedEndpoint::name).collect(Collectors.toSet()),
                plan.predictedSeconds(),
                shards);
    }

    @Override
    public boolean isEndpoint(String deviceClass) {
        return endpoints.contains(deviceClass);
    }

    /** Two steps are measured, retried and batched apart, so they are worth it as long as the second step costs next to nothing. */
    @Override
    public boolean splitPays(String path) {
        Double prefill = seconds.get(OperatorId.prefill(path));
        Double decode = seconds.get(OperatorId.decode(path));
        if (prefill == null || decode == null) return true;
        return STEP_SECONDS <= NEGLIGIBLE * Math.min(prefill, decode);
    }

    /** All but one of the prefills are saved; each then copies what it would have computed, at a cost of the order of a step. */
    @Override
    public boolean prefixPays(List<String> paths) {
        double all = 0;
        double most = 0;
        for (String path : paths) {
            Double prefill = seconds.get(OperatorId.prefill(path));
            if (prefill == null) return false;
            all += prefill;
            most = Math.max(most, prefill);
        }
        return (all - most) * NEGLIGIBLE > (paths.size() + 1) * STEP_SECONDS;
    }

    @Override
    public double seconds(OperatorId operator) {
        return seconds.getOrDefault(operator, 0.0);
    }

    @Override
    public int shards(OperatorId operator) {
        return shards.getOrDefault(operator, 1);
    }
}
