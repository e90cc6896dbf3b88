package io.agentopt.runtime.endtoend;

import io.agentopt.message.Completion;
import io.agentopt.message.Completion.Finish;
import io.agentopt.message.Embedding;
import io.agentopt.message.Passage;
import io.agentopt.message.Prompt;
import io.agentopt.program.Step;
import io.agentopt.runtime.dispatch.ModelRunner;
import io.agentopt.runtime.dispatch.StepRunner;
import java.util.List;

/** Models that answer from their operands alone, on every device the same, and whose KV caches know where they are and whether they are used up. */
final class PureModels implements ModelRunner {
    private static final class Cache {
        private final Prompt prompt;
        private final String device;
        private boolean consumed;

        Cache(Prompt prompt, String device) {
            this.prompt = prompt;
            this.device = device;
        }

        synchronized Prompt consumeOn(String where) {
            if (consumed) throw new IllegalStateException("the cache was consumed before");
            if (!device.equals(where)) throw new IllegalStateException("the cache is on " + device + ", not " + where);
            consumed = true;
            return prompt;
        }
    }

    @Override
    public StepRunner.Action prefill(Step.Prefill step) {
        return (in, context) -> new Cache((Prompt) in.getFirst(), step.device());
    }

    @Override
    public StepRunner.Action kvTransfer(Step.KvTransfer step) {
        return (in, context) -> new Cache(((Cache) in.getFirst()).consumeOn(step.from()), step.to());
    }

    @Override
    public StepRunner.Action decode(Step.Decode step) {
        return (in, context) -> new Completion(
                "re: " + ((Cache) in.getFirst()).consumeOn(step.device()).messages(), List.of(), 1, 1, Finish.STOP);
    }

    @Override
    public StepRunner.Action embed(Step.Embed step) {
        return (in, context) -> new Embedding(new float[] {in.getFirst().hashCode() % 100});
    }

    @Override
    public StepRunner.Action search(Step.Search step) {
        return (in, context) -> List.of(
                Passage.of("x", "x".repeat(Math.abs((int) ((Embedding) in.getFirst()).values()[0]) % 9)),
                Passage.of("y", "yy"));
    }
}
