package io.agentopt.program;

import io.agentopt.plan.granular.OperatorId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A lowered agent, ready to run.
 *
 * @param graph name of the graph that it came from
 * @param body one parameter, the input; one yield, the output
 * @param origin how it was lowered
 * @param predictedSeconds what one run of a step is expected to take, by {@link Step#operatorId}, 0 or more; absent where unknown
 */
public record Program(String graph, Block body, Origin origin, Map<OperatorId, Double> predictedSeconds) {
    public Program {
        predictedSeconds = Map.copyOf(predictedSeconds);
        predictedSeconds.forEach((operator, seconds) -> {
            if (!(seconds >= 0 && seconds < Double.POSITIVE_INFINITY))
                throw new IllegalArgumentException("The program of graph '" + graph + "' expects '" + operator
                        + "' to take " + seconds + " s. Leave out what is not known.");
        });
    }

    /** A program of which no times are known. */
    public Program(String graph, Block body, Origin origin) {
        this(graph, body, origin, Map.of());
    }

    /** How a program came about. */
    public enum Origin {
        /** Through the agent dialect, verified and optimised. */
        MLIR,
        /** In plain Java, without optimisation. */
        DIRECT
    }

    /** {@return every step, outer before inner} */
    public List<Step> allSteps() {
        List<Step> all = new ArrayList<>();
        collect(body, all);
        return all;
    }

    private static void collect(Block block, List<Step> all) {
        for (Step step : block.steps()) {
            all.add(step);
            switch (step) {
                case Step.Loop l -> collect(l.body(), all);
                case Step.When w -> {
                    collect(w.then(), all);
                    collect(w.otherwise(), all);
                }
                case Step.ForEach f -> collect(f.body(), all);
                case Step.Nested n -> collect(n.body(), all);
                case Step.Fused f -> collect(f.body(), all);
                case Step.Generate s -> {}
                case Step.Prefix s -> {}
                case Step.Prefill s -> {}
                case Step.Decode s -> {}
                case Step.KvTransfer s -> {}
                case Step.Transfer s -> {}
                case Step.Embed s -> {}
                case Step.Search s -> {}
                case Step.Endpoint s -> {}
                case Step.Rerank s -> {}
                case Step.Transcribe s -> {}
                case Step.Synthesize s -> {}
                case Step.Infer s -> {}
                case Step.Kernel s -> {}
                case Step.Custom s -> {}
                case Step.ToolCall s -> {}
                case Step.Transform s -> {}
                case Step.MemoryLoad s -> {}
                case Step.MemoryStore s -> {}
            }
        }
    }
}
