package io.agentopt.program;

import java.util.ArrayList;
import java.util.List;

/**
 * A lowered agent, ready to run.
 *
 * @param graph name of the graph that it came from
 * @param body one parameter, the input; one yield, the output
 * @param origin how it was lowered
 */
public record Program(String graph, Block body, Origin origin) {
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
