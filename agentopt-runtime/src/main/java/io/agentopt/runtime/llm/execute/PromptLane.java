package io.agentopt.runtime.llm.execute;

/** Where a GPU fills prompts. Processors fill them between decode steps, whatever is asked for. */
public enum PromptLane {
    /** On the stream of the decode steps: a step waits for the chunk before it. */
    BETWEEN_STEPS,
    /**
     * On a stream of its own, of lower priority, by a second session: a step does not wait, and takes longer while a chunk is
     * filled. Both sessions share the weights that lie in files beside the model; those inside it are loaded twice.
     */
    BESIDE_STEPS
}
