package io.agentopt.runtime.dispatch;

import io.agentopt.program.Slot;
import io.agentopt.program.Step;
import java.util.List;

/**
 * Runs the steps that need a model or an index. Each method binds one kind of step, as {@link StepRunner#bind} does; those with a default refuse the step: who
 * has such models overrides them.
 */
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

    /** {@return from a {@link io.agentopt.message.Prompt} to a {@link io.agentopt.message.Completion}, by who hosts the model} */
    default StepRunner.Action endpoint(Step.Endpoint step) {
        throw missing(step.path(), "endpoint", step.device(), "endpoint", "withEndpoint");
    }

    /** {@return from a string and a list of {@link io.agentopt.message.Passage} to the best of them, best first} */
    default StepRunner.Action rerank(Step.Rerank step) {
        throw missing(step.path(), "rerank", step.model(), "reranker", "withReranker");
    }

    /** {@return from an {@link io.agentopt.message.Audio} to a string} */
    default StepRunner.Action transcribe(Step.Transcribe step) {
        throw missing(step.path(), "transcribe", step.model(), "speech model", "withTranscriber");
    }

    /** {@return from a string to an {@link io.agentopt.message.Audio}} */
    default StepRunner.Action synthesize(Step.Synthesize step) {
        throw missing(step.path(), "synthesize", step.model(), "speech model", "withSynthesizer");
    }

    /**
     * {@return from what the step's inputs are (tensors, embeddings, sound) to a {@link io.agentopt.message.Tensor}, or {@link io.agentopt.message.Tensors}
     * where the step wants several outputs}
     */
    default StepRunner.Action infer(Step.Infer step) {
        throw missing(step.path(), "infer", step.model(), "model file", "withInference");
    }

    /** {@return from a kernel's inputs to its output, or {@link io.agentopt.message.Tensors} where it has several} */
    default StepRunner.Action kernel(Step.Kernel step) {
        throw new IllegalArgumentException("Node '" + step.path() + "' (kernel) needs the kernel '" + step.kernel()
                + "', and these models run no kernels. Load the agent with AgentRuntime.");
    }

    /** {@return what a custom operator does that has no function of its own} */
    default StepRunner.Action custom(Step.Custom step) {
        throw missing(step.path(), "custom", step.operator(), "custom operator", "withCustom");
    }

    /** {@return the refusal of a step for which there is no runner} */
    static IllegalArgumentException missing(String path, String operator, String name, String what, String door) {
        boolean stored = operator.equals("rerank") || operator.equals("infer"); // AgentOpt has engines for these
        return new IllegalArgumentException(
                "Node '" + path + "' (" + operator + ") needs a runner for the " + what + " '" + name
                        + "', and there is none. Give one with AgentOptions." + door + "(\"" + name + "\", ...)"
                        + (stored ? ", or load the agent with a model store that has the model." : "."));
    }
}
