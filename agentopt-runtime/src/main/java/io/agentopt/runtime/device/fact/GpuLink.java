package io.agentopt.runtime.device.fact;

import java.util.OptionalDouble;

/**
 * A link of a GPU that is up.
 *
 * @param number as the driver counts
 * @param remote what it leads to: {@code gpu}, {@code switch}, {@code cpu}; empty if unknown
 * @param remoteBusId place of that, empty if unknown
 * @param bytesPerSecond one way
 */
public record GpuLink(int number, String remote, String remoteBusId, OptionalDouble bytesPerSecond) {}
