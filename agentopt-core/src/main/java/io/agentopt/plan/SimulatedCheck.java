package io.agentopt.plan;

import java.util.OptionalDouble;

/**
 * What a simulation of a plan under load came to. The times are those of the SLA's percentile.
 *
 * @param seconds simulated end-to-end time, s
 * @param firstTokenSeconds simulated time to the first token, s; empty without a limit on it
 * @param modelSeconds the end-to-end time that closed forms predict, s
 * @param attainment share of the simulated requests that were answered within the end-to-end limit
 * @param requests simulated
 * @param seed of the simulation's random numbers
 * @param rounds plans that were made and checked until this one
 */
public record SimulatedCheck(
        double seconds,
        OptionalDouble firstTokenSeconds,
        double modelSeconds,
        double attainment,
        int requests,
        long seed,
        int rounds) {}
