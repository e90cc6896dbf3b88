package io.agentopt.benchmarks.llm;

/** A library that holds the weights of {@link RandomDecoder} and answers, token by token, to one who listens. */
interface Contestant extends AutoCloseable {
    /**
     * An answer.
     *
     * @param firstSeconds from the call to the first token
     * @param stepSeconds for each token after it
     * @param tokens in order
     */
    record Answer(double firstSeconds, double stepSeconds, int[] tokens) {}

    /** {@return the most likely tokens behind a prompt} */
    Answer answer(int[] prompt, int tokens);

    @Override
    void close();
}
