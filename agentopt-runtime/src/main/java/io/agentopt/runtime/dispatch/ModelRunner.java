package io.agentopt.runtime.dispatch;

import io.agentopt.program.Slot;
import io.agentopt.program.Step;
import java.util.List;

/** Runs the steps that need a model or an index. Each method binds one kind of step, as {@link StepRunner#bind} does. */
public interface ModelRunner {
    /** {@return from a {@link io.agentopt.message.Prompt} to a {@link io.agentopt.message.Completion}: prefill and decode in one} */
    default StepRunner.Action generate(Step.Generate step) {
        Slot cache = new Slot(step.result().block(), -1); // never filled: the cache stays between the two
        StepRunner.Action prefill =
                prefill(new Step.Prefill(step.path(), step.device(), step.model(), step.prompt(), cache));
        StepRunner.Action decode = decode(new Step.Decode(
                step.path(), step.device(), step.model(), step.maxTokens(), step.sampling(), cache, step.result()));
        return (in, context) -> {
            Object made = prefill.run(in, context);
            return made == null ? null : decode.run(List.of(made), context);
        };
    }

    /**
     * {@return from a {@link io.agentopt.message.Prompt} to what its prefills are given beside their own prompts} By default the prompt itself: a prefill
     * may ignore it and read its whole prompt.
     */
    default StepRunner.Action prefix(Step.Prefix step) {
        return (in, context) -> in.getFirst();
    }

    /** {@return from a {@link io.agentopt.message.Prompt}, and a prefix where the step has one, to a KV cache, which the run owns until it is consumed} */
    StepRunner.Action prefill(Step.Prefill step);

    /** {@return from a KV cache, which it consumes, to a {@link io.agentopt.message.Completion}} */
    StepRunner.Action decode(Step.Decode step);

    /** {@return from a KV cache, which it consumes, to one on another device} */
    StepRunner.Action kvTransfer(Step.KvTransfer step);

    /** {@return from a string to an {@link io.agentopt.message.Embedding}} */
    StepRunner.Action embed(Step.Embed step);

    /** {@return from an {@link io.agentopt.message.Embedding} to a list of {@link io.agentopt.message.Passage}, best first} */
    StepRunner.Action search(Step.Search step);
}
