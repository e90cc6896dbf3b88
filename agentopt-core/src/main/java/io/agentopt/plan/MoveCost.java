package io.agentopt.plan;

import java.util.List;

/**
 * What all moves of a replan take together.
 *
 * @param seconds until the last weights are in place
 * @param weightBytes weights to load
 * @param kvBytesMoved KV caches of requests in flight that are carried over
 * @param kvBytesLost KV caches that are gone with their devices
 * @param dollars paid while old and new devices run side by side
 */
public record MoveCost(double seconds, double weightBytes, double kvBytesMoved, double kvBytesLost, double dollars) {
    static MoveCost of(List<Move> moves) {
        return new MoveCost(
                moves.stream().mapToDouble(Move::loadSeconds).max().orElse(0),
                moves.stream().mapToDouble(Move::weightBytes).sum(),
                moves.stream()
                        .filter(m -> !m.kvLost())
                        .mapToDouble(Move::kvBytes)
                        .sum(),
                moves.stream().filter(Move::kvLost).mapToDouble(Move::kvBytes).sum(),
                moves.stream().mapToDouble(Move::dollars).sum());
    }
}
