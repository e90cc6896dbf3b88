package io.agentopt.runtime.endtoend;

import io.agentopt.lower.LoweringCosts;
import io.agentopt.mlir.dialect.SlaMark;
import io.agentopt.mlir.ir.Attribute.Estimate;
import io.agentopt.plan.granular.OperatorId;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Costs drawn from a seed, so that every pass has something to decide.
 *
 * @param seed equal seeds give equal answers
 */
record DrawnCosts(long seed) implements LoweringCosts {
    private boolean drawn(Object what) {
        return (Objects.hash(what, seed) & 4) != 0;
    }

    @Override
    public boolean isEndpoint(String deviceClass) {
        return deviceClass.equals(RandomAgent.HOSTED);
    }

    @Override
    public boolean splitPays(String path) {
        return drawn(path);
    }

    @Override
    public boolean prefixPays(List<String> paths) {
        return drawn(paths);
    }

    @Override
    public Optional<Estimate> estimate(OperatorId operator) {
        return Optional.of(Estimate.ofSeconds(Objects.hash(operator.toString(), seed) & 0xFF));
    }

    @Override
    public Optional<SlaMark> sla() {
        return Optional.of(SlaMark.endToEnd(95, 1 + Math.abs(seed % 100)));
    }

    @Override
    public int shards(OperatorId operator) {
        return 1;
    }
}
