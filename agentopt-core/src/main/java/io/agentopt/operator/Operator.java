package io.agentopt.operator;

/**
 * What one node of an agent graph does. The family is sealed: the planner, the compiler and the runtime each handle every
 * member by an exhaustive switch, so a new operator cannot be forgotten anywhere.
 *
 * @param <I> what goes in
 * @param <O> what comes out
 */
public sealed interface Operator<I, O>
        permits Generate,
                Embed,
                VectorSearch,
                Rerank,
                Transcribe,
                Synthesize,
                Infer,
                Kernel,
                Custom,
                Tool,
                Transform,
                MemoryLoad,
                MemoryStore {

    /** {@return the number of input ports} */
    default int arity() {
        return 1;
    }

    /** {@return the word for this kind of operator in files, IR and messages, such as {@code generate}} */
    String kind();
}
