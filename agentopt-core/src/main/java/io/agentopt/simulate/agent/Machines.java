package io.agentopt.simulate.agent;

import io.agentopt.cost.CostModel;
import io.agentopt.simulate.event.EventQueue;
import io.agentopt.simulate.event.FcfsStation;
import io.agentopt.simulate.server.LlmServer;
import io.agentopt.simulate.server.ServerSettings;
import java.util.ArrayList;
import java.util.List;

/** The simulated servers and stations of one run. */
final class Machines {
    private final EventQueue queue = new EventQueue();
    private final PlanLayout layout;
    private final List<List<LlmServer>> pools = new ArrayList<>();
    private final List<FcfsStation> stations = new ArrayList<>();

    Machines(PlanLayout layout, CostModel cost, SimulationOptions options) {
        this.layout = layout;
        for (LlmPool pool : layout.pools()) {
            PoolTimes times = new PoolTimes(cost, pool);
            ServerSettings both = ServerSettings.of(options.maxSequences(), options.maxBatchedTokens(), pool.kvBlocks())
                    .prefixCaching(false);
            ServerSettings settings = switch (pool.key().role()) {
                case BOTH -> both;
                case PREFILL_ONLY -> both.prefillOnly(tokens -> 0); // handed over by link, call by call
                case DECODE_ONLY -> both.decodeOnly();
            };
            List<LlmServer> servers = new ArrayList<>();
            for (int i = 0; i < pool.servers(); i++) servers.add(new LlmServer(queue, settings, times));
            pools.add(servers);
        }
        for (Station s : layout.stations()) stations.add(new FcfsStation(queue, s.servers()));
    }

    EventQueue queue() {
        return queue;
    }

    PlanLayout layout() {
        return layout;
    }

    /** {@return the server of a pool with the fewest requests; one that is down only where all are} */
    LlmServer leastBusy(int pool) {
        LlmServer best = pools.get(pool).getFirst();
        for (LlmServer s : pools.get(pool)) {
            boolean better = s.isUp() == best.isUp() ? s.outstanding() < best.outstanding() : s.isUp();
            if (better) best = s;
        }
        return best;
    }

    FcfsStation station(int index) {
        return stations.get(index);
    }

    List<LlmServer> serversOn(String deviceClass) {
        List<LlmServer> on = new ArrayList<>();
        for (int i = 0; i < pools.size(); i++) {
            if (layout.pools().get(i).key().deviceClass().equals(deviceClass)) on.addAll(pools.get(i));
        }
        return on;
    }

    /** {@return time that the devices of a class were busy, of all of them together, s} */
    double busyDeviceSeconds(String deviceClass) {
        double busy = 0;
        for (int i = 0; i < pools.size(); i++) {
            LlmPool pool = layout.pools().get(i);
            if (!pool.key().deviceClass().equals(deviceClass)) continue;
            for (LlmServer s : pools.get(i))
                busy += s.report().busySeconds() * pool.key().degree() * pool.speed();
        }
        for (int i = 0; i < stations.size(); i++) {
            Station s = layout.stations().get(i);
            if (s.deviceClass().equals(deviceClass)) busy += stations.get(i).busySeconds() * s.speed();
        }
        return busy;
    }
}
