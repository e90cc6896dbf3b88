package io.agentopt.simulate.agent;

/**
 * Devices of one class that embed and search.
 *
 * @param servers how many
 * @param speed share of their time that language models on them leave, in (0, 1]
 */
record Station(String deviceClass, int servers, double speed) {
    Station atSpeed(double other) {
        return new Station(deviceClass, servers, other);
    }
}
