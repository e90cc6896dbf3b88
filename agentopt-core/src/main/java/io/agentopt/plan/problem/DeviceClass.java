package io.agentopt.plan.problem;

/**
 * A kind of device that can be rented or is owned, such as one A100 of a cloud, or a hosted endpoint.
 *
 * @param name unique within the problem
 * @param dollarsPerHour price of one device for one hour
 * @param capacityLoad device-seconds of work per second that one device may carry: the utilisation cap, such as 0.7
 * @param memoryBytes memory of one device for weights and KV cache
 * @param inventory most devices that can be had; {@link #AS_MANY_AS_NEEDED} when renting knows no limit
 * @param minimumDevices devices that are paid for even when idle (owned or committed); 0 for rented ones
 */
public record DeviceClass(
        String name,
        double dollarsPerHour,
        double capacityLoad,
        long memoryBytes,
        long inventory,
        long minimumDevices) {

    /** Inventory of a class that can be rented without limit. */
    public static final int AS_MANY_AS_NEEDED = 1_000_000;

    /** Largest inventory that can be stated. */
    public static final long MAX_INVENTORY = 10_000_000_000_000L;

    public DeviceClass {
        Check.name(name, "A device class");
        String owner = "device class '" + name + "'";
        Check.range(dollarsPerHour, 0, Quanta.MAX_RATE, "price (dollarsPerHour)", owner);
        Check.range(capacityLoad, 1e-3, Quanta.MAX_LOAD, "capacityLoad", owner);
        Check.range(memoryBytes, 0, Quanta.MAX_BYTES, "memoryBytes", owner);
        Check.range(inventory, 0, MAX_INVENTORY, "inventory", owner);
        Check.range(minimumDevices, 0, inventory, "minimumDevices (at most the inventory)", owner);
    }

    /** A class of which nothing is owned: only what is used is paid. */
    public DeviceClass(String name, double dollarsPerHour, double capacityLoad, long memoryBytes, long inventory) {
        this(name, dollarsPerHour, capacityLoad, memoryBytes, inventory, 0);
    }

    /** {@return this class with another inventory} */
    public DeviceClass withInventory(long devices) {
        return new DeviceClass(
                name, dollarsPerHour, capacityLoad, memoryBytes, devices, Math.min(minimumDevices, devices));
    }

    /** {@return this class with another memory per device} */
    public DeviceClass withMemory(long bytes) {
        return new DeviceClass(name, dollarsPerHour, capacityLoad, bytes, inventory, minimumDevices);
    }
}
