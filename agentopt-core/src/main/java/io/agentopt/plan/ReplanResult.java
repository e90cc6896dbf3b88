package io.agentopt.plan;

import io.agentopt.hardware.Fleet;
import java.util.List;

/**
 * What replanning came to.
 *
 * @param <I> input of the agent
 * @param <O> output of the agent
 */
public sealed interface ReplanResult<I, O> {
    /**
     * There is a plan, the old one or another.
     *
     * @param plan what to run from now on
     * @param moves what runs elsewhere or otherwise than before; empty when nothing moved
     * @param moveCost what the moves take together
     * @param verdict why it moves or stays, in a sentence
     * @param fleet the fleet after the changes: the one to give to the next replan
     * @param planner the planner after the changes, with their cost model
     */
    record Replanned<I, O>(
            Plan<I, O> plan, List<Move> moves, MoveCost moveCost, String verdict, Fleet fleet, Planner planner)
            implements ReplanResult<I, O> {
        public Replanned {
            moves = List.copyOf(moves);
        }

        /** {@return verdict, moves and their cost as text for people} */
        public String explain() {
            return ReplanText.of(this);
        }
    }

    /**
     * Nothing keeps the limits any more.
     *
     * @param reason constraint, message and fix
     * @param changes what happened
     */
    record Infeasible<I, O>(PlanResult.Infeasible<I, O> reason, List<Change> changes) implements ReplanResult<I, O> {
        public Infeasible {
            changes = List.copyOf(changes);
        }
    }
}
