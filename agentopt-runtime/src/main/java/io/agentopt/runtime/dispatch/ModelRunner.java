package io.agentopt.runtime.dispatch;

import io.agentopt.program.Step;

/** Runs the steps that need a model or an index. Each method binds one kind of step, as {@link StepRunner#bind} does. */
public interface ModelRunner {
    /** {@return from a {@link io.agentopt.message.Prompt} to a KV cache, which the run owns until it is consumed} */
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
