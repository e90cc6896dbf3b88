package io.agentopt.simulate.agent;

import io.agentopt.plan.granular.OperatorId;
import io.agentopt.plan.queueing.Moments;
import io.agentopt.simulate.Percentiles;
import java.util.Map;

/** What closed forms say about a plan under load. */
public sealed interface PlanPrediction {
    /**
     * The queues settle.
     *
     * @param endToEnd from request to answer, s
     * @param firstToken until the last call of a language model that a request makes begins to answer, s
     * @param operators one run of each operator, waiting included, s
     */
    record Steady(Percentiles endToEnd, Percentiles firstToken, Map<OperatorId, Moments> operators)
            implements PlanPrediction {
        public Steady {
            operators = Map.copyOf(operators);
        }
    }

    /**
     * A queue grows without end.
     *
     * @param operator that queues
     * @param reason which servers, and by how much
     */
    record Overloaded(OperatorId operator, String reason) implements PlanPrediction {}
}
