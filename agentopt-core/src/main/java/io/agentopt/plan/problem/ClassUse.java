package io.agentopt.plan.problem;

/**
 * What a placement asks of one device class.
 *
 * @param load busy device-seconds per second
 * @param memoryBytes private memory plus each shared group once
 * @param devices devices needed
 * @param dollarsPerHour their price, minimum devices included
 * @param binding which need decides the number of devices
 */
public record ClassUse(double load, long memoryBytes, long devices, double dollarsPerHour, Binding binding) {
    /** The need that decides how many devices a class takes. */
    public enum Binding {
        /** Nothing runs here, or nothing that needs a device. */
        NOTHING,
        /** Busy time under the utilisation cap. */
        LOAD,
        /** Weights and KV cache. */
        MEMORY,
        /** The widest mode, by tensor parallelism. */
        DEGREE
    }
}
