package io.agentopt.simulate.agent;

import io.agentopt.cost.CostModel;
import io.agentopt.simulate.profile.CostModelIterationTimes;
import io.agentopt.simulate.server.IterationTimes;
import io.agentopt.simulate.server.IterationWork;

/** Iterations of a pool's servers by the cost model, longer where the pool shares its devices. */
final class PoolTimes implements IterationTimes {
    private final IterationTimes alone;
    private final double speed;
    private final IterationWork asked = new IterationWork();

    PoolTimes(CostModel cost, LlmPool pool) {
        this.alone = new CostModelIterationTimes(
                cost, pool.model(), pool.device(), pool.key().degree());
        this.speed = pool.speed();
    }

    @Override
    public double seconds(IterationWork work) {
        return alone.seconds(work) / speed;
    }

    /** {@return seconds of a decode step, any number of sequences from 1} */
    double decodeSeconds(double sequences, double context) {
        int whole = (int) sequences;
        double part = sequences - whole;
        double few = decode(whole, context);
        return part == 0 ? few : few + part * (decode(whole + 1, context) - few);
    }

    /** {@return seconds to read a prompt with nothing else running} */
    double promptSeconds(int tokens) {
        asked.clear();
        asked.addChunk(tokens, 0);
        return seconds(asked);
    }

    /** {@return seconds that a prompt adds to an iteration that runs anyway} */
    double addedByPrompt(int tokens) {
        double without = decode(1, tokens);
        asked.addChunk(tokens, 0);
        return seconds(asked) - without;
    }

    private double decode(int sequences, double context) {
        asked.clear();
        asked.addDecodes(sequences, Math.max(sequences, Math.round(sequences * context)));
        return seconds(asked);
    }
}
