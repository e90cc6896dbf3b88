package io.agentopt.lower;

import io.agentopt.cost.Confidence;
import io.agentopt.mlir.dialect.SlaMark;
import io.agentopt.mlir.ir.Attribute.Estimate;
import io.agentopt.plan.Plan;
import io.agentopt.plan.PlannedDevices;
import io.agentopt.plan.PlannedEndpoint;
import io.agentopt.plan.PlannedOperator;
import io.agentopt.plan.granular.OperatorId;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a plan says.
 *
 * @param endpoints names of hosted endpoints
 * @param estimates of one run
 * @param shards degree of tensor parallelism, where it is above 1
 * @param sla what is promised
 */
record PlannedCosts(
        Set<String> endpoints,
        Map<OperatorId, Estimate> estimates,
        Map<OperatorId, Integer> shards,
        Optional<SlaMark> sla)
        implements LoweringCosts {
    static final LoweringCosts NOTHING = new PlannedCosts(Set.of(), Map.of(), Map.of(), Optional.empty());

    /** What one more step costs the dispatcher, generously. */
    static final double STEP_SECONDS = 2e-6;

    /** A step more is no loss where it is at most this share of the shorter phase. */
    static final double NEGLIGIBLE = 0.01;

    private static final Pattern DEGREE = Pattern.compile("\\btp=(\\d{1,6})\\b");

    PlannedCosts {
        endpoints = Set.copyOf(endpoints);
        estimates = Map.copyOf(estimates);
        shards = Map.copyOf(shards);
    }

    static PlannedCosts of(Plan<?, ?> plan) {
        Map<OperatorId, Integer> shards = new HashMap<>();
        Map<OperatorId, Estimate> estimates = new HashMap<>();
        Map<String, PlannedDevices> prices =
                plan.devices().stream().collect(Collectors.toMap(PlannedDevices::deviceClass, Function.identity()));
        for (PlannedOperator o : plan.operators()) {
            Matcher degree = DEGREE.matcher(o.mode());
            if (degree.find() && Integer.parseInt(degree.group(1)) > 1)
                shards.put(o.id(), Integer.parseInt(degree.group(1)));
            estimates.put(o.id(), estimate(o, prices, plan.workload().requestsPerSecond()));
        }
        return new PlannedCosts(
                plan.figures().endpoints().stream().map(PlannedEndpoint::name).collect(Collectors.toSet()),
                estimates,
                shards,
                Optional.of(SlaMark.of(plan.sla())));
    }

    /** Its share of its devices' price is that of their time; a hosted endpoint's price is known for all its calls together. */
    private static Estimate estimate(PlannedOperator o, Map<String, PlannedDevices> prices, double requestsPerSecond) {
        PlannedDevices devices = prices.get(o.deviceClass());
        double dollars = devices == null
                ? Double.NaN
                : o.load() * devices.dollarsPerHour() / devices.count() / (3600 * o.visits() * requestsPerSecond);
        Optional<String> confidence = Arrays.stream(Confidence.values())
                .map(Confidence::name)
                .filter(o.confidence()::equals)
                .map(name -> name.toLowerCase(Locale.ROOT))
                .findFirst();
        return new Estimate(known(o.seconds()), known(dollars), known(o.relativeSpread()), confidence);
    }

    /** What the dialect takes for a number of seconds, dollars or of a share. */
    private static OptionalDouble known(double number) {
        return number >= 0 && number <= SlaMark.MOST ? OptionalDouble.of(number) : OptionalDouble.empty();
    }

    @Override
    public boolean isEndpoint(String deviceClass) {
        return endpoints.contains(deviceClass);
    }

    /** Two steps are measured, retried and batched apart, so they are worth it as long as the second step costs next to nothing. */
    @Override
    public boolean splitPays(String path) {
        OptionalDouble prefill = seconds(OperatorId.prefill(path));
        OptionalDouble decode = seconds(OperatorId.decode(path));
        if (prefill.isEmpty() || decode.isEmpty()) return true;
        return STEP_SECONDS <= NEGLIGIBLE * Math.min(prefill.getAsDouble(), decode.getAsDouble());
    }

    /** All but one of the prefills are saved; each then copies what it would have computed, at a cost of the order of a step. */
    @Override
    public boolean prefixPays(List<String> paths) {
        double all = 0;
        double most = 0;
        for (String path : paths) {
            OptionalDouble prefill = seconds(OperatorId.prefill(path));
            if (prefill.isEmpty()) return false;
            all += prefill.getAsDouble();
            most = Math.max(most, prefill.getAsDouble());
        }
        return (all - most) * NEGLIGIBLE > (paths.size() + 1) * STEP_SECONDS;
    }

    @Override
    public Optional<Estimate> estimate(OperatorId operator) {
        return Optional.ofNullable(estimates.get(operator));
    }

    private OptionalDouble seconds(OperatorId operator) {
        return estimate(operator).map(Estimate::seconds).orElse(OptionalDouble.empty());
    }

    @Override
    public int shards(OperatorId operator) {
        return shards.getOrDefault(operator, 1);
    }
}
