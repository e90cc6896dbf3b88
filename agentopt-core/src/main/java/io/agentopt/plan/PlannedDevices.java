package io.agentopt.plan;

/**
 * The devices of one class that a plan uses.
 *
 * @param deviceClass name of the class
 * @param device id of the device that it is made of
 * @param kind what that is: cpu, gpu or accelerator
 * @param vendor who makes it
 * @param count devices
 * @param dollarsPerHour price of all of them
 * @param utilisation busy share of them at the planned request rate, 0..1
 * @param memoryBytes weights and KV cache that they hold together
 * @param decidedBy what decides their number: load, memory, degree (tensor parallelism), host (the process that runs the agent)
 */
public record PlannedDevices(
        String deviceClass,
        String device,
        String kind,
        String vendor,
        long count,
        double dollarsPerHour,
        double utilisation,
        double memoryBytes,
        String decidedBy) {}
