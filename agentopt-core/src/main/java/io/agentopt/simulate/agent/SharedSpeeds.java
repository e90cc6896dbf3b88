package io.agentopt.simulate.agent;

import io.agentopt.cost.CostModel;
import io.agentopt.plan.Plan;

/**
 * How fast tenants are that share devices. A device divides its time between those that are at work:
 *
 * <pre>
 * speed(i) = 1 / (1 + sum of the others' chance to be at work)
 * </pre>
 *
 * Slower tenants are at work longer, so the two are repeated until they agree. A mean: that one is slow just when the other is busy is
 * not seen.
 */
final class SharedSpeeds {
    private static final int ROUNDS = 60;
    private static final double SETTLED = 1e-4;

    private SharedSpeeds() {}

    static PlanLayout settle(Plan<?, ?> plan, PlanLayout layout, CostModel cost, SimulationOptions options) {
        if (layout.shared().isEmpty()) return layout;
        PlanLayout now = layout;
        for (int round = 0; round < ROUNDS; round++) {
            StageModel.Stages stages = StageModel.of(plan, now, cost, options);
            double moved = 0;
            double[] pools = now.pools().stream().mapToDouble(LlmPool::speed).toArray();
            double[] stations =
                    now.stations().stream().mapToDouble(Station::speed).toArray();
            for (String shared : now.shared()) {
                double all = atWork(now, shared, stages);
                for (int i = 0; i < pools.length; i++) {
                    if (!now.pools().get(i).key().deviceClass().equals(shared)) continue;
                    double wanted = 1 / (1 + all - stages.pools()[i]);
                    moved = Math.max(moved, Math.abs(wanted - pools[i]));
                    pools[i] = (wanted + pools[i]) / 2;
                }
                for (int i = 0; i < stations.length; i++) {
                    if (!now.stations().get(i).deviceClass().equals(shared)) continue;
                    double wanted = 1 / (1 + all - stages.stations()[i]);
                    moved = Math.max(moved, Math.abs(wanted - stations[i]));
                    stations[i] = (wanted + stations[i]) / 2;
                }
            }
            now = now.atSpeeds(pools, stations);
            if (moved < SETTLED) break;
        }
        return now;
    }

    private static double atWork(PlanLayout layout, String shared, StageModel.Stages stages) {
        double sum = 0;
        for (int i = 0; i < layout.pools().size(); i++) {
            if (layout.pools().get(i).key().deviceClass().equals(shared)) sum += stages.pools()[i];
        }
        for (int i = 0; i < layout.stations().size(); i++) {
            if (layout.stations().get(i).deviceClass().equals(shared)) sum += stages.stations()[i];
        }
        return sum;
    }
}
