package io.agentopt.simulate.agent;

import io.agentopt.operator.Generate;

/** How a call of a graph is served. */
sealed interface Stage {
    /** {@return seconds until what it needs has arrived from other devices} */
    double inputSeconds();

    /** It takes its time, however many there are: functions, tools, hosted models. */
    record Delay(double seconds, double cv2, double inputSeconds) implements Stage {}

    /**
     * It waits for one of a class's devices.
     *
     * @param station index of the station
     * @param seconds on a device of its own, mean
     */
    record Queued(int station, double seconds, double cv2, double inputSeconds) implements Stage {}

    /**
     * A call of a language model.
     *
     * @param prefill index of the pool that reads prompts
     * @param decode index of the pool that generates; the same where one server does both
     * @param kvSecondsPerToken to hand the cache over, s for each token of the prompt
     * @param kvSeconds to hand a cache over, however short, s
     */
    record Language(
            Generate call, int prefill, int decode, double kvSeconds, double kvSecondsPerToken, double inputSeconds)
            implements Stage {
        boolean together() {
            return prefill == decode;
        }
    }
}
