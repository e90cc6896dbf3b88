package io.agentopt.graph;

import io.agentopt.operator.Operator;
import java.util.List;

/** One step of a graph: an operator, or control flow around regions of further nodes. Each defines one value. */
public sealed interface Node {
    /** {@return the name, unique in its region} */
    String name();

    /** {@return the values that it uses directly, in port order; regions inside may use more} */
    List<ValueId> inputs();

    /** {@return the value that it defines} */
    ValueId result();

    /** An operator applied to values. */
    record Call(String name, Operator<?, ?> operator, List<ValueId> inputs, ValueId result, NodeOptions options)
            implements Node {
        public Call {
            inputs = List.copyOf(inputs);
        }
    }

    /**
     * A body repeated on a state until it says done.
     *
     * @param body one parameter, the state; yields done (a boolean), the result, and the next state
     * @param iterations how often, at most and on average
     */
    record Loop(String name, ValueId initial, Region body, Iterations iterations, ValueId result) implements Node {
        @Override
        public List<ValueId> inputs() {
            return List.of(initial);
        }
    }

    /**
     * One of two branches.
     *
     * @param probability that the condition holds, in 0..1, for the planner
     */
    record When(String name, ValueId condition, double probability, Region then, Region otherwise, ValueId result)
            implements Node {
        @Override
        public List<ValueId> inputs() {
            return List.of(condition);
        }
    }

    /**
     * A body applied to each item of a list, in parallel; results keep the order of the items.
     *
     * @param expectedItems mean length of the list, 0 or more, for the planner
     */
    record ForEach(String name, ValueId list, double expectedItems, Region body, ValueId result) implements Node {
        @Override
        public List<ValueId> inputs() {
            return List.of(list);
        }
    }

    /** A whole graph as one node. */
    record Nested(String name, AgentGraph<?, ?> graph, ValueId input, ValueId result) implements Node {
        @Override
        public List<ValueId> inputs() {
            return List.of(input);
        }
    }
}
